"""The same behind a unix socket, where the kernel vouches for the process:
the node says that it is stopped."""
from redis_rows import UNIX, comes_true, others

NUMBER = "2b"
TITLE = "Redis on a unix socket: SIGSTOP, and the hint of it; SIGCONT"


def inject(world):
    world.quiet(others(world, UNIX))
    world.redis[UNIX].stop()
    world.expect(UNIX, "down", "B", reasons=["timeout"])
    world.wait_expected()
    world.check("the node's detail says that its process is stopped",
                comes_true(lambda: "its process is stopped" in
                           world.watch.nodes()[UNIX]["detail"],
                           world.promises.C))


def heal(world):
    world.redis[UNIX].cont()
