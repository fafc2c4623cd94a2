"""A unix socket that is gone, and its Redis with it."""
import os

from redis_rows import UNIX
from socket_rows import told

NUMBER = "7b"
TITLE = "Redis: unix socket missing"


def inject(world):
    redis = world.redis[UNIX]
    redis.kill()
    os.unlink(redis.path)
    told(world, "down", "refused", "the socket does not exist")


def heal(world):
    world.redis[UNIX].restart()
