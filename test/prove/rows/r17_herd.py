"""A fleet of agents comes back after an outage of ZooKeeper: not at once."""
import contextlib

from fleet_rows import Fleet, densest
from zookeeper_rows import pause

NUMBER = "17"
TITLE = "ZooKeeper: a fleet reconnects after an outage"
OUTAGE_SECONDS = 2    # one of less than a second is none
# Who comes back does so by chance within a sixth of its session.
FAST, TRUE = (24, 12.0), (200, 24.0)   # agents, and their session
PART = 6
SHARE_MOST = 0.75     # in a tenth of that; a herd is all of it


def expect(world):
    world.quiet()  # our agent's ZooKeeper is another one


def inject(world):
    count, session = FAST if world.promises.interval < 1 else TRUE
    spread = session / PART
    with contextlib.ExitStack() as stack:
        fleet = Fleet(stack, count, session)
        fleet.wait_whole()
        fleet.zookeeper.kill()
        pause(world, OUTAGE_SECONDS)
        fleet.zookeeper.restart()
        came = fleet.wait_whole()
    took, most = came[-1] - came[0], densest(came, spread / 10)
    world.check(f"{count} agents were back", True, spread + session / 2,
                took)
    world.check(f"over {took:.1f} of {spread:.1f} s", took > 0.4 * spread)
    world.check(f"{most} of them in the densest tenth of that",
                most <= SHARE_MOST * count)
