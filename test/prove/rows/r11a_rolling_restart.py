"""Each of three ZooKeeper servers is restarted in its turn."""
from ensemble_rows import SCENE, heal, is_serving
from servers import wait_for

NUMBER = "11a"
TITLE = "ZooKeeper: rolling restart of three"
__all__ = ["SCENE", "heal"]


def expect(world):
    world.quiet()


def inject(world):
    for member in world.zookeeper.members:
        member.kill()
        wait_for(lambda: is_serving(world), 30, "two that serve")
        member.restart()
        wait_for(lambda: is_serving(world), 30, "three that serve")
