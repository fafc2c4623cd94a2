"""Rows about the Redis of a world that is behind a unix socket: what may
become of its path."""
from redis_rows import UNIX, comes_true, others


def told(world, state, reason, words=""):
    """The others are quiet; its node says this, `words` in the detail."""
    world.quiet(others(world, UNIX))
    world.expect(UNIX, state, "B", [reason])
    world.wait_expected()
    if words:
        world.check(f"the node's detail says: {words}", comes_true(
            lambda: words in world.watch.nodes()[UNIX]["detail"],
            world.promises.C))
