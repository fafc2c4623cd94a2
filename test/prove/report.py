"""What a run says: a line a row while it goes on, a table at its end, and
one self-contained page."""
import json
import os
import time
from dataclasses import asdict, dataclass, field

import page
from checker import Finding, check
from promises import Promises
from servers import PATIENCE

KEPT_FILE = "result.json"
# The order of the table, and what a promise is called there.
PROMISES = {
    "B": "B: no `up` lives longer after the last answer",
    "C": "C: all right again after healing",
    "CR": "C, the publisher replaced", "D": "D: neighbours are delayed",
    "probed": "D, at the server: between two probes of a neighbour",
    "E": "E: nodes are gone", "now": "prompt: a death is told",
    "exit": "SIGTERM to the last process gone",
    "true": "no `down` while Redis answers", "no flap": "no flap",
    "bounded": "bounded, and back to baseline", "row": "what rows expect",
    "d": "the dead-man", "sight": "the suite saw all of it",
    "health": "health before and after",
}


@dataclass
class Result:
    name: str
    number: str
    title: str
    skipped: str = None
    findings: list = field(default_factory=list)
    trace: str = ""
    directory: str = None
    took: float = 0

    def broken(self):
        return [finding for finding in self.findings if not finding.is_kept]

    def is_kept(self):
        return not self.broken()


@dataclass
class Progress:
    number: int   # from 0
    count: int
    begun: float

    def left(self):
        each = (time.monotonic() - self.begun) / (self.number + 1)
        minutes, seconds = divmod(int(each * (self.count - self.number - 1)),
                                  60)
        return f"{minutes}:{seconds:02} left"


def keep(result, pace):
    """Beside the logs: what is needed to judge them again."""
    if result.directory and os.path.isdir(result.directory):
        with open(os.path.join(result.directory, KEPT_FILE), "w") as file:
            json.dump({"pace": pace, **asdict(result)}, file, indent=1)


def tell(result, progress):
    if result.skipped:
        word = "skipped"
    else:
        word = "kept" if result.is_kept() else "BROKEN"
    print(f"[{progress.number + 1}/{progress.count}] {result.number:>4} "
          f"{result.title:<58.58} {word:<8}{result.took:5.1f} s  "
          f"{progress.left()}", flush=True)
    if result.skipped:
        print(f"       skipped: {result.skipped}")
    for finding in result.broken():
        print(f"       {sentence_of(finding)}", flush=True)


def sentence_of(finding):
    numbers = ""
    if finding.bound is not None:
        seen = "never" if finding.seen is None else f"{finding.seen:.2f} s"
        numbers = f" (bound {finding.bound:.2f} s, seen {seen})"
    first = finding.sentence.split("\n")[0]  # a log may follow it
    return f"{finding.promise}: {first}{numbers}"


def table(results):
    """Per promise: how often held against, the bound, the worst seen."""
    lines = ["| promise | held against | broken | bound, s | worst seen, s |",
             "|---|--:|--:|--:|--:|"]
    findings = [finding for result in results for finding in result.findings]
    for key, title in PROMISES.items():
        mine = [finding for finding in findings if finding.promise == key]
        if not mine:
            continue
        measured = [finding for finding in mine if finding.seen is not None
                    and finding.bound is not None]
        bounds = {round(finding.bound, 2) for finding in measured}
        bound = f"{bounds.pop():.2f}" if len(bounds) == 1 else "each its own" \
            if bounds else ""
        worst = f"{max(f.seen for f in measured):.2f}" if measured else ""
        broken = sum(not finding.is_kept for finding in mine)
        lines.append(f"| {title} | {len(mine)} | {broken} | {bound} | "
                     f"{worst} |")
    return lines


def sum_up(results, output, pace):
    results.sort(key=lambda result: result.name)
    lines = table(results)
    played = [result for result in results if result.skipped is None]
    broken = [result for result in played if not result.is_kept()]
    print("\n" + "\n".join(lines))
    for result in results:
        if result.skipped:
            print(f"skipped: {result.number} {result.title}: "
                  f"{result.skipped}")
    for result in broken:
        print(f"BROKEN: {result.number} {result.title}: "
              + "; ".join(map(sentence_of, result.broken())))
        print(f"        logs in {result.directory}")
    with open(os.path.join(output, "report.md"), "w") as file:
        file.write("\n".join(lines) + "\n")
    with open(os.path.join(output, "report.html"), "w") as file:
        file.write(page.make(results, lines, pace))
    print(f"{len(played) - len(broken)} rows kept, {len(broken)} broken, "
          f"{len(results) - len(played)} skipped; "
          f"{os.path.join(output, 'report.html')}", flush=True)
    return 1 if broken or not played else 0


def judge(directory):
    """Judges the logs of an old row again, with today's checker."""
    with open(os.path.join(directory, KEPT_FILE)) as file:
        kept = json.load(file)
    pace = kept["pace"]
    promises = Promises(pace["interval"], pace["timeout"], 2,
                        pace["session"], pace["tick"])
    findings = check(directory, promises, PATIENCE)
    for finding in findings:
        word = "kept  " if finding.is_kept else "BROKEN"
        print(f"{word} {sentence_of(finding)}")
    return 1 if any(not finding.is_kept for finding in findings) else 0


__all__ = ["Finding", "Progress", "Result", "judge", "keep", "sum_up",
           "tell"]
