"""Somebody writes something else into our node."""
from zookeeper_rows import admin, are_ours, in_time, path_of

NUMBER = "13b"
TITLE = "ZooKeeper: node overwritten by a stranger"
RESTORED_SECONDS = 1


def expect(world):
    world.quiet(world.calm)


def inject(world):
    before = world.watch.node(world.victim)
    with admin(world) as client:
        client.set(path_of(world), b'{"state":"theirs"}')

    def is_restored():
        now = world.watch.node(world.victim)
        return now.mzxid != before.mzxid and now.data == before.data \
            and are_ours(world)
    in_time(world, "every byte is as before", RESTORED_SECONDS, is_restored)
    world.check("and it is the same node",
                world.watch.node(world.victim).czxid == before.czxid)
