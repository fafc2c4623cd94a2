"""The agent's processes as /proc shows them, several times a second."""
import os
import threading
import time

from agent import processes

STEP = 0.2


class Tree:
    """Writes {"what": "tree", "count", "zombies", "fds", "rss_kb", "ticks"}
    every STEP seconds: sums over every process of the agent's sessions."""

    def __init__(self, log, sessions):
        self.log = log
        self.sessions = sessions  # () -> the agent's session ids so far
        self.end = threading.Event()
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def close(self):
        self.end.set()
        self.thread.join(30)

    def _follow(self):
        while not self.end.wait(STEP):
            self.look()

    def look(self):
        """Now; what is seen before a row begins its last looks are held to."""
        sessions = set(self.sessions())
        members = [member for member in processes()
                   if member.session in sessions]
        dead = [member for member in members if member.state in "ZX"]
        # An orphan's exit is this suite's to take, not the agent's.
        zombies = [member for member in dead if member.parent != os.getpid()]
        self.log.add("tree", time.monotonic(),
                     count=len(members) - len(dead), zombies=len(zombies),
                     fds=sum(map(descriptors, members)),
                     rss_kb=sum(map(resident_kb, members)),
                     ticks=sum(member.cpu_ticks for member in members))


def descriptors(member):
    try:
        return len(os.listdir(f"/proc/{member.pid}/fd"))
    except OSError:
        return 0  # it ended, or is another user's


def resident_kb(member):
    try:
        with open(f"/proc/{member.pid}/statm") as file:
            return int(file.read().split()[1]) * 4
    except (OSError, IndexError):
        return 0
