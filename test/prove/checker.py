"""Replays the logs of a row against the promises: check(directory, promises).

Nothing here asks a live program; the logs of an old run can be judged again.
"""
from dataclasses import dataclass

from oracle import STEP as ORACLE_STEP
from promises import REPLACE, SLIP
from story import Story, overlap, state_of

SETTLE_FDS = 12     # sockets of probes and pages that are open just now
SETTLE_COUNT = 2    # a prober and its successor, or one that searches
PROCESS_FDS = 20    # of one of these
LOOKS = 5           # so many looks at the processes make one figure
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
    name: str = None     # of the instance, if it is about one


def check(directory, promises, patience=1):
    """Every finding of this row. `patience` stretches the bounds on a
    machine that is known to be slow; what is reported is as it was."""
    story = Story(directory)
    findings = [sight(story)]
    for name in story.names():
        if not story.is_exempt(name):
            findings.append(staleness(story, name, promises, patience))
            findings.append(false_down(story, name, promises.B, patience))
    findings += [expectation(story, line, name, patience)
                 for line in story.lines("expect") for name in line["names"]]
    findings += [quiet(story, line) for line in story.lines("quiet")]
    findings += [own(line, patience) for line in story.lines("check")]
    if story.row["isolated"] and story.beats:
        findings.append(isolation(story, promises, patience))
    if story.healed and not story.row["spent"]:
        findings.append(convergence(story, promises, patience))
        findings.append(bounded(story))
    return findings


def sight(story):
    """No promise is kept because nobody looked."""
    missed = [] if story.begin is not None else ["the row never began"]
    if not story.names():
        missed.append("no instance was watched")
    for name in story.names() if story.begin is not None else []:
        claim = story.claim_at(name, story.begin)
        if claim is None or state_of(claim) != "up":
            missed.append(f"the watcher saw no `up` of {name} before")
        if not any(line["name"] == name and line["what"] == "answers"
                   and line["t"] <= story.begin for line in story.oracle):
            missed.append(f"the oracle had no answer of {name} before")
    if not story.tree:
        missed.append("nobody looked at the processes")
    if not story.row["spent"] and any(
            until == story.end for _, until in story.blindness()):
        missed.append("the watcher is blind at the end")
    return Finding("sight", "; ".join(missed) or "watcher, oracle and process"
                   " tree saw all of it", not missed)


def staleness(story, name, promises, patience):
    """B: how long a readable `up` outlived the last answer. Of two faults at
    once each may cost a replacement."""
    bound = promises.B + (story.row["faults"] - 1) * REPLACE
    worst, at = 0, None
    for since, until in story.silences(name):
        for begin, end, line in story.claims(name):
            if state_of(line) != "up" or not overlap((begin, end),
                                                     (since, until)):
                continue
            if is_earned(story, begin, (since, until), promises.timeout
                         * patience):
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
                   " answer", is_kept, bound, worst, at, name)


def is_earned(story, begin, silence, timeout):
    """An `up` that begins just before the oracle's next answer: the agent may
    have had its own first, while a question of the oracle's, put when nobody
    answered, still waited to connect and to hear."""
    since, until = silence
    blink = 2 * timeout + ORACLE_STEP
    return until < story.end and begin >= max(since, until - blink)


def false_down(story, name, bound, patience):
    """A `down` needs a silence not longer ago than B."""
    for begin, _, line in story.claims(name):
        if state_of(line) != "down" or begin < (story.begin or 0):
            continue
        if not any(overlap((begin - bound * patience, begin), silence)
                   for silence in story.silences(name)):
            return Finding("true", f"{name} answered all the time and was "
                           "`down`", False, at=begin, name=name)
    return Finding("true", f"{name} was not `down` while it answered", True,
                   name=name)


