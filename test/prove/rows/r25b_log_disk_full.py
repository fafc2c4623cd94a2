"""The log goes to a disk that is full."""
import unread

NUMBER = "25"
TITLE = "the log's disk is full (/dev/full)"
SCENE = unread.scene("2>/dev/full")


def inject(world):
    unread.wait_lost(world)
    unread.work_on(world)


def heal(world):
    world.redis[world.victim].restart()
