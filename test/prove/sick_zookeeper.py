"""libzookeeper does something bad, once (test/fault/sick_zookeeper_so.c): the
publisher is replaced, and no watcher sees it.

    inject = sick_zookeeper.inject("write", ["hang", "spin"])

At "write" and "completion" there must be something to be written, so the
victim dies: its node says so all the same.
"""
import os
import signal
import time

import losses
import shim
from promises import EXIT, PUBLISH, REPLACE
from servers import wait_for

FATAL = ("abort", "segfault", "exit")
WEDGED = ("spin", "hang")  # each takes a dead-man's time
# B counts with so much until a successor has told.
TOLD = REPLACE + PUBLISH
# The publisher may remove a file nowhere but in its run directory.
ENVIRONMENT = {**shim.preload("sick_zookeeper"),
               "SICK_ZOOKEEPER": "{directory}/agent.run/sickness"}
SCENE = {"session": losses.SESSION, "environment": ENVIRONMENT}


def needs():
    return shim.missing("sick_zookeeper")


def path(world):
    return os.path.join(world.agent.run_dir, "sickness")


def order(world, place, deed):
    shim.write(path(world), f"{place} {deed}\n")


def publisher(world):
    return wait_for(lambda: losses.find(world, "publisher"), 20, "publisher")


def wait_done(world, place, deed):
    wait_for(lambda: not os.path.exists(path(world)), 20, f"{deed} at {place}")


def some(world, deeds):
    """All of them; in the fast form one where each takes seconds."""
    return deeds[:1] if losses.is_fast(world) and deeds is WEDGED else deeds


def fall_ill(world, place, deed):
    """At a write: the victim's end is told by a successor."""
    lost = publisher(world)
    order(world, place, deed)
    world.redis[world.victim].kill()
    begun = time.monotonic()
    world.expect(world.victim, "down", "B")
    took = losses.wait_replaced(world, lost, "publisher") - begun
    wait_done(world, place, deed)
    world.check(f"after {deed} the publisher is replaced within R + p", True,
                TOLD, took)
    world.wait_expected()
    recover(world)


def recover(world):
    world.redis[world.victim].restart()
    world.expect(world.victim, "up", "C")
    world.wait_expected()


def inject(place, deeds):
    """A row's inject, for "write" and "completion"."""
    def go_through(world):
        world.quiet(world.calm)
        for deed in some(world, deeds):
            fall_ill(world, place, deed)
            time.sleep(losses.REST_SECONDS)  # not the successor's first
    return go_through


def inject_at_start(deeds):
    """A row's inject: the publisher is killed, and its successor is ill."""
    def go_through(world):
        world.quiet()
        for deed in some(world, deeds):
            lost = publisher(world)
            order(world, "init", deed)
            lost.signal(signal.SIGKILL)
            wait_done(world, "init", deed)
            begun = time.monotonic()
            wait_for(lambda: losses.is_whole(world), 40, "healthy publisher")
            world.check(f"after {deed} the publisher is at work within R + p",
                        True, TOLD, time.monotonic() - begun)
            time.sleep(losses.REST_SECONDS)
    return go_through


def inject_at_end(deeds):
    """A row's inject: SIGTERM, and the library does it while it closes."""
    def go_through(world):
        world.log["marks"].add("replaced")
        for deed in some(world, deeds):
            order(world, "close", deed)
            world.leave_dead()
            begun = time.monotonic()
            world.agent.signal(signal.SIGTERM)
            world.expect(list(world.redis), "gone", "exit")
            code = world.agent.wait_exit(20)
            wait_for(lambda: not world.agent.members(), 20, "the last's end")
            world.check(f"the last is gone, {deed} or not; exit code {code}",
                        code == 0, EXIT, time.monotonic() - begun)
            wait_done(world, "close", deed)
            world.wait_expected()
            world.is_kept = True
            world.wait_healthy()
    return go_through
