"""A Redis stands still: it accepts, and says nothing."""
NUMBER = "2"
TITLE = "Redis: SIGSTOP; SIGCONT"
IS_MIXABLE = True


def inject(world):
    world.redis[world.victim].stop()


def expect(world):
    world.expect(world.victim, "down", "B", reasons=["timeout"])
    world.quiet(world.calm)


def heal(world):
    world.redis[world.victim].cont()
