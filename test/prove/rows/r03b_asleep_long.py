"""A Redis asleep for longer than a probe, and the second one, will wait."""
from promises import GRACE, SLIP, SPACING
from redis_rows import SCENE, stretched  # noqa: F401  (a row's setting)

NUMBER = "3b"
TITLE = "Redis: DEBUG SLEEP above the deadline"
sleepers = []


def inject(world):
    bounds = world.promises
    seconds = stretched(bounds.interval + SLIP + SPACING
                        + 2 * (bounds.timeout + GRACE))
    world.quiet(world.calm)
    sleepers.append(world.redis[world.victim].begin(
        "DEBUG", "SLEEP", seconds, seconds=seconds + 30))
    world.expect(world.victim, "down", "B", ["timeout"])
    world.wait_expected()


def heal(world):
    with sleepers.pop() as sleeper:
        sleeper.recv(100)  # it is awake
