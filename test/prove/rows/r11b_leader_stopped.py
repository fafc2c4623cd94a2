"""The leader of three ZooKeeper servers stands still until it is led."""
from ensemble_rows import SCENE, heal, is_serving
from servers import wait_for

NUMBER = "11b"
TITLE = "ZooKeeper: the leader stopped"
__all__ = ["SCENE", "heal"]


def expect(world):
    world.quiet()


def inject(world):
    leader = wait_for(world.zookeeper.leader, 20, "a leader")
    leader.stop()
    wait_for(lambda: is_serving(world), 60, "another leader")
