"""A Redis dies and comes again."""
NUMBER = "1"
TITLE = "Redis: kill -9; started again"
IS_MIXABLE = True


def inject(world):
    world.redis[world.victim].kill()


def expect(world):
    world.expect(world.victim, "down", "now")
    world.quiet(world.calm)


def heal(world):
    world.redis[world.victim].restart()
