"""Logs made by hand, for the checker to judge.

A row is 0 to 20 s here, broken at 2 and mended at 10 unless told; the
promises are those of the fast form: B 9, C 2.5, D 1.2, E 2.5.
"""
import json
import os

import logs
from checker import check
from promises import Promises

FAST = Promises(interval=0.5, timeout=0.5, fall=2, session=2, tick=0.5)


class Row:
    """The logs of a row in which nothing happened, to be spoilt."""

    def __init__(self, directory, names=("one", "two"), begin=None):
        self.directory = directory
        self.lines = {name: [] for name in logs.NAMES}
        self.nodes = 0
        self.add("marks", 0, "begin", row="r", names=list(names),
                 **(begin or {}))
        self.add("marks", 2, "injecting")
        self.add("marks", 2, "injected")
        self.add("marks", 10, "healed")
        self.add("marks", 20, "end")
        for name in names:
            self.created(-1, name)
            self.answers(-1, name)
        for tenth in range(0, 200, 2):
            self.look(tenth / 10)

    # --- what a log can say -----------------------------------------------
    def add(self, log, t, what, **fields):
        self.lines[log].append({"t": t, "what": what, **fields})

    def look(self, t, count=5, zombies=0, fds=80):
        self.add("tree", t, "tree", count=count, zombies=zombies, fds=fds,
                 rss_kb=20000, ticks=0)

    def looks_from(self, t, **figures):
        for look in self.lines["tree"]:
            if look["t"] >= t:
                look.update(figures)

    def node(self, what, t, name, state=None, reason=None):
        self.add("watch", t, what, name=name, czxid=self.nodes, mzxid=0,
                 state=state, reason=reason, detail="")

    def created(self, t, name, state="up"):
        self.nodes += 1
        self.node("created", t, name, state)

    def says(self, t, name, state, reason="timeout"):
        made = [line["czxid"] for line in self.lines["watch"]
                if line.get("name") == name][-1]
        self.add("watch", t, "changed", name=name, czxid=made, mzxid=1,
                 state=state, reason=reason, detail="")

    def gone(self, t, name):
        self.node("deleted", t, name)

    def answers(self, t, name):
        self.add("oracle", t, "answers", name=name)

    def silent(self, t, name):
        self.add("oracle", t, "silent", name=name)

    def silent_for(self, since, until, name):
        self.silent(since, name)
        self.answers(until, name)

    def beat(self, since, until, apart=0.5, name="two"):
        self.add("beats", since, "listening", name=name)
        steps = int((until - since) / apart)
        for step in range(steps + 1):
            self.add("beats", since + step * apart, "beat", name=name)

    def expect(self, t, name, states, within, reasons=()):
        self.add("marks", t, "expect", names=[name], states=list(states),
                 reasons=list(reasons), within=within,
                 seconds=FAST.seconds(within))

    # --- judged -----------------------------------------------------------
    def judge(self, patience=1):
        for name, lines in self.lines.items():
            with open(os.path.join(self.directory, f"{name}.jsonl"),
                      "w") as file:
                for line in lines:
                    file.write(json.dumps(line) + "\n")
        return check(self.directory, FAST, patience)

    def broken(self, patience=1):
        """The promises that were not kept, by their names."""
        return sorted({finding.promise for finding in self.judge(patience)
                       if not finding.is_kept})

    def finding(self, promise, patience=1):
        return [finding for finding in self.judge(patience)
                if finding.promise == promise][0]
