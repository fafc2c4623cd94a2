"""Rows that end the agent while nothing else answers."""
import signal
import time

from promises import EXIT
from servers import wait_for

SEEN = 0.1  # what it takes to see that the last process is gone


def freeze(world):
    """ZooKeeper, every Redis and every helper stand still."""
    world.exempt(world.redis)  # nobody is there to take a word back
    world.zookeeper.stop()
    for redis in world.redis.values():
        redis.stop()
    for helper in world.agent.helpers():
        helper.signal(signal.SIGSTOP)


def end(world, number, bound=EXIT, code=0):
    """Signals the supervisor, and measures until the last process is gone."""
    world.leave_dead()
    begun = time.monotonic()
    world.agent.signal(number)
    found = world.agent.wait_exit(30)
    world.agent.assert_gone(30)
    took = time.monotonic() - begun
    world.check(f"exit code {code}, found {found}", found == code)
    world.check("the last process is gone", True, bound + SEEN, took)


def start_again(world):
    world.zookeeper.cont()
    for redis in world.redis.values():
        redis.cont()
    for helper in world.agent.helpers():
        helper.signal(signal.SIGCONT)
    world.is_kept = True
    wait_for(lambda: world.agent.get("/goroutines"), 30, "console")
    world.log["marks"].add("replaced")
