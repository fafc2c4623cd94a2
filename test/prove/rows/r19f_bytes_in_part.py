"""Answers come a byte at a time, so that the first of them is whole in time
and the others are not: it is there, and that is all we know."""
from slowed import SCENE, heal

NUMBER = "19f"
TITLE = "network: one byte at a time, PONG in time"
IS_ISOLATED = True
PAUSES = 20  # make a deadline
__all__ = ["SCENE", "heal"]


def expect(world):
    world.quiet(world.calm)
    world.expect(world.victim, "degraded", "B", ["other"])


def inject(world):
    world.redis[world.victim].relay.drip = world.promises.timeout / PAUSES
