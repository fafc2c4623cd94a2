"""What a run says while it goes on: what it breaks now, and the time left."""
import shutil
import sys

import report

CLEAR = "\r\x1b[K"  # this line of the terminal
GUESS = 5.0  # seconds of a row nobody has played yet


class Telling:
    """Says what is broken now, on a terminal in place; and a line a row when
    it is through."""

    def __init__(self, todo, output, pace):
        self.output = output
        self.pace = pace
        self.count = len(todo)
        self.done = 0
        self.under_way = {}  # name -> row
        self.left = {row.name for row in todo}
        self.times = {}  # name -> seconds, as it was when it was last played
        for row in todo:
            took = report.took_before(output, row.name, pace)
            if took:
                self.times[row.name] = took

    def leave_out(self, rows):
        """Those that are too long for the fast form."""
        if rows:
            self._say("at true settings only: "
                      + ", ".join(row.name for row in rows))

    def begin(self, row):
        self.under_way[row.name] = row
        self._tell_now([row])

    def end(self, result):
        self.under_way.pop(result.name, None)
        self.left.discard(result.name)
        self.times[result.name] = result.took
        self.done += 1
        self._say(f"[{self.done:>{len(str(self.count))}}/{self.count}] "
                  f"{result.number:>3} {result.title:<52.52} "
                  f"{word_of(result):<7} {result.took:5.1f} s")
        if result.skipped:
            self._say(f"    skipped: {result.skipped}")
        if result.plays > 1:
            self._say(f"    {again(result)}")
        for finding in result.broken():
            self._say(f"    {report.sentence_of(finding)}")
        if result.broken():
            self._say(f"    again: {result.replay}")
        if sys.stdout.isatty():
            self._tell_now(self.under_way.values())

    def interrupted(self):
        for row in self.under_way.values():
            self._say(f"interrupted, not judged: {row.NUMBER} {row.TITLE}")
        self._say("interrupted: it heals, and what was found until then is")

    def _tell_now(self, rows):
        """What is broken now, and the time left."""
        titles = "; ".join(f"{row.NUMBER} {row.TITLE}" for row in rows)
        line = f"  {self._time_left()} left; breaking: {titles}"
        if sys.stdout.isatty():
            columns = shutil.get_terminal_size().columns
            print(f"{CLEAR}{line[:columns - 1]}", end="", flush=True)
        else:
            print(line, flush=True)

    def _say(self, line):
        print(f"{CLEAR if sys.stdout.isatty() else ''}{line}", flush=True)

    def sum_up(self, results):
        """Tells it all; the exit code."""
        return report.sum_up(results, self.output, self.pace, print)

    def _time_left(self):
        """A row nobody has played takes as long as the others do."""
        known = self.times.values()
        guess = sum(known) / len(known) if known else GUESS
        seconds = sum(self.times.get(name, guess) for name in self.left) \
            / max(1, len(self.under_way))
        return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


class Tap(Telling):
    """For a program that counts tests."""

    def leave_out(self, rows):
        for row in rows:
            print(commented(f"at true settings only: {row.name}"))

    def begin(self, row):
        if not self.under_way and not self.done:
            print(f"1..{self.count}", flush=True)
        self.under_way[row.name] = row

    def end(self, result):
        self.under_way.pop(result.name, None)
        self.done += 1
        name = f"{self.done} - {result.number} {result.title}"
        if result.skipped:
            print(f"ok {name} # SKIP {result.skipped}", flush=True)
            return
        print(f"{'ok' if result.is_kept() else 'not ok'} {name}", flush=True)
        if result.plays > 1:
            print(commented(again(result)), flush=True)
        for finding in result.broken():
            print(commented(report.sentence_of(finding)))
        if result.trace:
            print(commented(result.trace.rstrip()), flush=True)

    def sum_up(self, results):
        """The sums as comments; a row that turned out broken after it was
        told, by the end of its world, shows in the exit code."""
        return report.sum_up(results, self.output, self.pace,
                             lambda text: print(commented(text)))


def again(result):
    return (f"played {result.plays} times: this machine stood still for "
            f"{result.stall:.1f} s, by which nothing is judged")


def commented(text):
    return "\n".join(f"# {line}" for line in text.split("\n"))


def word_of(result):
    if result.skipped:
        return "skipped"
    return "kept" if result.is_kept() else "BROKEN"

