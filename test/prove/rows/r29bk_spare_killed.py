"""The prober in waiting is killed at random points of a round."""
import signal

import losses

NUMBER = "29b"
TITLE = "kill -9 of the prober in waiting, at random points of a round"
SCENE = losses.SCENE
inject = losses.inject("spare", signal.SIGKILL)
