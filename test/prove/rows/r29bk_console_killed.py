"""The console is killed at random points of a round."""
import signal

import losses

NUMBER = "29b"
TITLE = "kill -9 of the console, at random points of a round"
SCENE = losses.SCENE
inject = losses.inject("console", signal.SIGKILL)
