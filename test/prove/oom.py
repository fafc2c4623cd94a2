"""Memory runs out in one of our processes: the kernel ends it at the next
page that it asks for (a memory cgroup), or refuses it more (a limit).

    inject = oom.inject("prober")
    needs = oom.needs
"""
import resource
import time

import cgroup
import losses
from promises import REPLACE
from servers import wait_for

SCENE = losses.SCENE
NEEDS_A_PAGE_SECONDS = 30   # the publisher sleeps from ping to ping
LIMITS = (resource.RLIMIT_AS, resource.RLIMIT_DATA)
ROLES = ("supervisor", *losses.PROBERS, *sorted(losses.HELPERS))


def needs():
    return cgroup.missing("memory")


def ask(world):
    """Gives the console something to do; it may die of it."""
    try:
        world.agent.request("/status", timeout=1)
    except OSError:
        pass


def inject(role, nudge=lambda world: None):
    """A row's inject; `nudge` makes this process ask for memory."""
    def starve(world):
        world.quiet()
        process = wait_for(lambda: losses.find(world, role), 20, role)
        group = cgroup.Cgroup("memory")
        try:
            group.limit_memory(0)
            group.add(process)
            wait_for(lambda: nudge(world) or not process.is_alive(),
                     NEEDS_A_PAGE_SECONDS, f"end of the {role}")
            at = time.monotonic()
            killed = group.killed_for_memory()
            took = losses.wait_replaced(world, process, role) - at
        finally:
            group.remove()
        world.check(f"the {role} was ended for its memory", killed > 0)
        world.check(f"the {role} is replaced within R", True, REPLACE, took)
    return starve


def refuse(world):
    """A row's inject: one after the other gets no more memory. What a process
    has may be enough; if it is not, somebody else plays its part."""
    world.quiet()
    for role in ROLES:
        process = wait_for(lambda: losses.find(world, role), 20, role)
        before = [limit(process, kind, 1) for kind in LIMITS]
        world.rounds(2)
        ask(world)
        if process.is_alive():
            for kind, soft in zip(LIMITS, before):
                limit(process, kind, soft)
        wait_for(lambda: losses.is_whole(world), 40, "full set of processes")
    world.check("nobody is missing for want of memory", True)


def limit(process, kind, soft):
    """Sets this limit, and gives back what it was; a process that has just
    ended has none."""
    try:
        was, hard = resource.prlimit(process.pid, kind)
        resource.prlimit(process.pid, kind, (soft, hard))
        return was
    except ProcessLookupError:
        return soft
