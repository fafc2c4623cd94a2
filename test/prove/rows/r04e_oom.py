"""A Redis that may use no more memory."""
from redis_rows import SCENE, ask, turning  # noqa: F401  (a row's setting)

NUMBER = "4e"
TITLE = "Redis: OOM"


def inject(world):
    with turning(world, "out_of_memory"):
        ask(world.redis[world.victim], "CONFIG", "SET", "maxmemory", 1)


def heal(world):
    ask(world.redis[world.victim], "CONFIG", "SET", "maxmemory", 0)
