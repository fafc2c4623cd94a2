"""Answers come a byte at a time, never silent for long and never complete."""
from slowed import SCENE, heal

NUMBER = "19d"
TITLE = "network: one byte at a time, too slowly"
IS_ISOLATED = True
PAUSES = 4  # make a deadline: fewer than the bytes of a PONG
__all__ = ["SCENE", "heal"]


def expect(world):
    world.quiet(world.calm)
    world.exempt([world.victim])  # the oracle is content with a byte
    world.expect(world.victim, "down", "B", ["timeout"])


def inject(world):
    world.redis[world.victim].relay.drip = world.promises.timeout / PAUSES
