"""Somebody writes 1 MB, lies and nonsense over a node of ours: it is restored
in time, and what it said changes nothing."""
from kazoo.exceptions import NoNodeError
from node_rows import HOSTILE, data_of, path_of
from redis_rows import comes_true

NUMBER = "41a"
TITLE = "hostile node data, 1 MB"
SCENE = {"session": 6}


def inject(world):
    world.quiet(world.calm)
    world.exempt([world.victim])  # its node says what a stranger wrote
    path, good = path_of(world, world.victim), data_of(world, world.victim)
    publisher = world.agent.helper("sentinel-publisher")

    def is_restored():
        try:
            return data_of(world, world.victim) == good
        except NoNodeError:
            return False
    for what, data in HOSTILE.items():
        world.watch.client.set(path, data)
        world.check(f"after {what} the node is as it was",
                    comes_true(is_restored, world.promises.C_replaced))
    world.check("the publisher is the same", publisher.is_alive())
