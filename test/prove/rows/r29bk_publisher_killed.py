"""The publisher is killed at random points of a round."""
import signal

import losses

NUMBER = "29b"
TITLE = "kill -9 of the publisher, at random points of a round"
SCENE = losses.SCENE
inject = losses.inject("publisher", signal.SIGKILL)
