"""ZooKeeper dies and comes again empty: nodes and their parents are gone."""
import time

from zookeeper_rows import are_ours, in_time, replaced, session_id

NUMBER = "10b"
TITLE = "ZooKeeper: kill -9, started again without its data"


def inject(world):
    before = session_id(world)
    world.zookeeper.kill()
    world.zookeeper.wipe()
    # It would turn away who has seen more than it has.
    world.watch.client.last_zxid = 0
    world.zookeeper.restart()
    replaced(world)
    in_time(world, "all nodes are there again, and their parents",
            world.promises.C_replaced,
            lambda: are_ours(world, but_not=[before]), time.monotonic())


def heal(world):
    if world.zookeeper.process is None:
        world.zookeeper.restart()
