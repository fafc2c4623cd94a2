"""The machine's table of open files is full (ENFILE): nobody of ours can open
anything, a connection to Redis least of all. That says nothing of Redis."""
import os

import scarcity
import shim

NUMBER = "22"
TITLE = "ENFILE for everything of ours"
SCENE = {"environment": {**shim.preload("full_table"),
                         "FULL_TABLE": "{directory}/full"}}


def needs():
    return shim.missing("full_table")


def inject(world):
    with scarcity.Hardship(world, scarcity.duration(world)):
        shim.write(world.path("full"), "")
        world.expect(list(world.redis), "unknown", "B", reasons=["agent"])
        world.wait_expected()


def heal(world):
    os.unlink(world.path("full"))
