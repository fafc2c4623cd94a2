"""What a run says while it goes on: what it breaks now, and the time left."""
import report

GUESS = 5.0  # seconds of a row nobody has played yet


class Telling:
    """A line a row: its title before it begins, its outcome behind that."""

    def __init__(self, todo, output, pace):
        self.output = output
        self.pace = pace
        self.count = len(todo)
        self.number = 0
        self.is_under_way = False
        self.left = {row.name for row in todo}
        self.times = {}  # row -> seconds, as it was when it was last played
        for row in todo:
            took = report.took_before(output, row.name, pace)
            if took:
                self.times[row.name] = took

    def begin(self, row):
        self.number += 1
        self.is_under_way = True
        print(f"[{self.number:>{len(str(self.count))}}/{self.count}, "
              f"{self._time_left()} left] {row.NUMBER:>3} "
              f"{row.TITLE:<56.56}", end=" ", flush=True)

    def end(self, result):
        self.is_under_way = False
        self.left.discard(result.name)
        self.times[result.name] = result.took
        print(f"{word_of(result):<7}{result.took:6.1f} s", flush=True)
        if result.skipped:
            print(f"    skipped: {result.skipped}")
        for finding in result.broken():
            print(f"    {report.sentence_of(finding)}", flush=True)
        if result.broken():
            print(f"    again: {result.replay}", flush=True)

    def interrupted(self):
        if self.is_under_way:
            print("interrupted: not judged")
        print("interrupted: what was found until then", flush=True)

    def sum_up(self, results):
        """Tells it all; the exit code."""
        return report.sum_up(results, self.output, self.pace, print)

    def _time_left(self):
        """A row nobody has played takes as long as the others do."""
        known = self.times.values()
        guess = sum(known) / len(known) if known else GUESS
        seconds = sum(self.times.get(name, guess) for name in self.left)
        return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


class Tap(Telling):
    """For a program that counts tests."""

    def begin(self, row):
        if self.number == 0:
            print(f"1..{self.count}", flush=True)
        self.number += 1

    def end(self, result):
        name = f"{self.number} - {result.number} {result.title}"
        if result.skipped:
            print(f"ok {name} # SKIP {result.skipped}", flush=True)
            return
        print(f"{'ok' if result.is_kept() else 'not ok'} {name}", flush=True)
        for finding in result.broken():
            print(commented(report.sentence_of(finding)))
        if result.trace:
            print(commented(result.trace.rstrip()), flush=True)

    def sum_up(self, results):
        """The sums as comments; a row that turned out broken after it was
        told, by the end of its world, shows in the exit code."""
        return report.sum_up(results, self.output, self.pace,
                             lambda text: print(commented(text)))


def commented(text):
    return "\n".join(f"# {line}" for line in text.split("\n"))


def word_of(result):
    if result.skipped:
        return "skipped"
    return "kept" if result.is_kept() else "BROKEN"

