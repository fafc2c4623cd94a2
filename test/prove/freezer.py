"""All of ours stand still, in the freezer, and go on later."""
import time

import cgroup


def needs(version=None):
    return cgroup.missing("freezer", version)


def freeze(world):
    """Every process of the agent; who is born of them is frozen, too."""
    world.freezer = cgroup.Cgroup("freezer")
    for _ in range(2):  # the first time somebody may be just forking
        world.freezer.add(*world.agent.members())
    world.freezer.freeze()
    return time.monotonic()


def thaw(world):
    """Once; what is thawed already is left in peace."""
    if world.freezer is not None:
        world.freezer.thaw()
        world.freezer.remove()
        world.freezer = None


def has_none_deleted(world, mark):
    """To be asked when the row is about to end."""
    return not world.watch.refresh().since(mark, "deleted")
