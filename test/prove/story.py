"""What the logs of one row tell, as the checker and the page ask for it."""
import logs

BEGIN = {"names": [], "spent": False, "isolated": False, "faults": 1}


class Story:
    """Everything here was written while the row ran; nothing is asked of a
    live program, and nothing of the agent."""

    def __init__(self, directory):
        self.watch, self.oracle, self.tree, self.marks, self.beats = (
            logs.read(directory, name) for name in logs.NAMES)
        told = self.lines("begin")
        # What the row said of itself when it began.
        self.row = {**BEGIN, **(told[0] if told else {})}
        self.begin = self.mark("begin")
        self.injecting = self.mark("injecting")
        self.injected = self.mark("injected")
        self.healed = self.mark("healed")
        self.end = self.mark("end") or max(
            [line["t"] for log in (self.watch, self.oracle, self.tree,
                                   self.marks) for line in log], default=0)

    def mark(self, what):
        return next((line["t"] for line in self.lines(what)), None)

    def lines(self, what):
        return [line for line in self.marks if line["what"] == what]

    def names(self):
        """Every instance there was, whether or not a log speaks of it."""
        return sorted({line["name"] for line in self.oracle}
                      | set(self.row["names"]))

    def is_exempt(self, name):
        return any(name in line["names"] for line in self.lines("exempt"))

    def claims(self, name):
        """[(from, to, line)] of what the node said, or that it was gone."""
        events = [line for line in self.watch if line.get("name") == name]
        ends = [line["t"] for line in events[1:]] + [self.end]
        return [(line["t"], end, line) for line, end in zip(events, ends)]

    def claim_at(self, name, moment):
        """The line that held then, or None."""
        held = [line for begin, _, line in self.claims(name)
                if begin <= moment]
        return held[-1] if held else None

    def silences(self, name):
        """[(last answer, next answer)]: when it could not answer."""
        mine = [line for line in self.oracle if line["name"] == name]
        return self._spans(mine, "silent", "answers")

    def blindness(self):
        """[(from, to)]: the watcher had no quorum."""
        return self._spans(self.watch, "blind", "connected")

    def deafness(self):
        """[(from, to)]: nobody listened for probes."""
        return self._spans(self.beats, "deaf", "listening")

    def _spans(self, lines, begins, ends):
        found, since = [], None
        for line in lines:
            if line["t"] > self.end:
                break  # the logs are being closed
            if line["what"] == begins and since is None:
                since = line["t"]
            elif line["what"] == ends and since is not None:
                found.append((since, line["t"]))
                since = None
        return found + ([(since, self.end)] if since is not None else [])


def stall(directory):
    """The longest that the suite itself got no processor, in seconds: so far
    apart were two of its looks at the processes."""
    looks = [line["t"] for line in logs.read(directory, "tree")]
    return max((later - earlier for earlier, later
                in zip(looks, looks[1:])), default=0)


def state_of(line):
    return "gone" if line["what"] == "deleted" else line["state"]


def overlap(a, b):
    """What two spans have in common, or None."""
    begin, end = max(a[0], b[0]), min(a[1], b[1])
    return (begin, end) if begin < end else None
