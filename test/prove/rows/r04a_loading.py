"""A Redis that takes its time to load what it saved."""
from redis_rows import SCENE, ask, turning  # noqa: F401  (a row's setting)
from servers import wait_for

NUMBER = "4a"
TITLE = "Redis: LOADING"
KEYS = 20000
# An answer after each key or so, and two minutes for the first tenth of them.
SLOWLY = {"loading-process-events-interval-bytes": 1024,
          "key-load-delay": 60000}


def inject(world):
    redis = world.redis[world.victim]
    ask(redis, "DEBUG", "POPULATE", KEYS, "key", 1024)
    ask(redis, "SAVE")
    with turning(world, "loading", passing=("down",)):
        redis.kill()
        redis.settings.update(SLOWLY)
        redis.restart()


def heal(world):
    redis = world.redis[world.victim]
    for key in SLOWLY:
        redis.settings.pop(key, None)
    redis.ask("CONFIG", "SET", "key-load-delay", "0")
    wait_for(lambda: redis.ask("PING") == b"+PONG\r\n", 30, "loaded data")
    ask(redis, "FLUSHALL")
    ask(redis, "SAVE")
