"""Charts of the peers as SVG, by our own hand: one file that a browser shows
in its reader's colours, light or dark. Lines over the number of instances,
both axes logarithmic; bars of medians with a whisker to the worst."""
import math
from html import escape

WIDTH = 760
HEIGHT = 400
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 48, 48
BAR_LEFT, BAR_STEP = 130, 30
LABEL_GAP = 15
# light, dark; by the peers' words
COLOURS = {
    "agent": ("#c2185b", "#ff6f9f"), "go": ("#00838f", "#4dd0e1"),
    "python": ("#9a6b00", "#e8b84a"), "sentinel": ("#1565c0", "#74b0ff"),
    "haproxy": ("#2e7d32", "#7fcf83"), "exporter": ("#6a3fb5", "#b99aff"),
    "script": ("#a0522d", "#e0956c"), "floor": ("#6b7280", "#9aa3af"),
}
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #374151 }
.title { font-size: 15px; font-weight: 600; fill: #111827 }
.back { fill: #ffffff } .grid { stroke: #e5e7eb } .axis { stroke: #9ca3af }
.line { fill: none; stroke-width: 1.8 } .agent { stroke-width: 3.4 }
.agent-label { font-weight: 700 } .join { stroke: #9ca3af; stroke-width: .6 }
"""
DARK_STYLE = """
text { fill: #d1d5db } .title { fill: #f9fafb } .back { fill: #111827 }
.grid { stroke: #263041 } .axis { stroke: #6b7280 }
"""


def style():
    def colours(which):
        return "".join(f".s-{word} {{ stroke: {pair[which]} }} "
                       f".f-{word} {{ fill: {pair[which]} }}\n"
                       for word, pair in COLOURS.items())
    return (f"<style>{STYLE}{colours(0)}"
            f"@media (prefers-color-scheme: dark) {{{DARK_STYLE}"
            f"{colours(1)}}}</style>")


def frame(title, height, body):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} '
        f'{height}" width="{WIDTH}" height="{height}" role="img">',
        f"<title>{escape(title)}</title>", style(),
        f'<rect class="back" width="{WIDTH}" height="{height}" rx="6"/>',
        f'<text class="title" x="16" y="26">{escape(title)}</text>',
        *body, "</svg>\n"])


def label(x, y, words, anchor="middle", kind=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'class="{kind}">{escape(str(words))}</text>')


def line(kind, x1, y1, x2, y2):
    return (f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" '
            f'x2="{x2:.1f}" y2="{y2:.1f}"/>')


def ticks(least, most):
    """1, 2 and 5 times powers of ten that span the values; fewer when the
    span is wide."""
    steps = (1, 2, 5) if most / least < 300 else (1,)
    low = math.floor(math.log10(least))
    high = math.ceil(math.log10(most))
    all_of = [step * 10.0 ** power for power in range(low, high + 1)
              for step in steps]
    start = max([tick for tick in all_of if tick <= least],
                default=all_of[0])
    end = min([tick for tick in all_of if tick >= most],
              default=all_of[-1])
    return [tick for tick in all_of if start <= tick <= end]


class Scale:
    """A logarithmic axis from `at` to `to` in pixels."""

    def __init__(self, least, most, at, to):
        self.least = math.log(least)
        self.span = math.log(most) - self.least or 1.0
        self.at = at
        self.length = to - at

    def __call__(self, value):
        return self.at + (math.log(value) - self.least) / self.span \
            * self.length


def spread(places):
    """The same places, moved apart so that labels do not cover each other."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for before, i in zip(order, order[1:]):
        moved[i] = max(moved[i], moved[before] + LABEL_GAP)
    over = max(0.0, max(moved, default=0) - (HEIGHT - BOTTOM))
    for i in reversed(order):
        moved[i] -= over
    for after, i in zip(order[::-1], order[-2::-1]):
        moved[i] = min(moved[i], moved[after] - LABEL_GAP)
    return moved


def curve(word, points):
    path = " ".join(f"{'ML'[i > 0]}{x:.1f} {y:.1f}"
                    for i, (x, y) in enumerate(points))
    kind = f"line s-{word}" + (" agent" if word == "agent" else "")
    dots = [f'<circle class="f-{word}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
            for x, y in points]
    return [f'<path class="{kind}" d="{path}"/>', *dots]


def lines(title, unit, sizes, series):
    """`series`: (word, name, [(size, value)]), drawn over the sizes."""
    series = [one for one in series if one[2]]
    values = [value for _, _, points in series for _, value in points]
    marks = ticks(min(values), max(values))
    across = Scale(sizes[0], sizes[-1], LEFT, WIDTH - RIGHT)
    up = Scale(marks[0], marks[-1], HEIGHT - BOTTOM, TOP)
    body = []
    for mark in marks:
        body += [line("grid", LEFT, up(mark), WIDTH - RIGHT, up(mark)),
                 label(LEFT - 8, up(mark) + 4, f"{mark:g}", "end")]
    for size in sizes:
        body += [line("axis", across(size), HEIGHT - BOTTOM, across(size),
                      HEIGHT - BOTTOM + 5),
                 label(across(size), HEIGHT - BOTTOM + 19, size)]
    body.append(label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "instances"))
    ends = []
    for word, _, points in reversed(series):
        placed = [(across(size), up(value)) for size, value in points]
        body += curve(word, placed)
        ends.insert(0, placed[-1])
    for (word, name, _), (x, y), place in zip(
            series, ends, spread([end[1] for end in ends])):
        edge = WIDTH - RIGHT + 16
        kind = f"f-{word}" + (" agent-label" if word == "agent" else "")
        body += [line("join", x + 4, y, edge - 3, place),
                 label(edge, place + 4, name, "start", kind)]
    return frame(title, HEIGHT, body)


def bars(title, unit, series):
    """`series`: (word, name, median, worst), best first."""
    series = sorted(series, key=lambda one: one[2])
    if not series:
        return frame(title, HEIGHT, [])
    marks = ticks(min(one[2] for one in series) / 2,
                  max(one[3] for one in series))
    bottom = TOP + BAR_STEP * len(series)
    across = Scale(marks[0], marks[-1], BAR_LEFT, WIDTH - 90)
    body = []
    for mark in marks:
        body += [line("grid", across(mark), TOP - 6, across(mark), bottom),
                 label(across(mark), bottom + 16, f"{mark:g}")]

    for i, (word, name, middle, worst) in enumerate(series):
        y = TOP + BAR_STEP * i + BAR_STEP / 2 - 3
        kind = f"f-{word}" + (" agent-label" if word == "agent" else "")
        body += [label(BAR_LEFT - 10, y + 4, name, "end", kind),
                 f'<rect class="f-{word}" x="{BAR_LEFT}" y="{y - 7:.1f}" '
                 f'width="{across(middle) - BAR_LEFT:.1f}" height="14" '
                 'rx="2"/>',
                 line("axis", across(middle), y, across(worst), y),
                 line("axis", across(worst), y - 5, across(worst), y + 5),
                 label(across(worst) + 6, y + 4,
                       f"{middle:.0f}", "start")]
    return frame(title, bottom + 32, body)
