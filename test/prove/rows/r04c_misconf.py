"""A Redis whose snapshots fail: their directory is gone."""
import os

from redis_rows import SCENE, ask, info, turning  # noqa: F401
from servers import wait_for

NUMBER = "4c"
TITLE = "Redis: MISCONF"


def saves(redis, how):
    def is_so():
        redis.ask("BGSAVE")  # refused while another is under way
        return info(redis, "rdb_last_bgsave_status") == how
    wait_for(is_so, what=f"a snapshot that is {how}")


def inject(world):
    redis = world.redis[world.victim]
    data = world.path("data")
    os.mkdir(data)
    with turning(world, "snapshot_failed"):
        ask(redis, "CONFIG", "SET", "dir", data, "save", "3600 1")
        os.rmdir(data)
        saves(redis, "err")


def heal(world):
    redis = world.redis[world.victim]
    ask(redis, "CONFIG", "SET", "dir", redis.directory, "save", "")
    saves(redis, "ok")
