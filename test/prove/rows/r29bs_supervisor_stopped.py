"""The supervisor is stopped at random points of a round."""
import signal

import losses

NUMBER = "29b"
TITLE = "SIGSTOP of the supervisor, at random points of a round"
SCENE = losses.SCENE
inject = losses.inject("supervisor", signal.SIGSTOP)
