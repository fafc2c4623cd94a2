"""The log goes into a pipe that is full, and later is read again."""
import os

import unread

NUMBER = "25"
TITLE = "the log's pipe is full and nobody reads it"
SCENE = unread.scene("2<>{directory}/log")
SCENE["under"][2] = "mkfifo {directory}/log; " + SCENE["under"][2]


def inject(world):
    pipe = unread.fill(world.path("log"))
    try:
        unread.wait_lost(world)
        unread.work_on(world)
        unread.wait_read(pipe, b"event=log_lines_lost count=")
        world.check("who reads again is told how many lines he missed", True)
    finally:
        os.close(pipe)


def heal(world):
    world.redis[world.victim].restart()
