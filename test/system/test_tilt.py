"""The host stumbles: we are frozen, starved, or the wall clock is set. None of
it is evidence of a server."""
import json
import os
import signal
import struct
import subprocess
import sys
import time

import pytest

from agent import BUILD
from servers import die_with_parent, wait_for

PRELOAD = os.path.join(BUILD, "test", "fault", "set_clock.so")
YEAR = 366 * 24 * 3600
FROZEN_SECONDS = 1
STARVED_SECONDS = 4
QUICK = {"interval": "500ms", "timeout": "300ms"}


@pytest.fixture
def observe(zookeeper, start_redis, make_agent, watch):
    """observe(...) as (agent, watch): two servers, up in the tree."""
    def start(environment=None, **options):
        redis = {"one": start_redis(), "two": start_redis(unix=True)}
        agent = make_agent(redis, zookeeper.servers, **options)
        agent.environment.update(environment or {})
        agent.start()
        seen = watch(zookeeper)
        for name in redis:
            seen.wait_state(name, "up")
        wait_for(lambda: seen.node(".agent"), 20, "heartbeat's node")
        return agent, seen
    return start


def rounds_pass(agent, count):
    before = agent.status()["round"]["number"]
    wait_for(lambda: agent.status()["round"]["number"] >= before + count, 30,
             f"{count} rounds")


def probes_out(agent):
    return [task for task in agent.get("/tasks")["tasks"]
            if task["kind"] == "probe"]


def test_a_frozen_agent_blames_nobody(observe):
    """Everything of ours stands still, with probes under way, for longer than
    a probe may take; what they say on waking is looked at again."""
    agent, watch = observe(settings=QUICK)
    rounds_pass(agent, 2)
    mark = watch.mark()
    before = agent.status()["agent"]["tilts"]
    for prober in agent.helpers("sentinel-prober"):
        prober.signal(signal.SIGSTOP)
    wait_for(lambda: probes_out(agent), 10, "probe under way")
    frozen = agent.members()
    for member in frozen:
        member.signal(signal.SIGSTOP)
    time.sleep(FROZEN_SECONDS)
    for member in frozen:
        if member.is_same():
            member.signal(signal.SIGCONT)
    wait_for(lambda: agent.status()["agent"]["tilts"] > before, 20, "tilt")
    assert agent.status()["agent"]["tilted_ms_ago"] is not None
    rounds_pass(agent, 3)
    watch.refresh()
    watch.assert_quiet(mark)
    assert agent.tail(100000).count("event=stood_still") == 1


def set_clock(path, seconds):
    with open(path, "r+b") as file:
        file.write(struct.pack("=q", seconds))


def test_a_wall_clock_that_steps_a_year_moves_nothing(observe, workspace):
    path = os.path.join(workspace, "clock")
    with open(path, "wb") as file:
        file.write(struct.pack("=q", 0))
    sanitizer = os.environ.get("ASAN_OPTIONS", "")
    agent, watch = observe(settings=QUICK, environment={
        "LD_PRELOAD": PRELOAD, "SET_CLOCK": path,
        "ASAN_OPTIONS": sanitizer + ":verify_asan_link_order=0"})
    rounds_pass(agent, 2)
    mark = watch.mark()
    since = {name: node["since"] for name, node in watch.nodes().items()}
    for years in (1, -1, 0):
        set_clock(path, years * YEAR)
        wait_for(lambda: abs(agent.status()["agent"]["now"] / 1000
                             - time.time() - years * YEAR) < YEAR / 2, 20,
                 "stepped clock")
        rounds_pass(agent, 3)
    watch.refresh()
    watch.assert_quiet(mark)
    assert since == {name: node["since"]
                     for name, node in watch.nodes().items()}
    assert agent.request("/healthz")[0] == 200
    assert "event=clock_stepped by_ms=3162" in agent.tail(100000)


@pytest.fixture
def spin():
    """spin(cpu): eight processes that want all of this CPU."""
    started = []

    def start(cpu):
        def settle():
            die_with_parent()
            os.sched_setaffinity(0, {cpu})
        for _ in range(8):
            started.append(subprocess.Popen(
                [sys.executable, "-c", "while True: pass"],
                preexec_fn=settle, start_new_session=True))
        return started

    def stop():
        for process in started:
            process.kill()
            process.wait()
        started.clear()
    yield start, stop
    stop()


def test_a_starved_agent_blames_nobody(observe, spin):
    """It shares a CPU with eight that spin and come before it: what it says
    of a server that is well is `unknown` at most."""
    start_spinning, stop_spinning = spin
    cpu = max(os.sched_getaffinity(0))
    agent, watch = observe(under=("taskset", "-c", str(cpu),
                                  "nice", "-n", "10"))
    mark = watch.mark()
    start_spinning(cpu)
    time.sleep(STARVED_SECONDS)
    stop_spinning()
    for name in ("one", "two"):
        watch.wait_state(name, "up", 30)
    watch.refresh()
    said = [json.loads(event.data) for event in watch.since(mark)
            if event.what != "deleted"]
    assert not [node for node in said if node["state"] == "down"]
