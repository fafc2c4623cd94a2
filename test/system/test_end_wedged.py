"""SIGTERM while the loops of our own processes hang or spin: the last process
is gone in the time that is promised, as if they were well."""
import mmap
import os
import signal
import time

import pytest

from agent import BUILD
from servers import wait_for
from test_end import SLACK_SECONDS, end

PRELOAD = os.path.join(BUILD, "test", "fault", "wedge.so")
# As in the shim: a byte each for what is ordered, WEDGED_AT further what was
# done.
PROGRAMS = ("sentinel-agent", "sentinel-prober", "sentinel-publisher",
            "sentinel-console")
HELPERS = PROGRAMS[1:]
WEDGED_AT, PAGE_BYTES = 8, 16
DEAD_MAN_SECONDS = 3.0


class Wedge:
    """Orders loops to hang or spin when they next come to their wait; also
    the loops of those that are started meanwhile."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "wedge")
        with open(self.path, "wb") as file:
            file.write(bytes(PAGE_BYTES))
        with open(self.path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), PAGE_BYTES)

    def environment(self):
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": PRELOAD, "WEDGE": self.path,
                "ASAN_OPTIONS": sanitizer + ":verify_asan_link_order=0"
                                            ":detect_leaks=0"}

    def wedge(self, program, deed):
        """Returns when one of that program does nothing else any more."""
        index = PROGRAMS.index(program)
        self.page[index] = ord(deed[0])
        wait_for(lambda: self.page[WEDGED_AT + index], 20,
                 f"{program} to {deed}")


@pytest.fixture
def wedge(workspace):
    return Wedge(workspace)


@pytest.fixture
def wedged(own_zookeeper, start_redis, make_agent, watch, wedge):
    """(agent, redis, watch, zookeeper), up, published; nothing wedged yet."""
    redis = {"one": start_redis(), "two": start_redis(unix=True)}
    watch = watch(own_zookeeper)
    agent = make_agent(redis, own_zookeeper.servers)
    agent.environment.update(wedge.environment())
    agent.start()
    for name in redis:
        watch.wait_state(name, "up", 30)
    agent.wait_ready().wait_settled()
    return agent, redis, watch, own_zookeeper


@pytest.mark.parametrize("deed", ["hang", "spin"])
@pytest.mark.parametrize("program", HELPERS)
def test_the_end_with_a_wedged_helper(wedged, wedge, program, deed):
    agent, _, watch, _ = wedged
    wedge.wedge(program, deed)
    end(agent)
    if program != "sentinel-publisher":
        watch.wait_gone(4)


def test_the_end_with_everything_wedged(wedged, wedge):
    """Every helper, those that took the place of the killed, and every
    server."""
    agent, redis, _, zookeeper = wedged
    zookeeper.stop()
    for server in redis.values():
        server.stop()
    for program, deed in zip(HELPERS, ("hang", "spin", "hang")):
        wedge.wedge(program, deed)
    end(agent)
    zookeeper.cont()


@pytest.mark.parametrize("deed", ["hang", "spin"])
def test_a_wedged_supervisor_is_ended_by_its_dead_man(wedged, wedge, deed):
    """It hears no signal: SIGTERM or not, the kernel ends it, and all the
    others with it."""
    agent, _, _, _ = wedged
    begun = time.monotonic()
    wedge.wedge("sentinel-agent", deed)
    agent.signal(signal.SIGTERM)
    assert agent.wait_exit(30) == -signal.SIGKILL, agent.tail()
    agent.assert_gone(30)
    took = time.monotonic() - begun
    # Its last heartbeat may be due a moment after the order.
    assert took <= 1 + DEAD_MAN_SECONDS + SLACK_SECONDS
