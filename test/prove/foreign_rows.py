"""A persistent node of somebody else's where ours was: it is his, it is told
of, and ours is back when he has gone."""
from zookeeper_rows import admin, alarm, are_ours, in_time, path_of

THEIRS = b'{"state":"theirs"}'
# Such a node is looked at every few seconds.
TOLD_SECONDS = 5


def inject(world, children=()):
    """In one transaction, so that we are not there in between."""
    world.exempt([world.victim])  # its path says what a stranger likes
    world.quiet(world.calm)
    path = path_of(world)
    with admin(world) as client:
        batch = client.transaction()
        batch.delete(path)
        batch.create(path, THEIRS)
        for child in children:
            batch.create(f"{path}/{child}", THEIRS)
        failed = [result for result in batch.commit()
                  if isinstance(result, Exception)]
        assert not failed, failed
        before = client.get(path)[1]
        in_time(world, "the alarm names it", TOLD_SECONDS,
                lambda: alarm(world, "foreign_node", path))
        world.rounds(3)
        data, now = client.get(path)
        world.check("it is left untouched",
                    data == THEIRS and now.mzxid == before.mzxid
                    and now.pzxid == before.pzxid)


def heal(world):
    path = path_of(world)
    with admin(world) as client:
        client.delete(path, recursive=True)
    in_time(world, "ours is back when it has gone", TOLD_SECONDS,
            lambda: are_ours(world))
    in_time(world, "and the alarm is over", TOLD_SECONDS,
            lambda: not alarm(world, "foreign_node", path))
