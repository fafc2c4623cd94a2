"""Answers come a byte at a time, one after the other."""
from slowed import SCENE, heal

NUMBER = "19e"
TITLE = "network: one byte at a time, in time"
IS_ISOLATED = True
ROUNDS = 3
__all__ = ["SCENE", "heal"]


def expect(world):
    world.quiet()


def inject(world):
    world.redis[world.victim].relay.drip = 0
    world.rounds(ROUNDS)
