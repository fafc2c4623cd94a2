"""A listener that nobody accepts from, its queue full."""
import hostile

NUMBER = "7a"
TITLE = "Redis: backlog full"
IS_MIXABLE = True
full = []


def inject(world):
    redis = world.redis[world.victim]
    redis.kill()
    full.append(hostile.full_backlog(port=redis.port))
    full[-1].__enter__()


def expect(world):
    world.quiet(world.calm)
    world.expect(world.victim, "down", "B", ["backlog"])


def heal(world):
    while full:
        full.pop().__exit__(None, None, None)
    world.redis[world.victim].restart()
