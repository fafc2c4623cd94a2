"""Starts that are not the plain one: nothing there yet, something taken,
something wrong, and the kinds of addresses."""
import os
import re
import socket
import subprocess
import time

import pytest

from agent import BUILD
from servers import PATIENCE, ZooKeeper, wait_for

PROMPT_SECONDS = 1.0 * PATIENCE
GOOD = "instances:\n  - name: one\n    addr: 127.0.0.1:6379\n"


def program(*words, seconds=20):
    return subprocess.run([os.path.join(BUILD, "sentinel-agent"), *words],
                          capture_output=True, text=True,
                          timeout=seconds * PATIENCE)


# --- nothing there yet ----------------------------------------------------
def test_zookeeper_may_come_later(start_redis, make_agent, watch):
    zookeeper = ZooKeeper().start()
    try:
        zookeeper.kill()
        redis = {"one": start_redis()}
        agent = make_agent(redis, zookeeper.servers).start()
        agent.wait_state("one", "up")
        redis["one"].kill()
        agent.wait_state("one", "down", agent.bound_seconds())
        assert agent.request("/healthz")[0] == 200
        assert agent.request("/readyz")[0] == 503
        redis["one"].restart()
        agent.wait_state("one", "up")
        zookeeper.restart()
        watch(zookeeper).wait_state("one", "up", 60)
        agent.wait_ready()
    finally:
        zookeeper.close()


def test_redis_may_come_later(zookeeper, start_redis, make_agent, watch):
    late = start_redis()
    late.kill()
    watch = watch(zookeeper)
    agent = make_agent({"late": late}, zookeeper.servers).start()
    watch.wait_state("late", "down", agent.bound_seconds())
    late.restart()
    watch.wait_state("late", "up", agent.bound_seconds())


def test_without_zookeeper_it_observes(start_redis, make_agent):
    agent = make_agent({"one": start_redis()}).start()
    agent.wait_state("one", "up")
    agent.wait_ready()
    assert not agent.helpers("sentinel-publisher")


# --- kinds of addresses ---------------------------------------------------
def test_ipv4_ipv6_and_unix_sockets(
        zookeeper, start_redis, make_agent, watch):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        pytest.skip(f"no IPv6 on this machine's loopback: {error}")
    redis = {"four": start_redis(), "six": start_redis(ipv6=True),
             "unix": start_redis(unix=True)}
    watch = watch(zookeeper)
    instances = {**redis, "name": f"localhost:{redis['four'].port}"}
    agent = make_agent(instances, zookeeper.servers).start()
    for name in instances:
        watch.wait_state(name, "up", 30)
    assert watch.nodes()["six"]["addr"] == redis["six"].addr
    for name in redis:
        mark = watch.mark()
        redis[name].kill()
        watch.wait_state(name, "down", agent.bound_seconds())
        assert watch.nodes()[name]["reason"] == "refused"
        others = [other for other in redis if other != name]
        watch.assert_quiet(mark, others)
        redis[name].restart()
        watch.wait_state(name, "up", agent.bound_seconds())


# --- something taken ------------------------------------------------------
def exits(agent):
    """(exit code, seconds) of an agent that cannot run."""
    begun = time.monotonic()
    agent.spawn()
    code = agent.wait_exit(30)
    return code, time.monotonic() - begun


def test_a_taken_port_is_an_exit_of_75(start_redis, make_agent):
    agent = make_agent({"one": start_redis()})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        agent.port = taken.getsockname()[1]
        agent.settings["http"] = {"listen": f"127.0.0.1:{agent.port}"}
        code, took = exits(agent)
    assert code == 75, agent.tail()
    assert took <= PROMPT_SECONDS
    assert str(agent.port) in agent.tail()
    agent.assert_gone()


def test_a_second_agent_leaves_the_first_alone(
        zookeeper, start_redis, make_agent, watch):
    redis = {"one": start_redis()}
    watch = watch(zookeeper)
    first = make_agent(redis, zookeeper.servers).start()
    watch.wait_state("one", "up", 30)
    first.wait_ready().wait_settled()
    before = [helper.pid for helper in first.helpers()]
    mark = watch.mark()
    second = make_agent(redis, zookeeper.servers, run_dir=first.run_dir)
    code, took = exits(second)
    assert code == 75, second.tail()
    assert took <= PROMPT_SECONDS
    second.assert_gone()
    count = first.status()["round"]["number"]
    wait_for(lambda: first.status()["round"]["number"] >= count + 2)
    assert [helper.pid for helper in first.helpers()] == before
    assert not watch.refresh().since(mark)


