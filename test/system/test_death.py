"""A Redis process that ends is seen by the kernel's word: its node says so at
once, and what comes in its place is told from it.

The rounds here are ten minutes apart: whatever happens between two of them
happens by the death watch.
"""
import os
import shutil
import signal
import subprocess

import pytest

from agent import processes
from servers import Redis, wait_for

RARELY = {"interval": "10m", "timeout": "2s"}


def watched(agent, count):
    wait_for(lambda: agent.status()["agent"]["watched"] == count, 20,
             f"{count} watched")


def deaths(agent):
    return agent.status()["agent"]["deaths"]


def said(watch, name):
    return watch.nodes()[name]


def children(pid):
    return [process for process in processes() if process.parent == pid]


def reload(agent):
    """Takes the configuration anew; everybody is probed."""
    before = agent.status()["config"]["reloads"]
    agent.signal(signal.SIGHUP)
    wait_for(lambda: agent.status()["config"]["reloads"] > before, 20,
             "reload")


@pytest.fixture
def observe(zookeeper, make_agent, watch):
    """observe(redis, ...) as (agent, watch), everybody up and watched."""
    def start(instances, count=None, settings=None, **options):
        agent = make_agent(instances, zookeeper.servers,
                           settings={**RARELY, **(settings or {})},
                           **options).start()
        seen = watch(zookeeper)
        for name in instances:
            seen.wait_state(name, "up")
        watched(agent, len(instances) if count is None else count)
        return agent, seen
    return start


@pytest.mark.parametrize("unix", [False, True], ids=["tcp", "unix"])
def test_a_killed_redis_is_down_at_once(observe, start_redis, unix):
    redis = {"one": start_redis(unix=unix), "two": start_redis()}
    agent, watch = observe(redis)
    mark = watch.mark()
    redis["one"].kill()
    watch.wait_state("one", "down")
    assert said(watch, "one")["reason"] == "refused"
    watched(agent, 1)
    assert deaths(agent) == 1
    assert "process_ended name=one" in agent.tail()
    watch.assert_quiet(mark, names=["two"])
    redis["one"].restart()
    reload(agent)
    watch.wait_state("one", "up")
    watched(agent, 2)
    redis["one"].kill()
    watch.wait_state("one", "down")


def test_a_redis_that_ends_itself_is_down_at_once(observe, start_redis):
    redis = start_redis()
    agent, watch = observe({"one": redis})
    with redis.begin("SHUTDOWN", "NOSAVE"):
        watch.wait_state("one", "down")
    watched(agent, 0)
    assert deaths(agent) == 1


def test_a_successor_is_told_from_the_dead(observe, start_redis):
    """It listens where the dead one did before that one is dead: the node
    never says down, but another run_id."""
    first = start_redis(unix=True)
    second = start_redis(unix=True)
    agent, watch = observe({"one": first})
    before = said(watch, "one")["run_id"]
    os.rename(second.path, first.path)
    first.kill()
    wait_for(lambda: said(watch, "one")["run_id"] != before, 20,
             "the successor's run_id")
    assert watch.states("one") == ["up"]
    assert agent.instance("one")["counters"]["restarts"] == 1
    watched(agent, 1)
    second.kill()
    watch.wait_state("one", "down")
    assert deaths(agent) == 2


def test_one_process_behind_two_addresses_is_watched_once(observe,
                                                          start_redis):
    redis = start_redis()
    path = os.path.join(redis.directory, "also.sock")
    redis.settings["unixsocket"] = path
    redis.restart()
    agent, watch = observe({"tcp": redis, "unix": f"unix:{path}"}, 1)
    redis.kill()
    watch.wait_state("tcp", "down")
    watch.wait_state("unix", "down")
    watched(agent, 0)
    assert deaths(agent) == 1


def test_a_restarted_agent_watches_who_it_adopted(observe, start_redis):
    redis = {"one": start_redis(), "two": start_redis(unix=True)}
    agent, watch = observe(redis)
    mark = watch.mark()
    agent.kill()
    agent.start()
    watched(agent, 2)
    watch.assert_quiet(mark)
    redis["two"].kill()
    watch.wait_state("two", "down")
    agent.kill()
    agent.start()
    watched(agent, 1)
    redis["one"].kill()
    watch.wait_state("one", "down")
    # Who was down before it began was another agent's to count.
    wait_for(lambda: deaths(agent) == 1, 20, "one death")


