"""The publisher is killed once, while other things may break, too."""
import signal

import losses

NUMBER = "29b"
TITLE = "kill -9 of the publisher, once"
IS_MIXABLE = True


def expect(world):
    losses.expect_unseen(world)


def inject(world):
    world.log["marks"].add("replaced")
    losses.lose(world, "publisher", signal.SIGKILL)
