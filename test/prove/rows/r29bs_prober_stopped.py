"""The prober at work is stopped at random points of a round."""
import signal

import losses

NUMBER = "29b"
TITLE = "SIGSTOP of the prober at work, at random points of a round"
SCENE = losses.SCENE
inject = losses.inject("prober", signal.SIGSTOP)
