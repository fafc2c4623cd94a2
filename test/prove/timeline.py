"""A row's timeline, out of its logs, as a piece of the page.

Per instance two bars: above when the server could answer, below what its node
said. Over all of them lines at what was broken and mended; under them, how
many processes the agent had. Instances of which nothing is to be told are
counted, not drawn.
"""
import os
from html import escape

from story import Story, state_of

LEAD = 0.03      # of the row's length, shown before the fault
NARROW = 8       # percent: a narrower bar has no room for its word
MOST_NAMES = 12  # instances that are drawn
MARKS = (("injecting", "broken"), ("healed", "mended"))


class Scale:
    """Seconds of the row to percent of the width."""

    def __init__(self, story):
        self.zero = story.injecting
        self.end = max(story.end, self.zero + 0.1)
        self.begin = self.zero - LEAD * (self.end - self.zero)

    def percent(self, t):
        part = (t - self.begin) / (self.end - self.begin)
        return round(100 * min(1, max(0, part)), 2)

    def span(self, begin, end):
        """style= of what lasts so long."""
        left = self.percent(begin)
        return f"left:{left}%;width:{round(self.percent(end) - left, 2)}%"

    def time(self, t):
        return f"{max(t, self.begin) - self.zero:+.2f} s"


def make(result):
    """The timeline of a Result, or why there is none."""
    if not result.directory or not os.path.isdir(result.directory):
        return "<p>It has left no logs.</p>"
    story = Story(result.directory)
    if story.injecting is None:
        return "<p>It ended before anything was broken.</p>"
    scale = Scale(story)
    told = [name for name in story.names() if is_telling(story, name, result)]
    lanes = [lane(story, scale, name) for name in told[:MOST_NAMES]]
    rest = len(story.names()) - len(lanes)
    note = "" if not rest else (
        f"<p>{rest} more {'was' if rest == 1 else 'were'} up and answered"
        " all the time.</p>" if len(told) == len(lanes)
        else f"<p>{rest} more are in the logs.</p>")
    return ("<div class=time>" + "".join(lanes) + watcher(story, scale)
            + marks(story, scale, result) + "</div>" + axis(story, scale)
            + processes(story, scale) + note
            + events(story, scale, told))


def is_telling(story, name, result):
    """Did anything happen to it?"""
    return (any(state_of(line) != "up" for _, end, line in story.claims(name)
                if end >= story.begin)
            or bool(story.silences(name))
            or any(finding.name == name for finding in result.broken()))


# --- bars -----------------------------------------------------------------
def bar(scale, spans):
    """spans: (from, to, class, word)."""
    parts = []
    for begin, end, kind, word in spans:
        if end < scale.begin or begin > scale.end:
            continue
        said = escape(word)
        width = scale.percent(end) - scale.percent(begin)
        parts.append(f'<i class="{escape(kind)}" style="'
                     f'{scale.span(begin, end)}" title="{said}, from '
                     f'{scale.time(begin)} to {scale.time(end)}">'
                     f"{said if width >= NARROW else ''}</i>")
    return f"<div class=bar>{''.join(parts)}</div>"


def lane(story, scale, name):
    silences = story.silences(name)
    edges = [scale.begin, *[t for span in silences for t in span], scale.end]
    could = [(edges[i], edges[i + 1],
              *(("silent", "no answer") if i % 2 else ("answers", "answers")))
             for i in range(len(edges) - 1)]
    said = [(begin, end, state_of(line) or "other", word_of(line))
            for begin, end, line in story.claims(name)]
    return (f"<p class=name>{escape(name)}</p>" + bar(scale, could)
            + bar(scale, said))


def word_of(line):
    state = state_of(line) or "unreadable"
    reason = line.get("reason")
    return state if state in ("up", "gone") or not reason \
        else f"{state}: {reason}"


def watcher(story, scale):
    """When nobody could read a node."""
    blind = [(begin, end, "blind", "the watcher had no quorum")
             for begin, end in story.blindness()]
    return bar(scale, blind) if blind else ""


def marks(story, scale, result):
    """Lines over all bars: broken, mended, and the bound of each breach."""
    lines = []
    for what, word in MARKS:
        t = story.mark(what)
        if t is not None:
            lines.append((t, word, f"{word} at {scale.time(t)}"))
    for finding in result.broken():
        if finding.bound is not None and finding.at is not None:
            lines.append((finding.at + finding.bound, "bound",
                          f"{finding.promise} ends here"))
    return "".join(f'<b class={kind} style="left:{scale.percent(t)}%" '
                   f'title="{escape(title)}"></b>'
                   for t, kind, title in lines if t <= scale.end)


def axis(story, scale):
    """What the lines mean, and how long all of it was."""
    words = [f"<b class={word}></b> {word} {scale.time(story.mark(what))}"
             for what, word in MARKS if story.mark(what) is not None]
    return (f"<p class=axis><span>{scale.time(scale.begin)}</span><span>"
            f"{' &nbsp; '.join(words)}</span><span>{scale.time(scale.end)}"
            "</span></p>")


def processes(story, scale):
    """How many of ours there were, as steps; zombies in words."""
    looks = [look for look in story.tree
             if scale.begin <= look["t"] <= scale.end]
    if not looks:
        return ""
    most = max(look["count"] for look in looks)
    before = looks[0]["count"]
    points = [(0, before)]
    for look in looks:
        x = scale.percent(look["t"])
        points += [(x, before), (x, look["count"])]
        before = look["count"]
    text = " ".join(f"{x},{round(20 - 18 * count / max(most, 1), 1)}"
                    for x, count in [*points, (100, before)])
    counts = [look["count"] for look in looks]
    fds = [look["fds"] for look in looks]
    zombies = max(look["zombies"] for look in looks)
    return ('<svg class=count viewBox="0 0 100 21" preserveAspectRatio=none '
            'role=img aria-label="count of processes"><polyline points="'
            f'{text}"/></svg><p class=axis><span>processes {counts[0]}, '
            f"then {min(counts)} to {most}</span><span>zombies at most {zombies}"
            f"</span><span>descriptors {fds[0]}, then {fds[-1]}</span></p>")


# --- words ----------------------------------------------------------------
def events(story, scale, names):
    """The same in words, for who cannot see the bars."""
    lines = [(t, word) for what, word in MARKS
             for t in [story.mark(what)] if t is not None]
    for name in names[:MOST_NAMES]:
        for since, until in story.silences(name):
            lines.append((since, f"{name} answers for the last time"))
            if until < story.end:
                lines.append((until, f"{name} answers again"))
        lines += [(begin, f"the node of {name} says {word_of(line)}"
                   if state_of(line) != "gone"
                   else f"the node of {name} is gone")
                  for begin, _, line in story.claims(name)
                  if begin > story.begin]
    for begin, end in story.blindness():
        lines += [(begin, "the watcher has no quorum"),
                  (end, "the watcher sees again")]
    items = "".join(f"<li><span>{scale.time(t)}</span> {escape(text)}</li>"
                    for t, text in sorted(lines)[:60])
    return f"<details><summary>In words</summary><ol>{items}</ol></details>"
