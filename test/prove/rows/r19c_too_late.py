"""Answers take one and a half deadlines."""
from slowed import SCENE, heal, slow

NUMBER = "19c"
TITLE = "network: latency of one and a half deadlines"
IS_ISOLATED = True
__all__ = ["SCENE", "heal"]


def expect(world):
    world.quiet(world.calm)
    world.expect(world.victim, "down", "B", ["timeout"])


def inject(world):
    slow(world, 15)
