"""What an agent runs short of may not end it, make it spin, or make it talk.

    hardship = Hardship(agent)      from here on lines are counted
    hardship.begin_window()         and from here on CPU
    for sentence, is_true in hardship.findings(): ...
"""
import contextlib
import os
import signal
import time

from servers import wait_for

SPIN_SHARE = 0.5      # of a core: who spins takes all he can get
LINES_MOST = 60       # of a whole hardship; a spin says thousands
TICK = os.sysconf("SC_CLK_TCK")


class Hardship:
    """From its begin on: who lives, what is said, what it costs."""

    def __init__(self, agent):
        self.agent = agent
        self.pid = agent.pid
        self.lines = log_of(agent).count("\n")
        self.begin_window()

    def begin_window(self):
        self.ticks = self.count_ticks()
        self.begun = time.monotonic()

    def seconds(self):
        """So long the window is open."""
        return time.monotonic() - self.begun

    def count_ticks(self):
        return sum(member.cpu_ticks for member in self.agent.members())

    def findings(self):
        """[(what is required, whether it is so)], of the window's CPU and of
        all that was said."""
        share = (self.count_ticks() - self.ticks) / TICK / self.seconds()
        said = log_of(self.agent).count("\n") - self.lines
        return [
            ("the supervisor lives on", self.agent.pid == self.pid
             and self.agent.process.poll() is None),
            (f"nobody spins: {share:.0%} of a core", share <= SPIN_SHARE),
            (f"{said} lines are said of it, {LINES_MOST} at most",
             said <= LINES_MOST)]


def log_of(agent):
    with open(agent.log, errors="replace") as file:
        return file.read()


def wait_said(agent, event):
    """Until the log has a line of this event."""
    wait_for(lambda: f"event={event}" in log_of(agent), 20, event)


def kill_helpers(agent, name):
    for helper in agent.helpers(name):
        with contextlib.suppress(ProcessLookupError):
            helper.signal(signal.SIGKILL)


def fill(path):
    """Until not one byte fits beside it any more."""
    with open(path, "wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                if file.write(b"x" * size) < size:
                    size //= 2
            except OSError:
                size //= 2
