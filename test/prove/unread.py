"""Nobody takes what we say: to the log, to the service manager. Nothing may
wait for it, and what is lost is counted.
"""
import contextlib
import os
import time

from servers import wait_for

ROUNDS = 3


def scene(redirection, environment=None):
    """An agent with much to say and this standard error."""
    return {"environment": {"SENTINEL_AGENT_LOG_LEVEL": "debug",
                            **(environment or {})},
            "under": ["sh", "-c", f'exec "$0" "$@" {redirection}']}


def lost_lines(world):
    for line in world.agent.get("/metrics").splitlines():
        if line.startswith("sentinel_agent_log_lines_lost_total"):
            return float(line.split()[-1])
    raise KeyError("sentinel_agent_log_lines_lost_total")


def wait_lost(world):
    """Until a line more is lost, and counted."""
    before = wait_for(lambda: lost_lines(world) + 1, 20) - 1
    wait_for(lambda: lost_lines(world) > before,
             20 + 2 * world.promises.interval, "lost lines that are counted")
    world.check("lines that were lost are counted", True)


def work_on(world):
    """Rounds go on at their pace, and a death is told at once."""
    world.quiet(world.calm)
    begun = time.monotonic()
    world.rounds(ROUNDS)
    world.check(f"{ROUNDS} rounds in their time", True,
                (ROUNDS + 1) * world.promises.interval + 1,
                time.monotonic() - begun)
    world.redis[world.victim].kill()
    world.expect(world.victim, "down", "now")
    world.wait_expected()


def fill(path):
    """Until the pipe takes nothing more; its descriptor."""
    pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(pipe, b"x" * 512)
    return pipe


def wait_read(pipe, word):
    """Reads the pipe until it has brought this word."""
    seen = b""

    def has_come():
        nonlocal seen
        try:
            seen = seen[-len(word):] + os.read(pipe, 65536)
        except BlockingIOError:
            pass
        return word in seen
    wait_for(has_come, 30, word)
