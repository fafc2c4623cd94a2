"""ZooKeeper stands still for less than a session: nobody notices."""
from zookeeper_rows import outlive_sessions, pause

NUMBER = "9a"
TITLE = "ZooKeeper: stopped for less than the session"
PART = 0.4  # of a session; contact was a third of one ago, at most


def expect(world):
    world.quiet()


def inject(world):
    world.zookeeper.stop()
    pause(world, PART * world.promises.session)
    world.zookeeper.cont()
    outlive_sessions(world)  # what it might have cost would show now


def heal(world):
    world.zookeeper.cont()
