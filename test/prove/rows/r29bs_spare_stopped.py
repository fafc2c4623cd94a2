"""The prober in waiting is stopped at random points of a round."""
import signal

import losses

NUMBER = "29b"
TITLE = "SIGSTOP of the prober in waiting, at random points of a round"
SCENE = losses.SCENE
inject = losses.inject("spare", signal.SIGSTOP)
