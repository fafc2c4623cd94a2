"""The service manager does not read what we tell it."""
import os

import unread
from manager import Manager

NUMBER = "25"
TITLE = "the notify socket is full and nobody reads it"
SCENE = {"environment": {"NOTIFY_SOCKET": "{directory}/notify",
                         "WATCHDOG_USEC": "2000000"}}


def inject(world):
    world.manager = Manager(world.path("notify"), is_reading=False)
    world.manager.fill()
    unread.work_on(world)


def heal(world):
    world.manager.close()
    os.unlink(world.path("notify"))
    world.redis[world.victim].restart()
