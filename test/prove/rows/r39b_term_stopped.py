"""The same, and the supervisor is stopped, too: the kernel's dead-man ends
what nobody can ask to end."""
import signal

from ending_rows import end, freeze, start_again
from promises import DEADMAN

NUMBER = "39b"
TITLE = "SIGTERM with everything hung, the supervisor stopped"


def inject(world):
    freeze(world)
    world.agent.signal(signal.SIGSTOP)
    end(world, signal.SIGTERM, DEADMAN, code=-signal.SIGKILL)


heal = start_again
