"""An agent that breaks a promise is caught: real agents, made defective by
their settings or by what is taken from them, judged as if they were well.

The bounds are not stretched here, however slow the machine: what these agents
do wrong is wrong by far, or for ever.
"""
import os
import signal
import time

import pytest

from checker import check
from servers import Redis, wait_for
from world import FAST, World

BOUND_PASSES = 0.5  # so long after a bound it is broken for certain


class Stage:
    """Plays one row in a world of this scene and says what was broken."""

    def __init__(self, directory, scene):
        self.directory = directory
        self.world = World(scene, FAST)

    def broken(self, inject, heal=lambda world: None, is_isolated=False):
        world = self.world
        with world.record(self.directory):
            mark = world.log["marks"].add
            world.wait_healthy()
            mark("begin", names=list(world.redis), isolated=is_isolated)
            mark("injecting")
            try:
                inject(world)
            finally:
                heal(world)
            mark("healed")
            world.wait_healthy()
            world.watch.refresh()
            mark("end")
        return {finding.promise
                for finding in check(self.directory, world.promises)
                if not finding.is_kept}


@pytest.fixture
def make_stage(directory):
    stages = []

    def make(scene):
        stages.append(Stage(directory, scene))
        return stages[-1]
    yield make
    for stage in stages:
        stage.world.close()


def pass_bound(seconds):
    """Lets a bound pass: nothing else is waited for."""
    time.sleep(seconds + BOUND_PASSES)


def test_an_agent_that_asks_twenty_times_breaks_B(make_stage):
    def stop(world):
        world.redis["victim"].stop()
        pass_bound(world.promises.B)
    stage = make_stage({"settings": {"fall": 20}})
    assert "B" in stage.broken(
        stop, lambda world: world.redis["victim"].cont())


def test_an_agent_that_looks_at_another_server_lies_both_ways(make_stage):
    with Redis().start() as other:
        stage = make_stage({"victim": {"addr": other.addr}})

        def kill_what_it_watches(world):
            other.kill()
            world.watch.wait_state("victim", "down")
        assert "true" in stage.broken(kill_what_it_watches,
                                      lambda world: other.restart())
        for name in os.listdir(stage.directory):
            os.unlink(os.path.join(stage.directory, name))

        def kill_what_it_should_watch(world):
            world.expect("victim", "down", "now")
            world.redis["victim"].kill()
            pass_bound(world.promises.seconds("now"))
        assert "now" in stage.broken(
            kill_what_it_should_watch,
            lambda world: world.redis["victim"].restart())


def test_an_agent_that_looks_too_seldom_breaks_D(make_stage):
    def wait(world):
        pass_bound(world.promises.interval + 0.5 + world.promises.D)
    stage = make_stage({"settings": {"interval": "1m"}})
    assert "probed" in stage.broken(wait, is_isolated=True)


def test_an_agent_that_forgets_its_session_flaps(make_stage):
    def lose_session(world):
        world.quiet()
        session = world.agent.status()["zookeeper"]["session_id"]
        publisher = world.agent.helper("sentinel-publisher")
        publisher.signal(signal.SIGSTOP)  # it writes it no more
        os.unlink(os.path.join(world.agent.run_dir, "session"))
        publisher.signal(signal.SIGKILL)
        wait_for(lambda: world.agent.status()["zookeeper"]["session_id"]
                 != session, 30, "another session")
    assert "no flap" in make_stage({}).broken(lose_session)


def test_an_agent_that_reaps_no_child_leaves_a_zombie(make_stage):
    def wait(world):
        wait_for(lambda: any(
            member.state == "Z" and member.parent == world.agent.pid
            for member in world.agent.members(zombies=True)), 20, "zombie")
        pass_bound(1)  # five looks at the processes
    stage = make_stage(
        {"under": ["sh", "-c", 'sleep 0.1 & exec "$@"', "sh"]})
    assert "bounded" in stage.broken(wait)


def test_an_agent_that_keeps_descriptors_and_processes_is_unbounded(
        make_stage):
    def leak(world):
        with open(world.path("go"), "w"):
            pass  # its reader goes on
        wait_for(lambda: any(
            member.name == "sleep" for member in world.agent.members()), 20,
            "process that stays")
        pass_bound(1)
    opened = " ".join(f"{number}</dev/null" for number in range(10, 30))
    script = ('mkfifo "$0/go" && (read _ <"$0/go"; exec ' + opened
              + '; exec sleep 60) & exec "$@"')
    stage = make_stage({"under": ["bash", "-c", script, "{directory}"]})
    assert "bounded" in stage.broken(leak)
    for member in stage.world.agent.members():
        if member.name == "sleep":
            member.signal(signal.SIGKILL)