# --- something wrong ------------------------------------------------------
@pytest.mark.parametrize("text, line, column, words", [
    ("", None, None, ["instances"]),
    ("instances: []\n", 1, 12, ["instances"]),
    ("intervall: 10s\n" + GOOD, 1, 1, ["intervall", "interval"]),
    ("interval: 10\n" + GOOD, 1, 11, ["interval", "10s"]),
    ("interval: 10ms\n" + GOOD, 1, 11, ["interval", "100ms"]),
    ("interval: 2h\n" + GOOD, 1, 11, ["interval", "between"]),
    ("fall: 0\n" + GOOD, 1, 7, ["fall"]),
    ("fall: 1\nfall: 2\n" + GOOD, 2, 1, ["fall", "duplicate"]),
    ("cluster: .x\n" + GOOD, 1, 10, ["cluster"]),
    ("publish: {state: relative}\n" + GOOD, 1, 18, ["state"]),
    ("zookeeper: {servers: zk1}\n" + GOOD, 1, 22, ["servers"]),
    ("zookeeper: {session_timeout: 12s}\n" + GOOD, 1, 12, ["servers"]),
    ("http: {listen: everywhere}\n" + GOOD, 1, 16, ["listen"]),
    (GOOD + "  - name: one\n    addr: 127.0.0.1:1\n", 4, 5, ["one"]),
    ("instances:\n  - name: one\n", 2, 5, ["addr"]),
    ("instances:\n  - name: one\n    addr: 127.0.0.1\n", 3, 11, ["addr"]),
    ("instances:\n  - name: a/b\n    addr: 127.0.0.1:1\n", 2, 11, ["name"]),
    ("interval: &a 10s\n" + GOOD, 1, 11, []),
    ("interval: !!str 10s\n" + GOOD, 1, 11, []),
    (GOOD + "---\n" + GOOD, 4, 1, []),
    ("interval: [10s\n", None, None, []),
    ("instances: 5\n", 1, 12, ["instances", "list"]),
    ("- one\n", 1, 1, []),
    (GOOD + "host: \"a\\0b\"\n", 4, 7, ["host"]),
])
def test_a_bad_configuration_is_an_exit_of_78(
        workspace, text, line, column, words):
    path = os.path.join(workspace, "bad.yaml")
    with open(path, "w") as file:
        file.write(text)
    for flags in (["-c", path, "--run-dir", workspace], ["-t", "-c", path]):
        said = program(*flags)
        assert said.returncode == 78, said
        lines = [each for each in said.stderr.splitlines()
                 if each.startswith(path)]
        assert lines, said.stderr
        for each in lines:
            assert re.match(re.escape(path) + r":\d+:\d+: \S", each), each
        if line is not None:
            place = f"{path}:{line}:{column}: "
            lines = [each for each in lines if each.startswith(place)]
            assert lines, f"no line {place}: {said.stderr}"
        for word in words:
            assert any(word in each for each in lines), said.stderr


def test_all_that_is_wrong_is_said_at_once(workspace):
    path = os.path.join(workspace, "bad.yaml")
    with open(path, "w") as file:
        file.write("intervall: 1s\ntimeout: 1x\nfall: 0\n" + GOOD)
    said = program("-t", "-c", path)
    assert said.returncode == 78
    for line in (1, 2, 3):
        assert f"{path}:{line}:" in said.stderr


def test_a_missing_configuration_is_an_exit_of_78(workspace):
    said = program("-c", os.path.join(workspace, "none.yaml"))
    assert said.returncode == 78, said
    assert "none.yaml" in said.stderr


def test_the_example_configuration_is_good():
    here = os.path.dirname(os.path.abspath(__file__))
    example = os.path.join(here, "..", "..", "etc", "sentinel-agent.yaml")
    said = program("-t", "-c", example)
    assert said.returncode == 0, said


def test_wrong_usage_is_an_exit_of_64():
    for words in (["--no-such"], ["-c"], ["stray"]):
        assert program(*words).returncode == 64, words


def test_help_and_version():
    said = program("--help")
    assert said.returncode == 0 and "--run-dir" in said.stdout
    said = program("--version")
    assert said.returncode == 0
    assert "sentinel-agent" in said.stdout and "libuv" in said.stdout


@pytest.mark.parametrize("name", ["prober", "publisher", "console"])
def test_a_helper_says_what_it_is_for(name):
    said = subprocess.run([os.path.join(BUILD, f"sentinel-{name}"), "--help"],
                          capture_output=True, text=True,
                          timeout=20 * PATIENCE)
    assert (said.returncode, said.stderr) == (0, "")
    assert f"sentinel-{name} " in said.stdout
    assert "started by sentinel-agent" in said.stdout


@pytest.mark.parametrize("name", ["prober", "publisher", "console"])
def test_a_helper_started_by_hand_says_who_starts_it(name):
    said = subprocess.run([os.path.join(BUILD, f"sentinel-{name}")],
                          capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=20 * PATIENCE)
    assert said.returncode == 64, said
    assert "started by sentinel-agent" in said.stderr
