"""A unix socket that nobody accepts from, its queue full."""
import os

import hostile
from redis_rows import UNIX
from socket_rows import told

NUMBER = "7e"
TITLE = "Redis: unix socket's backlog full"
full = []


def inject(world):
    redis = world.redis[UNIX]
    redis.kill()
    os.unlink(redis.path)
    full.append(hostile.full_backlog(redis.path))
    full[-1].__enter__()
    told(world, "down", "backlog")


def heal(world):
    while full:
        full.pop().__exit__(None, None, None)
    world.redis[UNIX].restart()
