"""There is no standard error."""
import unread

NUMBER = "25"
TITLE = "standard error is closed"
SCENE = unread.scene("2>&-")


def inject(world):
    unread.work_on(world)


def heal(world):
    world.redis[world.victim].restart()
