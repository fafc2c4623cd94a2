"""The logs of a row: lines of JSON, written while it runs, read afterwards.

    watch.jsonl    what a ZooKeeper client saw of the nodes (watched.py)
    oracle.jsonl   when each Redis could answer (oracle.py)
    tree.jsonl     the agent's processes, from /proc (tree.py)
    marks.jsonl    what was broken and mended when, and what must follow
    beats.jsonl    when probes arrived at a Redis nobody broke (beats.py)

Every line has "t", seconds of time.monotonic(). None of them takes the
agent's word for anything: the checker needs nothing else.
"""
import json
import os
import threading
import time

NAMES = ("watch", "oracle", "tree", "marks", "beats")


class Log:
    """One of them, appended to by any thread."""

    def __init__(self, directory, name):
        self.file = open(os.path.join(directory, f"{name}.jsonl"), "a",
                         encoding="utf-8")
        self.lock = threading.Lock()

    def add(self, what, t=None, **fields):
        line = {"t": time.monotonic() if t is None else t, "what": what,
                **fields}
        with self.lock:
            if not self.file.closed:
                self.file.write(json.dumps(line) + "\n")
                self.file.flush()
        return line["t"]

    def close(self):
        with self.lock:
            self.file.close()


def read(directory, name):
    """The lines of one log, oldest first; none if it was never begun."""
    try:
        with open(os.path.join(directory, f"{name}.jsonl"),
                  encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
    except FileNotFoundError:
        return []
    return sorted(lines, key=lambda line: line["t"])
