"""hiredis while it hangs, spins, crashes, ends the process, leaks or blows its
stack for one instance: that one is `unknown` by our own fault, with step and
signal; no other's node moves, and nothing is left when it is over."""
import json
import os
import re

import pytest

from agent import BUILD, Process
from servers import wait_for

PRELOAD = os.path.join(BUILD, "test", "fault", "sick_redis.so")
# Address space is not limited where a sanitizer shadows it, and a sanitizer
# keeps much: a prober may leak more there before it leaves.
IS_SANITIZED = "address" in BUILD
NEIGHBOURS = ("one", "two", "three")
STEP = " in (ping|info)$"
SIGNALS = {"abort": "SIGABRT", "segfault": "SIGSEGV", "stack": "SIGSEGV"}


class Sickness:
    """What is done in the call that reads the bytes of one server."""

    def __init__(self, directory):
        self.file = os.path.join(directory, "sickness")

    def begin(self, place, deed):
        with open(self.file + ".new", "w") as file:
            file.write(f"{place} {deed}\n")
        os.rename(self.file + ".new", self.file)

    def end(self):
        os.unlink(self.file)

    def environment(self, redis):
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": PRELOAD, "SICK_REDIS": self.file,
                "SICK_REDIS_MARK": f"tcp_port:{redis.port}\r",
                "SENTINEL_AGENT_LOG_FORMAT": "json",
                "ASAN_OPTIONS": sanitizer + ":verify_asan_link_order=0"
                ":handle_abort=0:handle_segv=0:detect_leaks=0"}


class Ward:
    """An agent with one instance that falls ill and three that do not."""

    def __init__(self, agent, redis, watch, sickness):
        self.agent = agent
        self.redis = redis
        self.watch = watch
        self.sickness = sickness
        self.descriptors = Process(agent.pid).descriptors()

    def detail(self):
        sick = self.agent.instance("sick")
        if (sick["state"], sick["reason"]) != ("unknown", "agent"):
            return None
        return sick["detail"]

    def fall_ill(self, place, deed, detail):
        """Until the sick one's detail reads so; the others stand still."""
        mark = self.watch.mark()
        self.sickness.begin(place, deed)
        wait_for(lambda: re.match(detail, self.detail() or ""), 30,
                 f"{deed} in {place} told as {detail}")
        self.watch.wait_state("sick", "unknown")
        self.see_rounds(3)
        self.watch.refresh().assert_quiet(mark, NEIGHBOURS)

    def see_rounds(self, count):
        """Outcomes of a neighbour, while it goes on."""
        def rounds():
            return self.agent.instance("one")["counters"]["rounds"]
        first = rounds()
        wait_for(lambda: rounds() >= first + count, 30, f"{count} rounds")

    def recover(self):
        """All is as before: no process, task or descriptor is left."""
        mark = self.watch.mark()
        self.sickness.end()
        self.watch.wait_state("sick", "up", 30)
        agent = self.agent
        wait_for(lambda: len(agent.helpers("sentinel-prober")) == 2, 30,
                 "shard and spare")
        wait_for(lambda: Process(agent.pid).descriptors()
                 <= self.descriptors, 30, "end of our descriptors")
        tasks = agent.get("/tasks")
        assert not [task for task in tasks["tasks"]
                    if task["kind"] == "zombie"], tasks
        assert tasks["started"] == tasks["finished"] + tasks["reaped"] \
            + tasks["live"]
        self.watch.refresh().assert_quiet(mark, NEIGHBOURS)

    def endings(self, event):
        with open(self.agent.log, errors="replace") as file:
            lines = [json.loads(line) for line in file if line[0] == "{"]
        return [line for line in lines if line["event"] == event]


@pytest.fixture
def ward(make_agent, start_redis, watch, zookeeper, workspace):
    redis = {name: start_redis() for name in ("sick", *NEIGHBOURS)}
    sickness = Sickness(workspace)
    watch = watch(zookeeper)
    agent = make_agent(redis, zookeeper.servers,
                       settings={"deep_interval": "100ms"})
    agent.environment.update(sickness.environment(redis["sick"]))
    agent.start()
    for name in redis:
        watch.wait_state(name, "up", 30)
    agent.wait_ready().wait_settled()
    return Ward(agent, redis, watch, sickness)


def test_a_crash_in_the_library_is_its_instance_s_alone(ward):
    for deed, signal in SIGNALS.items():
        ward.fall_ill("feed", deed, f"prober died of {signal}{STEP}")
        ward.recover()
    ward.fall_ill("reply", "exit", f"prober exited with 1{STEP}")
    ward.recover()
    assert {ending["name"] for ending in ward.endings("prober_ended")} \
        == {"sick"}


@pytest.mark.parametrize("deed, state", [("hang", "S"), ("spin", "R")])
def test_a_wedged_call_is_its_instance_s_alone(ward, deed, state):
    ward.fall_ill("reply", deed, f"prober hung{STEP}")
    neighbour = ward.redis["one"]
    neighbour.kill()
    ward.watch.wait_state("one", "down", ward.agent.bound_seconds())
    neighbour.restart()
    ward.watch.wait_state("one", "up", ward.agent.bound_seconds())
    ward.recover()
    told = ward.endings("prober_hung")[0]
    assert told["name"] == "sick"
    assert re.match(STEP, f" in {told['step']}")
    assert told["kernel"][0] == state


def test_a_leak_of_descriptors_is_its_instance_s_alone(ward):
    ward.fall_ill("feed", "descriptors", f"prober leaked{STEP}")
    ward.recover()


@pytest.mark.skipif(IS_SANITIZED, reason="a sanitized prober may leak 500 MB: "
                    "it leaves then, but too seldom to be told apart")
def test_a_leak_of_memory_is_its_instance_s_alone(ward):
    ward.fall_ill("feed", "leak", f"prober leaked{STEP}")
    ward.recover()


def test_a_leak_of_memory_is_bounded(ward):
    mark = ward.watch.mark()
    ward.sickness.begin("feed", "leak")
    wait_for(lambda: [line for line in ward.endings("prober_ended")
                      if line["how"] == "leaked"], 60, "end of a leaker")
    ward.watch.refresh().assert_quiet(mark, NEIGHBOURS)
    ward.recover()


def test_the_end_does_not_wait_for_a_wedged_call(ward):
    ward.fall_ill("feed", "hang", f"prober hung{STEP}")
    ward.agent.terminate()
    ward.watch.wait_gone(4)  # withdrawn: the session would last 10 s


def test_blocked_signals_change_nothing(ward):
    """Neither for who is asked next, nor for who kills the prober."""
    mark = ward.watch.mark()
    ward.sickness.begin("feed", "mask")
    ward.see_rounds(3)
    ward.watch.refresh().assert_quiet(mark)
    ward.sickness.end()
    ward.fall_ill("feed", "hang", f"prober hung{STEP}")
    ward.recover()
