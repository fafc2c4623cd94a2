"""Our host is cut off from ZooKeeper, and nobody else is: its nodes go."""
from network import SCENE, needs
from network_rows import FROM_ZOOKEEPER, TO_ZOOKEEPER
from zookeeper_rows import replaced

NUMBER = "18l"
TITLE = "network: a black hole before ZooKeeper"
__all__ = ["SCENE", "needs"]


def expect(world):
    world.expect(list(world.redis), "gone", "E")


def inject(world):
    world.cut(world.near, "output", f"{TO_ZOOKEEPER} drop",
              f"{FROM_ZOOKEEPER} drop")


def heal(world):
    replaced(world)
    world.mend()
