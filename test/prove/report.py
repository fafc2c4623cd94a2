"""What a run says: a line a row while it goes on, a table at its end, and
one self-contained page."""
import json
import os
import re
from dataclasses import asdict, dataclass, field

import page
from checker import Finding, check
from promises import Promises
from servers import PATIENCE

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
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
    layer: str = ""
    replay: str = ""     # the command that plays it again
    skipped: str = None
    findings: list = field(default_factory=list)
    trace: str = ""
    directory: str = None
    took: float = 0
    promises: Promises = None
    plays: int = 1
    stall: float = 0     # so long the machine stood still in the play before

    @classmethod
    def of(cls, fields):
        """What asdict made of one."""
        promises = fields["promises"] and Promises(**fields["promises"])
        return cls(**{**fields, "promises": promises, "findings":
                      [finding_of(each) for each in fields["findings"]]})

    def begin_again(self):
        """What was found says nothing: it is played once more."""
        self.plays += 1
        self.findings, self.trace = [], ""

    def fail(self, sentence):
        self.findings.append(Finding("row", sentence, False))

    def broken(self):
        return [finding for finding in self.findings if not finding.is_kept]

    def is_kept(self):
        return not self.broken()


def finding_of(fields):
    return Finding(**fields)


def keep(result, pace):
    """Beside the logs: what is needed to judge them again."""
    if result.directory and os.path.isdir(result.directory):
        with open(os.path.join(result.directory, KEPT_FILE), "w") as file:
            json.dump({"pace": pace, **asdict(result)}, file, indent=1)


def took_before(output, name, pace):
    """How long the row took when it was last played so; or None."""
    try:
        with open(os.path.join(output, name, KEPT_FILE)) as file:
            kept = json.load(file)
        return kept["took"] if kept["pace"] == pace else None
    except (OSError, ValueError, KeyError):
        return None


def sentence_of(finding):
    numbers = ""
    if finding.bound is not None:
        seen = "never" if finding.seen is None else f"{finding.seen:.2f} s"
        numbers = f" (bound {finding.bound:.2f} s, seen {seen})"
    first = finding.sentence.split("\n")[0]  # a log may follow it
    return f"{finding.promise}: {first}{numbers}"


def held(results):
    """Per promise: its title, how often it was held against what happened,
    how often it was broken, the bound, and the worst seen: of several bounds
    the one that was come nearest to."""
    findings = [finding for result in results for finding in result.findings]
    rows = []
    for key, title in PROMISES.items():
        mine = [finding for finding in findings if finding.promise == key]
        if not mine:
            continue
        measured = [finding for finding in mine if finding.seen is not None
                    and finding.bound is not None]
        nearest = max(measured, key=lambda finding: finding.seen
                      / max(finding.bound, 0.001), default=None)
        figures = (f"{nearest.bound:.2f}", f"{nearest.seen:.2f}") \
            if nearest else ("", "")
        broken = sum(not finding.is_kept for finding in mine)
        rows.append((title, len(mine), broken, *figures))
    return rows


def table(rows):
    lines = ["| promise | held against | broken | bound, s | worst seen, s |",
             "|---|--:|--:|--:|--:|"]
    return lines + [f"| {' | '.join(map(str, row))} |" for row in rows]


def limits():
    """What is not promised: the two lines of docs/promises.md."""
    with open(os.path.join(ROOT, "docs", "promises.md")) as file:
        text = file.read()
    found = re.search(r"^## What is not promised\n\n(.+?)\n\n", text,
                      re.MULTILINE | re.DOTALL)
    return found.group(1).split("\n")


def sum_up(results, output, pace, say):
    """Tells what was found and writes the reports; the exit code."""
    results = sorted(results, key=lambda result: result.name)
    rows = held(results)
    lines = table(rows)
    played = [result for result in results if result.skipped is None]
    broken = [result for result in played if not result.is_kept()]
    say("\n" + "\n".join(lines))
    for result in results:
        if result.skipped:
            say(f"skipped: {result.number} {result.title}: {result.skipped}")
    for result in broken:
        say(f"BROKEN: {result.number} {result.title}: "
            + "; ".join(map(sentence_of, result.broken())))
        say(f"        logs: {result.directory}; again: {result.replay}")
    with open(os.path.join(output, "report.md"), "w") as file:
        file.write("\n".join(lines) + "\n")
    path = os.path.join(output, "report.html")
    with open(path, "w") as file:
        file.write(page.make(results, rows, pace, limits()))
    say("\n" + "\n".join(limits()))
    say(f"{len(played) - len(broken)} rows kept, {len(broken)} broken, "
        f"{len(results) - len(played)} skipped; {path}")
    return 1 if broken or not played else 0


def judge(directory):
    """Judges the logs of an old row again, with today's checker."""
    with open(os.path.join(directory, KEPT_FILE)) as file:
        promises = Promises(**json.load(file)["promises"])
    findings = check(directory, promises, PATIENCE)
    for finding in findings:
        word = "kept  " if finding.is_kept else "BROKEN"
        print(f"{word} {sentence_of(finding)}")
    return 1 if any(not finding.is_kept for finding in findings) else 0
