"""Somebody deletes our node."""
from zookeeper_rows import admin, are_ours, in_time, path_of

NUMBER = "13a"
TITLE = "ZooKeeper: node deleted by a stranger"
RESTORED_SECONDS = 1


def expect(world):
    world.quiet(world.calm)


def inject(world):
    before = world.watch.node(world.victim).czxid
    with admin(world) as client:
        client.delete(path_of(world))
    in_time(world, "it stands again", RESTORED_SECONDS,
            lambda: world.watch.node(world.victim) is not None
            and world.watch.node(world.victim).czxid != before
            and are_ours(world))
