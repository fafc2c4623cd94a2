"""ZooKeeper stands still for longer than our session lives."""
from zookeeper_rows import outlive_sessions, replaced

NUMBER = "9b"
TITLE = "ZooKeeper: stopped for more than the session"
IS_MIXABLE = True


def inject(world):
    world.zookeeper.stop()


def heal(world):
    replaced(world)
    outlive_sessions(world)
    world.zookeeper.cont()
