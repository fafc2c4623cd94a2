"""A Redis that wants a replica for its writes, and has none."""
from redis_rows import SCENE, ask, turning  # noqa: F401  (a row's setting)

NUMBER = "4f"
TITLE = "Redis: NOREPLICAS"


def want(world, count):
    ask(world.redis[world.victim], "CONFIG", "SET", "min-replicas-to-write",
        count)


def inject(world):
    with turning(world, "too_few_replicas"):
        want(world, 1)


def heal(world):
    want(world, 0)
