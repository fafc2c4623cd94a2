"""Something of the host is short: CPU, processes, descriptors, room. Required
of the supervisor: no exit, no spin, few words; and all is right in time when
there is enough again.

    with scarcity.Hardship(world): ...      checks that while it lasts
"""
import contextlib
import os
import resource
import signal
import subprocess
import sys
import time

import losses
from servers import die_with_parent, wait_for

SPIN_SHARE = 0.5      # of a core: who spins takes all he can get
LINES_MOST = 60       # of a whole hardship; a spin says thousands
TICK = os.sysconf("SC_CLK_TCK")
SPINNERS = 8
NICE = 10             # those who spin come first


class Hardship:
    """From its begin to its end: who lives, what is said, what it costs."""

    def __init__(self, world, seconds=0):
        self.world = world
        self.seconds = seconds  # it lasts at least so long

    def __enter__(self):
        self.pid = self.world.agent.pid
        self.lines = self.count_lines()
        self.ticks = self.count_ticks()
        self.begun = time.monotonic()
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        time.sleep(max(0, self.begun + self.seconds - time.monotonic()))
        took = time.monotonic() - self.begun
        share = (self.count_ticks() - self.ticks) / TICK / took
        said = self.count_lines() - self.lines
        check = self.world.check
        check("the supervisor lives on", self.world.agent.pid == self.pid
              and self.world.agent.process.poll() is None)
        check(f"nobody spins: {share:.0%} of a core", share <= SPIN_SHARE)
        check(f"{said} lines are said of it, {LINES_MOST} at most",
              said <= LINES_MOST)

    def count_lines(self):
        with open(self.world.agent.log, errors="replace") as file:
            return file.read().count("\n")

    def count_ticks(self):
        return sum(member.cpu_ticks
                   for member in self.world.agent.members())


def duration(world):
    """A hardship that lasts: some rounds, and seconds in any case."""
    return max(4, 3 * world.promises.interval)


def kill_helpers(world, name):
    for helper in world.agent.helpers(name):
        with contextlib.suppress(ProcessLookupError):
            helper.signal(signal.SIGKILL)


def wait_said(world, event):
    """Until the log has a line of this event."""
    def is_said():
        with open(world.agent.log, errors="replace") as file:
            return f"event={event}" in file.read()
    wait_for(is_said, 20, event)


def supervisor(world):
    return losses.find(world, "supervisor")


def limit_descriptors(world, most):
    """The supervisor's; what is open stays. Gives back what the limit was."""
    was, hard = resource.prlimit(world.agent.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(world.agent.pid, resource.RLIMIT_NOFILE, (most, hard))
    return was


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


def pin(world, cpus, nice):
    """Every thread of ours runs there only, and comes after others."""
    for member in world.agent.members():
        for thread in os.listdir(f"/proc/{member.pid}/task"):
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread), cpus)
                os.setpriority(os.PRIO_PROCESS, int(thread), nice)


def spin(cpu):
    """Processes that want all of this CPU; to be killed."""
    def settle():
        die_with_parent()
        os.sched_setaffinity(0, {cpu})
    return [subprocess.Popen([sys.executable, "-c", "while True: pass"],
                             preexec_fn=settle) for _ in range(SPINNERS)]
