"""A Redis that runs a script without an end, and answers -BUSY."""
import contextlib
import os

from redis_rows import SCENE, ask, turning  # noqa: F401
from servers import wait_for

NUMBER = "4d"
TITLE = "Redis: BUSY"
scripts = []


def inject(world):
    redis = world.redis[world.victim]
    world.exempt([world.victim])  # to the oracle -BUSY is an answer
    ask(redis, "CONFIG", "SET", "busy-reply-threshold", 50)
    os.setpriority(os.PRIO_PROCESS, redis.pid, 10)  # it spins: others first
    with turning(world, "busy"):
        scripts.append(redis.begin("EVAL", "while true do end", "0"))
        wait_for(lambda: redis.ask("PING").startswith(b"-BUSY"))


def heal(world):
    redis = world.redis[world.victim]
    ask(redis, "SCRIPT", "KILL")
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, redis.pid, 0)
    scripts.pop().close()
