"""ZooKeeper hears our host and its answers vanish. To hear of us is enough
for it to keep our session; to hear nothing is enough for us to leave it, so
in the end the nodes go, or another session of ours takes them."""
from network import SCENE, needs
from network_rows import FROM_ZOOKEEPER
from zookeeper_rows import pause, replaced

NUMBER = "18m"
TITLE = "network: one-way drop, back from ZooKeeper"
__all__ = ["SCENE", "needs"]


def inject(world):
    world.cut(world.near, "output", f"{FROM_ZOOKEEPER} drop")
    pause(world, world.promises.E)


def heal(world):
    replaced(world)
    world.mend()
