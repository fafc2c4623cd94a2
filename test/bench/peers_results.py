"""What a run of the peers found, and the questions the documents ask of it."""
from measure import median

KEPT = 0.85    # of the probes that were due; Sentinel asks each 1.1 s


class Results:
    def __init__(self, machine):
        self.machine = machine
        self.windows = {}    # (word, size) -> [Window]
        self.times = {}      # (kind, word, size) -> [ms, None = not seen]
        self.missing = {}    # word -> why it could not run
        self.troubles = []   # what went wrong, in words
        self.skipped = []    # steps left out for want of time
        self.took_s = None

    def add_window(self, word, size, window):
        self.windows.setdefault((word, size), []).append(window)

    def add_times(self, kind, size, found):
        for word, values in found.items():
            self.times.setdefault((kind, word, size), []).extend(values)

    # --- questions --------------------------------------------------------
    def sizes(self):
        return sorted({size for _, size in self.windows})

    def words(self):
        return list(dict.fromkeys(word for word, _ in self.windows))

    def of(self, word, size, ask):
        """The median over the windows of what `ask` says of one."""
        return median([ask(window) for window
                       in self.windows.get((word, size), [])])

    def probe_us(self, word, size):
        return self.of(word, size, lambda window: window.probe_us())

    def core_percent(self, word, size):
        return self.of(word, size,
                       lambda window: window.cpu_s / window.seconds * 100)

    def pss_mb(self, word, size):
        return self.of(word, size, lambda window: window.pss_mb)

    def processes(self, word, size):
        return self.of(word, size, lambda window: window.processes)

    def kept(self, word, size):
        """Which part of the probes that were due it made; None when it was
        not measured."""
        return self.of(word, size,
                       lambda window: window.probes / window.asked)

    def has_kept(self, word, size):
        kept = self.kept(word, size)
        return kept is None or kept >= KEPT

    def writes_a_minute(self, word):
        """Over all its windows; None when it has no ZooKeeper."""
        windows = [window for (of, _), all_of in self.windows.items()
                   for window in all_of
                   if of == word and window.writes is not None]
        seconds = sum(window.seconds for window in windows)
        return sum(window.writes for window in windows) / seconds * 60 \
            if windows else None

    def seen(self, kind, word, size):
        """(median, worst in ms, how many were not seen), or None."""
        values = self.times.get((kind, word, size))
        if not values:
            return None
        known = [value for value in values if value is not None]
        if not known:
            return None, None, len(values)
        return median(known), max(known), len(values) - len(known)

    # --- the smoke test ---------------------------------------------------
    def smoke(self, peers, words):
        """0 when each peer probed, and saw a death and a stop."""
        wrong = [f"{peers[word].NAME}: {why}"
                 for word, why in self.missing.items()] + self.troubles
        for word in words:
            if word in self.missing:
                continue
            name = peers[word].NAME
            for size in self.sizes():
                if not self.has_kept(word, size) \
                        or (word, size) not in self.windows:
                    wrong.append(f"{name}: too few probes at the servers: "
                                 f"{self.kept(word, size)} of those due")
            for kind in ("kill", "stop") if peers[word].IS_TELLING else ():
                for size in self.sizes():
                    seen = self.seen(kind, word, size)
                    if seen is None or seen[2] > 0:
                        wrong.append(f"{name}: did not say so after a {kind}")
        for line in wrong:
            print(f"not ok - {line}")
        if not wrong:
            print("ok - every peer probes, and says what it finds")
        return 1 if wrong else 0
