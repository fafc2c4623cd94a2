"""Replays the logs of a row against the promises: check(directory, promises).

Nothing here asks a live program; the logs of an old run can be judged again.
"""
from dataclasses import dataclass

import logs
from oracle import STEP as ORACLE_STEP

SETTLE_FDS = 12     # sockets of probes and pages that are open just now
NEVER = float("inf")


@dataclass
class Finding:
    """One promise in one row: `bound` and `seen` in seconds, or None."""
    promise: str
    sentence: str
    is_kept: bool
    bound: float = None
    seen: float = None
    at: float = None     # where on the timeline, if it was broken


class Story:
    """The four logs of a row, as the questions below ask for them."""

    def __init__(self, directory):
        self.watch, self.oracle, self.tree, self.marks = (
            logs.read(directory, name) for name in logs.NAMES)
        self.begin = self._mark("begin")
        self.injected = self._mark("injected")
        self.healed = self._mark("healed")
        self.end = self._mark("end")

    def _mark(self, what):
        return next((line["t"] for line in self.marks
                     if line["what"] == what), None)

    def lines(self, what):
        return [line for line in self.marks if line["what"] == what]

    def names(self):
        return sorted({line["name"] for line in self.oracle})

    def is_exempt(self, name):
        return any(name in line["names"] for line in self.lines("exempt"))

    def claims(self, name):
        """[(from, to, line)] of what the node said; "gone" between."""
        events = [line for line in self.watch if line.get("name") == name]
        ends = [line["t"] for line in events[1:]] + [self.end]
        return [(line["t"], end, line) for line, end in zip(events, ends)]

    def silences(self, name):
        """[(last answer, next answer)]: when it could not answer."""
        found, since = [], None
        for line in self.oracle:
            if line["name"] != name:
                continue
            if line["what"] == "silent" and since is None:
                since = line["t"]
            elif line["what"] == "answers" and since is not None:
                found.append((since, line["t"]))
                since = None
        return found + ([(since, self.end)] if since is not None else [])

    def blindness(self):
        """[(from, to)]: the watcher had no quorum."""
        found, since = [], None
        for line in self.watch:
            if line["what"] == "blind" and since is None:
                since = line["t"]
            elif line["what"] == "connected" and since is not None:
                found.append((since, line["t"]))
                since = None
        return found + ([(since, self.end)] if since is not None else [])


def state_of(line):
    return "gone" if line["what"] == "deleted" else line["state"]


def overlap(a, b):
    begin, end = max(a[0], b[0]), min(a[1], b[1])
    return (begin, end) if begin < end else None


def check(directory, promises, patience=1):
    """Every finding of this row. `patience` stretches the bounds on a
    machine that is known to be slow; what is reported is as it was."""
    story = Story(directory)
    findings = []
    for name in story.names():
        if not story.is_exempt(name):
            findings.append(staleness(story, name, promises.B, patience))
            findings.append(false_down(story, name, promises.B, patience))
    findings += [expectation(story, line, name, patience)
                 for line in story.lines("expect") for name in line["names"]]
    findings += [quiet(story, line) for line in story.lines("quiet")]
    findings += [own(line, patience) for line in story.lines("check")]
    if story.healed:
        findings.append(convergence(story, promises, patience))
    findings.append(bounded(story))
    return findings


def staleness(story, name, bound, patience):
    """B: how long a readable `up` outlived the last answer."""
    worst, at = 0, None
    for since, until in story.silences(name):
        for begin, end, line in story.claims(name):
            if state_of(line) != "up" or not overlap((begin, end),
                                                     (since, until)):
                continue
            lie = min(end, until)
            for blind in story.blindness():
                # Nobody could read it then; from contact on, it counts anew.
                if blind[0] <= lie <= blind[1] + bound:
                    lie = blind[0]
            if lie - since > worst:
                worst, at = lie - since, since
    is_kept = worst <= (bound + ORACLE_STEP) * patience
    return Finding("B", f"{name} is not `up` for longer than B after its last"
                   " answer", is_kept, bound, worst, at)


def false_down(story, name, bound, patience):
    """A `down` needs a silence not longer ago than B."""
    for begin, end, line in story.claims(name):
        if state_of(line) != "down" or begin < story.begin:
            continue
        if not any(overlap((begin - bound * patience, begin), silence)
                   or silence[0] <= begin <= silence[1]
                   for silence in story.silences(name)):
            return Finding("true", f"{name} answered all the time and was "
                           "`down`", False, at=begin)
    return Finding("true", f"{name} was not `down` while it answered", True)


def expectation(story, line, name, patience):
    wanted = (f"{name} is {' or '.join(line['states'])}"
              + (f" ({' or '.join(line['reasons'])})"
                 if line["reasons"] else ""))

    def is_as_expected(claim):
        state = state_of(claim)
        return state in line["states"] and (
            not line["reasons"] or claim["reason"] in line["reasons"])
    seen = NEVER
    for begin, end, claim in story.claims(name):
        if end > line["t"] and is_as_expected(claim):
            seen = max(0, begin - line["t"])
            break
    label = line["within"] if isinstance(line["within"], str) else "row"
    return Finding(label, wanted, seen <= line["seconds"] * patience,
                   line["seconds"], None if seen == NEVER else seen,
                   line["t"])


def quiet(story, line):
    """No DELETED, no node made anew, no other state since the mark."""
    for name in line["names"]:
        before = None
        for begin, end, claim in story.claims(name):
            if begin <= line["t"]:
                before = claim
                continue
            if before is None or state_of(claim) != state_of(before) \
                    or claim["czxid"] != before["czxid"]:
                was = state_of(before) if before else "nothing"
                return Finding("no flap", f"{name} turned from {was} to "
                               f"{state_of(claim)}", False, at=begin)
    return Finding("no flap", f"{', '.join(line['names'])}: not one event",
                   True)


def own(line, patience):
    is_kept = line["kept"]
    if line["bound"] is not None and line["seen"] is not None:
        is_kept = is_kept and line["seen"] <= line["bound"] * patience
    return Finding("row", line["sentence"], is_kept, line["bound"],
                   line["seen"], line["t"])


def convergence(story, promises, patience):
    """C: from healing until every node says `up` again, for good."""
    last, who = story.healed, None
    for name in story.names():
        for begin, end, line in story.claims(name):
            if state_of(line) != "up" and end > last:
                last, who = end, name
    took = last - story.healed
    bound = promises.C_replaced if story.lines("replaced") else promises.C
    sentence = "all nodes are right again" + (f", {who} last" if who else "")
    return Finding("C", sentence, took <= bound * patience and
                   last < story.end, bound, took, story.healed)


def bounded(story):
    """No zombie stays, no process and no descriptor more than before."""
    looks = [line for line in story.tree]
    if not looks:
        return Finding("bounded", "the process tree was seen", False)
    first, last = looks[0], looks[-1]
    if last["zombies"] and len(looks) > 5 and all(
            look["zombies"] for look in looks[-5:]):
        return Finding("bounded", f"{last['zombies']} zombies stay", False,
                       at=last["t"])
    for key, more in (("count", 2), ("fds", SETTLE_FDS)):
        if min(look[key] for look in looks[-5:]) > first[key] + more:
            return Finding("bounded", f"{key}: {first[key]} before, "
                           f"{last[key]} after", False, at=last["t"])
    return Finding("bounded", "processes and descriptors are as before",
                   True)
