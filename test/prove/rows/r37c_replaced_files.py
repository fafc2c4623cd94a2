"""A package replaces the programs under a running agent, whose helpers end
before it does: each of them comes back as a new one."""
import os
import shutil
import signal

from agent import HELPERS
from servers import wait_for
from upgrade_rows import (PROGRAMS, SCENE, another_build,  # noqa: F401
                          hand_over)

NUMBER = "37c"
TITLE = "programs replaced under the agent, then SIGUSR2"


def replace(build):
    """As dpkg does it: beside it, and over it at once."""
    for name in PROGRAMS:
        path = os.path.join(build, name)
        shutil.copy(path, path + ".new")
        os.rename(path + ".new", path)


def inject(world):
    ours, other = world.agent.build, another_build(world)
    hand_over(world, other)
    if other.startswith(world.directory):  # a copy of our own
        replace(other)
    mark = world.watch.mark()
    for name in HELPERS:
        old = world.agent.helpers(name)[0]
        old.signal(signal.SIGKILL)
        wait_for(lambda: not old.is_alive(), what=f"end of {old}")
        world.wait_healthy()
    world.check("no event while helpers came out of new files",
                not world.watch.refresh().since(mark))
    hand_over(world, other)
    hand_over(world, ours)
