"""The console is stopped at random points of a round."""
import signal

import losses

NUMBER = "29b"
TITLE = "SIGSTOP of the console, at random points of a round"
SCENE = losses.SCENE
inject = losses.inject("console", signal.SIGSTOP)
