"""The supervisor is killed, and nobody starts it again."""
import os
import signal

NUMBER = "29"
TITLE = "the supervisor killed for good"


def inject(world):
    world.log["marks"].add("replaced")
    world.leave_dead()
    os.kill(world.agent.pid, signal.SIGKILL)
    world.expect(list(world.redis), "gone", "E")


def heal(world):
    world.is_kept = True