@pytest.mark.parametrize("is_saving", [False, True],
                         ids=["large", "large with a BGSAVE child"])
def test_a_large_redis_is_down_when_it_is_gone(observe, start_redis,
                                               is_saving):
    redis = start_redis({"enable-debug-command": "yes",
                         "rdb-key-save-delay": 2000})
    assert redis.ask("DEBUG", "POPULATE", 100000, "key", 1000,
                     seconds=60)[:1] == b"+"
    agent, watch = observe({"one": redis})
    mark = watch.mark()
    heirs = []
    if is_saving:
        redis.ask("BGSAVE")
        heirs = wait_for(lambda: children(redis.pid), 20, "BGSAVE child")
    try:
        redis.kill()
        watch.wait_state("one", "down")
        assert said(watch, "one")["reason"] == "refused"
        assert watch.states("one", mark) == ["down"]
    finally:
        for heir in heirs:
            if heir.is_alive():
                heir.signal(signal.SIGKILL)


def test_a_silent_redis_that_dies_is_refused_at_once(observe, start_redis):
    redis = start_redis()
    agent, watch = observe({"one": redis})
    redis.stop()
    reload(agent)
    watch.wait_state("one", "down", 30)
    assert said(watch, "one")["reason"] == "timeout"
    redis.kill()
    wait_for(lambda: said(watch, "one")["reason"] == "refused", 20,
             "the dead one's reason")


class Confined(Redis):
    """A Redis in a pid namespace of its own."""

    def prepare(self, is_first):
        argv, executable = super().prepare(is_first)
        return ["unshare", "--pid", "--fork", "--kill-child", "bash", "-c",
                'exec -a redis-server "$0" "$@"', executable,
                *argv[1:]], "/usr/bin/unshare"

    def server(self):
        return children(self.pid)[0]


def can_confine():
    return shutil.which("unshare") and subprocess.run(
        ["unshare", "--pid", "--fork", "true"], check=False,
        stderr=subprocess.DEVNULL).returncode == 0


@pytest.mark.skipif(not can_confine(), reason="no pid namespaces for us")
def test_a_redis_in_another_pid_namespace_is_watched(observe):
    """The kernel vouches for it on its unix socket, by the number it has
    here; by its own word it would be process 1."""
    with Confined(unix=True).start() as redis:
        assert b"process_id:1\r" in redis.ask("INFO", "server")
        agent, watch = observe({"one": redis})
        redis.server().signal(signal.SIGKILL)
        watch.wait_state("one", "down")
        assert deaths(agent) == 1


def test_without_descriptors_the_next_round_finds_out(observe, start_redis):
    redis = start_redis()
    agent, watch = observe({"one": redis}, 0,
                           settings={"interval": "500ms"},
                           under=("prlimit", "--nofile=400:400"))
    wait_for(lambda: "death_unwatched" in agent.tail(), 20, "complaint")
    before = agent.status()["round"]["number"]
    wait_for(lambda: agent.status()["round"]["number"] >= before + 3, 20,
             "rounds")
    redis.kill()
    watch.wait_state("one", "down")
    assert agent.tail(100000).count("event=death_unwatched") == 1
    assert deaths(agent) == 0


def pidfds(agent):
    count = 0
    directory = f"/proc/{agent.pid}/fd"
    for entry in os.listdir(directory):
        try:
            link = os.readlink(os.path.join(directory, entry))
        except FileNotFoundError:
            continue
        count += "[pidfd]" in link
    return count


def test_who_is_watched_costs_a_descriptor(observe, start_redis):
    """And a reload gives back what the one before it took."""
    redis = {f"r{number}": start_redis() for number in range(4)}
    agent, _ = observe(redis)
    wait_for(lambda: pidfds(agent) <= len(redis) + len(agent.helpers()), 20,
             "a pidfd for each server and helper")
    for _ in range(3):
        reload(agent)
        watched(agent, len(redis))
        wait_for(lambda: pidfds(agent) <= len(redis) + len(agent.helpers()),
                 20, "pidfds as before")
