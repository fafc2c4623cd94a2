"""A directory where the unix socket was."""
import contextlib
import os

from redis_rows import UNIX
from socket_rows import told

NUMBER = "7d"
TITLE = "Redis: unix socket a directory"


def inject(world):
    redis = world.redis[UNIX]
    redis.kill()
    os.unlink(redis.path)
    os.mkdir(redis.path)
    told(world, "down", "refused")


def heal(world):
    redis = world.redis[UNIX]
    with contextlib.suppress(OSError):
        os.rmdir(redis.path)
    redis.restart()
