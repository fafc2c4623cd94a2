"""ZooKeeper dies and comes again with what it knew."""
from zookeeper_rows import replaced

NUMBER = "10a"
TITLE = "ZooKeeper: kill -9, started again with its data"
IS_MIXABLE = True


def inject(world):
    world.zookeeper.kill()


def heal(world):
    replaced(world)
    world.zookeeper.restart()
