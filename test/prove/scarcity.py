"""Something of the host is short: CPU, processes, descriptors, room. Required
of the supervisor: no exit, no spin, few words; and all is right in time when
there is enough again.

    with scarcity.Hardship(world): ...      checks that while it lasts
"""
import contextlib
import os
import resource
import subprocess
import sys
import time

import hardship
import losses
from servers import die_with_parent

SPINNERS = 8
NICE = 10             # those who spin come first


class Hardship:
    """Checked when it ends, and it lasts at least so many seconds."""

    def __init__(self, world, seconds=0):
        self.world = world
        self.seconds = seconds

    def __enter__(self):
        self.hardship = hardship.Hardship(self.world.agent)

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        time.sleep(max(0, self.seconds - self.hardship.seconds()))
        for sentence, is_true in self.hardship.findings():
            self.world.check(sentence, is_true)


def duration(world):
    """A hardship that lasts: some rounds, and seconds in any case."""
    return max(4, 3 * world.promises.interval)


def supervisor(world):
    return losses.find(world, "supervisor")


def limit_descriptors(world, most):
    """The supervisor's; what is open stays. Gives back what the limit was."""
    was, hard = resource.prlimit(world.agent.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(world.agent.pid, resource.RLIMIT_NOFILE, (most, hard))
    return was


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
