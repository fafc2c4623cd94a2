"""One fault at a time: kill -9 and SIGSTOP of Redis and of each of our
processes. What is ours to lose may cost no watcher anything; what happens to
Redis is told within the bound."""
import os
import signal
import time

import pytest

from servers import wait_for

KILL, STOP = signal.SIGKILL, signal.SIGSTOP


class Fleet:
    """Three healthy Redis, an agent, a watcher that saw them all come up."""

    def __init__(self, zookeeper, start_redis, make_agent, watch):
        self.redis = {"one": start_redis(), "two": start_redis(unix=True),
                      "three": start_redis()}
        self.watch = watch(zookeeper)
        self.agent = make_agent(self.redis, zookeeper.servers).start()
        for name in self.redis:
            self.watch.wait_state(name, "up", 30)
        self.agent.wait_ready().wait_settled()

    def rounds(self):
        return self.agent.status()["round"]["number"]

    def live_rounds(self, count, seconds=60):
        """Until `count` more rounds have begun and been answered."""
        wanted = wait_for(self.rounds, 20) + count
        wait_for(lambda: self.rounds() >= wanted, seconds, "more rounds")

    def prober(self, note):
        """The one at work ("shard") or the one in waiting ("spare")."""
        def found():
            pids = [service["pid"] for service in
                    self.agent.status()["services"]
                    if service["kind"] == "prober"
                    and service["note"] == note]
            return [helper for helper in
                    self.agent.helpers("sentinel-prober")
                    if helper.pid in pids]
        return wait_for(found, 30, f"prober that is {note}")[0]

    def outlive(self, process, seconds=40):
        """Until the process is gone and the set of helpers is whole again,
        without it."""
        wait_for(lambda: not process.is_alive(), seconds,
                 f"end of {process}")
        self.agent.wait_settled(seconds)


@pytest.fixture
def fleet(zookeeper, start_redis, make_agent, watch):
    return Fleet(zookeeper, start_redis, make_agent, watch)


@pytest.mark.parametrize("number", [KILL, STOP], ids=["kill", "stop"])
@pytest.mark.parametrize("name", ["sentinel-publisher", "sentinel-console"])
def test_a_lost_helper_is_replaced_and_no_watcher_sees_it(
        fleet, name, number):
    mark = fleet.watch.mark()
    lost = fleet.agent.helper(name)
    lost.signal(number)
    fleet.outlive(lost)
    fleet.live_rounds(3)
    assert fleet.agent.helper(name).pid != lost.pid
    fleet.watch.refresh().assert_quiet(mark)
    assert not fleet.watch.since(mark), "a byte changed"


@pytest.mark.parametrize("number", [KILL, STOP], ids=["kill", "stop"])
@pytest.mark.parametrize("note", ["shard", "spare"])
def test_a_lost_prober_is_replaced_and_no_watcher_sees_it(
        fleet, note, number):
    mark = fleet.watch.mark()
    lost = fleet.prober(note)
    lost.signal(number)
    # A stopped spare is missed by nobody but its own dead-man.
    fleet.outlive(lost)
    fleet.live_rounds(3)
    assert fleet.prober("shard").pid != lost.pid
    assert fleet.prober("spare").pid != lost.pid
    fleet.watch.refresh().assert_quiet(mark)


def test_a_stopped_prober_is_found_by_the_looks_at_it(
        start_redis, make_agent):
    """Outside of any task's callback, and told from one that starves: not by
    its dead-man, after three seconds, nor by the timeout, which is longer. A
    look that comes late counts for nothing, so a busy machine has a few
    tries."""
    agent = make_agent({"one": start_redis(), "two": start_redis()},
                       settings={"timeout": "20s"}).start()
    agent.wait_ready().wait_settled()

    def found():
        return "event=prober_hung helper=prober" in agent.tail(100000)
    for _ in range(5):
        shard = wait_for(lambda: [
            service["pid"] for service in agent.status()["services"]
            if service["note"] == "shard"], 30, "prober at work")[0]
        os.kill(shard, STOP)
        wait_for(lambda: shard not in [
            helper.pid for helper in agent.helpers()], 60, "its end")
        if found():
            break
    assert found(), agent.tail()
    assert 'kernel="T in ' in agent.tail(100000)
    for name in ("one", "two"):
        agent.wait_state(name, "up")


@pytest.mark.parametrize("number", [KILL, STOP], ids=["kill", "stop"])
@pytest.mark.parametrize("name", ["one", "two"])
def test_a_lost_redis_is_told_within_the_bound(fleet, name, number):
    mark = fleet.watch.mark()
    begun = time.monotonic()
    if number == KILL:
        fleet.redis[name].kill()
    else:
        fleet.redis[name].stop()
    event = fleet.watch.wait_state(name, "down", fleet.agent.bound_seconds())
    assert event.time - begun <= fleet.agent.bound_seconds()
    assert fleet.watch.states(name, mark) == ["down"]
    fleet.watch.refresh().assert_quiet(
        mark, [other for other in fleet.redis if other != name])


def test_a_publisher_lost_while_redis_fails_still_tells(fleet):
    """Two faults, but of one moment: the successor reads the board."""
    fleet.agent.helper("sentinel-publisher").signal(KILL)
    fleet.redis["one"].kill()
    fleet.watch.wait_state("one", "down", fleet.agent.bound_seconds())
    assert not fleet.watch.since(0, "deleted")


def test_a_stopped_supervisor_leaves_no_up_behind(fleet):
    """Its dead-man ends it; nobody restarts it here, so the session ends and
    the nodes go: bound E, and never an `up` for ever."""
    fleet.agent.signal(STOP)
    fleet.agent.process.wait(60)
    fleet.agent.assert_gone()
    fleet.watch.wait_gone(40)
