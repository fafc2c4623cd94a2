"""A child that cannot be killed: life goes on without it, it is counted, and
reaped when it can die."""
import os

import pytest

from agent import Process
from servers import wait_for

FREEZER = "/sys/fs/cgroup/freezer"


class Freezer:
    """A cgroup of version 1 whose processes not even SIGKILL ends."""

    def __init__(self):
        self.path = os.path.join(FREEZER, f"sentinel-test-{os.getpid()}")
        os.mkdir(self.path)

    def write(self, name, value):
        with open(os.path.join(self.path, name), "w") as file:
            file.write(str(value))

    def is_in(self, state):
        with open(os.path.join(self.path, "freezer.state")) as file:
            return file.read().strip() == state

    def freeze(self, pid):
        self.write("cgroup.procs", pid)
        self.write("freezer.state", "FROZEN")
        wait_for(lambda: self.is_in("FROZEN"), 10, "frozen process")

    def thaw(self):
        self.write("freezer.state", "THAWED")

    def remove(self):
        """It may go when the last of its processes has gone."""
        self.thaw()

        def try_it():
            os.rmdir(self.path)
            return True
        wait_for(try_it, 10, "end of the cgroup")


@pytest.fixture
def freezer():
    try:
        freezer = Freezer()
    except OSError as error:
        pytest.skip(f"needs the freezer of cgroup v1: {error}")
    yield freezer
    freezer.remove()


def zombies(agent):
    return [task["pid"] for task in agent.get("/tasks")["tasks"]
            if task["kind"] == "zombie"]


def test_a_prober_that_cannot_be_killed_is_done_without(
        freezer, make_agent, start_redis, watch, zookeeper):
    names = ("one", "two")
    watch = watch(zookeeper)
    agent = make_agent({name: start_redis() for name in names},
                       zookeeper.servers).start()
    for name in names:
        watch.wait_state(name, "up", 30)
    agent.wait_ready().wait_settled()
    mark = watch.mark()
    frozen = agent.helpers("sentinel-prober")
    try:
        for prober in frozen:
            freezer.freeze(prober.pid)
        pids = [prober.pid for prober in frozen]
        wait_for(lambda: pids[0] in zombies(agent)
                 and "event=child_unkillable" in agent.tail(60000), 40,
                 "prober that is told to be unkillable")
        wait_for(lambda: agent.get("/status")["round"] and all(
            agent.instance(name)["last_success_ms_ago"] < 1500
            for name in names), 30, "rounds that go on")
        assert Process(pids[0]).state == "D"
    finally:
        freezer.thaw()
    wait_for(lambda: not zombies(agent), 20, "reaping")
    for name in names:
        watch.wait_state(name, "up", 30)
    watch.refresh()
    states = {state for name in names
              for state in watch.states(name, mark)}
    assert states <= {"up", "unknown"}, states