def expectation(story, line, name, patience):
    """One node shows one of the states so soon after the mark."""
    wanted = (f"{name} is {' or '.join(line['states'])}"
              + (f" ({' or '.join(line['reasons'])})"
                 if line["reasons"] else ""))

    def is_as_expected(claim):
        return state_of(claim) in line["states"] and (
            not line["reasons"] or claim["reason"] in line["reasons"])
    seen = NEVER
    if "gone" in line["states"] and not story.claim_at(name, line["t"]):
        seen = 0  # it never was there
    for begin, end, claim in story.claims(name):
        if end > line["t"] and is_as_expected(claim):
            seen = min(seen, max(0, begin - line["t"]))
            break
    label = line["within"] if isinstance(line["within"], str) else "row"
    return Finding(label, wanted, seen <= line["seconds"] * patience,
                   line["seconds"], None if seen == NEVER else seen,
                   line["t"], name)


def quiet(story, line):
    """No DELETED, no node made anew, no other state since the mark."""
    for name in line["names"]:
        before = story.claim_at(name, line["t"])
        for begin, _, claim in story.claims(name):
            if begin <= line["t"]:
                continue
            if before is None or state_of(claim) != state_of(before) \
                    or claim["czxid"] != before["czxid"]:
                was = state_of(before) if before else "nothing"
                return Finding("no flap", f"{name} turned from {was} to "
                               f"{state_of(claim)}"
                               + (" and was made anew" if before and
                                  state_of(before) == state_of(claim)
                                  else ""), False, at=begin, name=name)
    return Finding("no flap", f"{', '.join(line['names'])}: not one event",
                   True)


def own(line, patience):
    """What the row measured itself."""
    is_kept = line["kept"]
    if line["bound"] is not None and line["seen"] is not None:
        is_kept = is_kept and line["seen"] <= line["bound"] * patience
    return Finding("row", line["sentence"], is_kept, line["bound"],
                   line["seen"], line["t"])


def isolation(story, promises, patience):
    """D, at a server nobody broke: how far two probes were apart there."""
    bound = promises.interval + SLIP + promises.D
    name = story.beats[0]["name"]
    beats = [line["t"] for line in story.beats if line["what"] == "beat"]
    worst, at = 0, None
    for since, until in zip(beats, [*beats[1:], story.end]):
        is_known = not any(overlap((since, until), span)
                           for span in story.deafness())
        if is_known and until > story.injecting and until - since > worst:
            worst, at = until - since, since
    if not beats and story.end - story.begin > bound * patience:
        worst = story.end - story.begin
    return Finding("probed", f"{name} is probed in time while a neighbour is "
                   "broken", worst <= bound * patience, bound, worst, at,
                   name)


def convergence(story, promises, patience):
    """C: from healing until every node says `up` again, for good."""
    last, who = story.healed, None
    for name in story.names():
        for _, end, line in story.claims(name):
            if state_of(line) != "up" and end > last:
                last, who = end, name
    took = last - story.healed
    is_replaced = story.lines("replaced") or story.row["faults"] > 1
    bound = promises.C_replaced if is_replaced else promises.C
    sentence = "all nodes are right again" + (f", {who} last" if who else "")
    return Finding("CR" if is_replaced else "C", sentence,
                   took <= bound * patience and last < story.end, bound, took,
                   story.healed)


def bounded(story):
    """No zombie stays, no process and no descriptor more than before."""
    looks = story.tree
    if not looks:
        return Finding("bounded", "the process tree was seen", False)
    before = [look for look in looks if look["t"] <= (story.begin or 0)]
    first, last = (before or looks[:1])[-1], looks[-LOOKS:]
    if min(look["zombies"] for look in last):
        return Finding("bounded", f"{last[-1]['zombies']} zombies stay",
                       False, at=last[-1]["t"])
    count = min(look["count"] for look in last) - first["count"]
    for key, more in (("count", SETTLE_COUNT),
                      ("fds", SETTLE_FDS + max(count, 0) * PROCESS_FDS)):
        after = min(look[key] for look in last)
        if after > first[key] + more:
            return Finding("bounded", f"{key}: {first[key]} before, {after} "
                           "after", False, at=last[-1]["t"])
    return Finding("bounded", "processes and descriptors are as before",
                   True)
