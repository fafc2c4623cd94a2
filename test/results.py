"""What a program of the test suite said: its tests, passed, failed, skipped.

Programs that speak TAP are counted by it, pytest by its junit file, anything
else by its exit code.
"""
import re
import signal
import xml.etree.ElementTree as ElementTree

TAP_LINE = re.compile(r"^(not )?ok\b *\d* *-? *(.*)$")
TAP_PLAN = re.compile(r"^1\.\.(\d+)\b")
TAP_SKIP = re.compile(r"# *skip\w* *(.*)$", re.IGNORECASE)
# cmocka says "not ok N # SKIP name" and no reason: the test says that itself.
SKIP_REASON = re.compile(r"^# skip (\w+): (.+)$")

CRASH = re.compile(r"(Address|Leak|Thread|UndefinedBehavior)Sanitizer|"
                   r"runtime error:|Test failed with exception")


class Job:
    """One program to run. `kind` is tap, pytest, plain (one test) or step
    (no test, but it may fail)."""

    def __init__(self, title, argv, kind="tap", seconds=300,
                 environment=None):
        self.title = title
        self.argv = argv
        self.kind = kind
        self.seconds = seconds
        self.environment = environment or {}
        self.passed = []
        self.failed = []
        self.skipped = []  # (name, reason)
        self.output = ""
        self.took = 0.0
        self.tests = set()  # of pytest: all names of tests
        self.trouble = ""   # the machine's meanwhile
        self.replayed = []  # names that failed first

    def may_be_excused(self):
        """Did nothing but tests of pytest fail, and without a crash? A
        machine that stands still makes no memory error, nor does a whole file
        at its time limit say which test it hung in."""
        return self.kind == "pytest" and self.failed and self.trouble \
            and self.tests.issuperset(self.failed) \
            and not CRASH.search(self.output)

    def again(self):
        """The tests that failed."""
        names = [name.replace(": ", "::", 1) for name in self.failed]
        job = Job(self.title, [*self.argv[:-1], *names], self.kind,
                  self.seconds, self.environment)
        job.junit = self.junit
        return job

    def settle(self, again):
        """Excused is what passed the second time."""
        self.replayed = self.failed
        self.failed = [name for name in self.failed
                       if name not in again.passed]
        self.failed += [name for name in again.failed
                        if name not in self.failed]
        self.passed += again.passed


def count_tap(job, code):
    """Every `ok` and `not ok`; a plan not kept is one more failure, and so is
    a skip that does not say why."""
    plan, seen = 0, 0
    reasons = dict(found.groups() for found in map(
        SKIP_REASON.match, job.output.splitlines()) if found)
    for line in job.output.splitlines():
        planned = TAP_PLAN.match(line)
        if planned:
            plan += int(planned.group(1))
        found = TAP_LINE.match(line)
        if not found:
            continue
        seen += 1
        name = f"{job.title}: {found.group(2)}"
        skip = TAP_SKIP.search(found.group(2))
        reason = skip and reasons.get(skip.group(1))
        if reason:
            job.skipped.append((f"{job.title}: {skip.group(1)}", reason))
        elif skip and not found.group(1) and skip.group(1):
            job.skipped.append((name, skip.group(1)))
        elif found.group(1):
            job.failed.append(name)
        else:
            job.passed.append(name)
    if seen == 0:
        count_plain(job, code)
    elif code != 0 and not job.failed:
        job.failed.append(f"{job.title}: ended with {ending(code)}")
    elif plan > seen:
        job.failed.append(f"{job.title}: {plan} tests planned, {seen} seen")


def count_step(job, code):
    if code != 0:
        job.failed.append(f"{job.title}: {ending(code)}")


def count_plain(job, code):
    if code == 0:
        job.passed.append(job.title)
    else:
        job.failed.append(f"{job.title}: {ending(code)}")


def count_pytest(job, code):
    try:
        cases = ElementTree.parse(job.junit).getroot().iter("testcase")
    except (OSError, ElementTree.ParseError):
        job.failed.append(f"{job.title}: {ending(code)}, no results written")
        return
    for case in cases:
        name = f"{job.title}: {case.get('name')}"
        job.tests.add(name)
        skip = case.find("skipped")
        if skip is not None:
            job.skipped.append((name, skip.get("message") or "no reason"))
        elif case.find("failure") is not None \
                or case.find("error") is not None:
            job.failed.append(name)
        else:
            job.passed.append(name)
    if code not in (0, 1, 5) or (code == 1 and not job.failed):
        job.failed.append(f"{job.title}: {ending(code)}")


def ending(code):
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


COUNTED_BY = {"tap": count_tap, "pytest": count_pytest, "plain": count_plain,
              "step": count_step}


def count(job, code):
    """Counts what the job has put out, and how it ended."""
    COUNTED_BY[job.kind](job, code)
