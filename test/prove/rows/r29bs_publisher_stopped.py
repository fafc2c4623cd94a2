"""The publisher is stopped at random points of a round."""
import signal

import losses

NUMBER = "29b"
TITLE = "SIGSTOP of the publisher, at random points of a round"
SCENE = losses.SCENE
inject = losses.inject("publisher", signal.SIGSTOP)
