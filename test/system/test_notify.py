"""What the service manager is told, with the test in its place."""
import os
import signal
import stat
import time

import pytest
from kazoo.client import KazooClient

from agent import BUILD, HELPERS
from manager import Manager
from servers import PATIENCE, wait_for

WATCHDOG_S = 4  # a sign each 2 s


@pytest.fixture
def manager(workspace):
    made = Manager(os.path.join(workspace, "notify"))
    yield made
    made.close()


def read_node(zookeeper, path):
    client = KazooClient(zookeeper.servers)
    client.start(10)
    try:
        return client.get(path)[0].decode()
    finally:
        client.stop()
        client.close()


def test_ready_comes_with_the_first_published_round_and_not_before(
        own_zookeeper, start_redis, make_agent, manager, state_path):
    own_zookeeper.kill()
    agent = make_agent({"one": start_redis()}, own_zookeeper.servers)
    manager.serve(agent).start()
    agent.wait_state("one", "up")
    manager.wait("EXTEND_TIMEOUT_USEC=")
    manager.wait_status("1 up")
    time.sleep(2)  # several rounds are done, none is published
    assert not manager.texts("READY=")
    assert agent.request("/readyz")[0] == 503
    own_zookeeper.restart()
    manager.wait("READY=1", seconds=60)
    assert agent.request("/readyz")[0] == 200
    assert '"state":"up"' in read_node(own_zookeeper,
                                       f"{state_path}/test/h1/one")
    manager.wait_status("1 up", "ZooKeeper steady")
    agent.terminate()
    assert manager.texts("READY=") == ["READY=1"]
    assert manager.senders() == {agent.pid}, "a helper told something"


def test_without_zookeeper_ready_comes_with_the_first_round(
        start_redis, make_agent, manager):
    agent = make_agent({"one": start_redis()})
    manager.serve(agent).start()
    manager.wait("READY=1")
    manager.wait_status("1 up, observing only")


def test_an_abstract_socket_is_told_too(start_redis, make_agent):
    manager = Manager(f"@sentinel-agent-test-{os.getpid()}")
    try:
        agent = make_agent({"one": start_redis()})
        manager.serve(agent).start()
        manager.wait("READY=1")
    finally:
        manager.close()


def test_the_status_follows_the_fleet_once_a_second_at_most(
        start_redis, make_agent, manager):
    redis = {"cache-1": start_redis(), "queue": start_redis()}
    agent = make_agent(redis, settings={"interval": "100ms",
                                        "timeout": "80ms"})
    manager.serve(agent).start()
    manager.wait_status("2 up")
    for _ in range(3):
        redis["cache-1"].kill()
        manager.wait_status("1 up, 1 down (cache-1: refused)")
        redis["cache-1"].restart()
        manager.wait_status("2 up")
    times = manager.times("STATUS=")
    assert len(times) > 5
    # Of when we heard them, not of when they were said: one may come late.
    assert all(after - before > 5 - PATIENCE
               for before, after in zip(times, times[5:])), times
    assert len(times) < 30, "a status that did not change was told again"


def test_stopping_is_told_before_the_end(start_redis, make_agent, manager):
    agent = make_agent({"one": start_redis()})
    manager.serve(agent).start()
    manager.wait("READY=1")
    agent.terminate()
    texts = manager.texts()
    assert "STOPPING=1" in texts
    assert texts.index("STOPPING=1") > texts.index("READY=1")
    assert not [text for text in texts[texts.index("STOPPING=1"):]
                if text.startswith(("READY=", "WATCHDOG="))]


def test_leaving_for_a_successor_is_stopping_too(
        start_redis, make_agent, manager):
    agent = make_agent({"one": start_redis()})
    manager.serve(agent).start()
    manager.wait("READY=1")
    agent.signal(signal.SIGUSR2)
    assert agent.wait_exit() == 0
    manager.wait("STOPPING=1")


def test_a_reload_is_told_from_its_beginning_to_its_end(
        start_redis, make_agent, manager):
    agent = make_agent({"one": start_redis()})
    manager.serve(agent, WATCHDOG_S).start()
    manager.wait("READY=1")
    before = time.clock_gettime(time.CLOCK_MONOTONIC) * 1e6
    agent.settings["fall"] = 3
    agent.write_config()
    agent.signal(signal.SIGHUP)
    manager.wait("READY=1", 2)
    text, = manager.texts("RELOADING=1\nMONOTONIC_USEC=")
    at = int(text.split("=")[-1])
    assert before <= at <= time.clock_gettime(time.CLOCK_MONOTONIC) * 1e6
    agent.settings["fall"] = "none"
    agent.write_config()
    agent.signal(signal.SIGHUP)
    manager.wait("READY=1", 3)
    assert len(manager.texts("RELOADING=1")) == 2, "a refused one is told too"
    count = len(manager.times("WATCHDOG="))
    manager.wait("WATCHDOG=1", count + 2)


def test_a_stopped_redis_does_not_starve_the_watchdog(
        start_redis, make_agent, manager):
    redis = start_redis()
    agent = make_agent({"one": redis})
    manager.serve(agent, WATCHDOG_S).start()
    manager.wait("WATCHDOG=1")
    redis.stop()
    manager.wait_status("1 down (one: ")
    count = len(manager.times("WATCHDOG="))
    manager.wait("WATCHDOG=1", count + 3)
    times = manager.times("WATCHDOG=")
    gaps = [after - before for before, after in zip(times, times[1:])]
    assert all(gap >= 0.9 * WATCHDOG_S / 2 for gap in gaps), gaps
    assert all(gap < WATCHDOG_S * PATIENCE for gap in gaps), gaps


def test_no_zookeeper_does_not_starve_the_watchdog(
        own_zookeeper, start_redis, make_agent, manager):
    agent = make_agent({"one": start_redis()}, own_zookeeper.servers)
    manager.serve(agent, WATCHDOG_S).start()
    manager.wait("READY=1")
    own_zookeeper.kill()
    count = len(manager.times("WATCHDOG="))
    manager.wait("WATCHDOG=1", count + 3)


def test_an_interval_longer_than_the_watchdog_does_not_starve_it(
        start_redis, make_agent, manager):
    agent = make_agent({"one": start_redis()}, settings={"interval": "1h"})
    manager.serve(agent, WATCHDOG_S).start()
    manager.wait("WATCHDOG=1", 4)
    assert agent.instance("one")["counters"]["rounds"] == 1


def test_the_watchdog_hears_nothing_before_a_round_is_done(
        start_redis, make_agent, manager):
    """A silent server: the first outcome takes fall attempts."""
    redis = start_redis()
    redis.stop()
    agent = make_agent({"one": redis}, settings={"timeout": "2s"})
    manager.serve(agent, 2).spawn()
    manager.wait("READY=1", seconds=40)
    first = manager.wait("WATCHDOG=1")
    assert first >= manager.times("READY=1")[0]
    redis.cont()


def test_another_process_watchdog_is_not_ours(
        start_redis, make_agent, manager):
    agent = make_agent({"one": start_redis()})
    agent.environment["WATCHDOG_PID"] = "1"
    manager.serve(agent, 2).start()
    manager.wait("READY=1")
    time.sleep(3)
    assert not manager.texts("WATCHDOG=")


def test_probers_that_cannot_start_are_unknown_and_no_reason_to_restart(
        start_redis, make_agent, manager, workspace):
    libexec = os.path.join(workspace, "libexec")
    os.mkdir(libexec)
    for name in HELPERS:
        os.symlink(os.path.join(BUILD, name), os.path.join(libexec, name))
    prober = os.path.join(libexec, "sentinel-prober")
    os.unlink(prober)
    with open(prober, "w") as file:
        file.write("#!/bin/sh\nexit 1\n")
    os.chmod(prober, stat.S_IRWXU)
    agent = make_agent({"one": start_redis()}, libexec=libexec)
    manager.serve(agent, WATCHDOG_S).start()
    manager.wait_status("1 unknown (one: agent)", seconds=60)
    manager.wait("READY=1")
    count = len(manager.times("WATCHDOG="))
    manager.wait("WATCHDOG=1", count + 3)


def test_helpers_get_nothing_of_the_service_managers(
        start_redis, make_agent, manager):
    agent = make_agent({"one": start_redis()})
    agent.environment["LISTEN_FDS"] = "0"
    manager.serve(agent, WATCHDOG_S).start()
    agent.wait_settled()

    def are_programs():
        """One that was forked just now has our environment until it is one."""
        helpers = agent.helpers()
        return helpers and not any(helper.name == "sentinel-agent"
                                   for helper in helpers)
    wait_for(are_programs, 20, "helpers that are their programs")
    seen = 0
    for helper in agent.helpers():
        try:
            with open(f"/proc/{helper.pid}/environ", "rb") as file:
                text = file.read()
        except PermissionError:
            continue  # not dumpable, and we are not root
        seen += b"SENTINEL_AGENT_LOG_LEVEL=" in text
        for name in (b"NOTIFY_SOCKET", b"WATCHDOG_", b"LISTEN_"):
            assert name not in text, helper
    assert seen > 0


def test_an_unread_socket_costs_neither_rounds_nor_the_end(
        start_redis, make_agent, workspace):
    manager = Manager(os.path.join(workspace, "unread"), is_reading=False)
    try:
        manager.fill()
        agent = make_agent({"one": start_redis()},
                           settings={"interval": "100ms", "timeout": "80ms"})
        manager.serve(agent, 2).start()
        agent.wait_ready()

        def rounds():
            return agent.instance("one")["counters"]["rounds"]
        start = rounds()
        wait_for(lambda: rounds() >= start + 50, 30, "fifty rounds")
        at = time.monotonic()
        agent.terminate()
        assert time.monotonic() - at < 2.5 * PATIENCE
    finally:
        manager.close()


def test_a_socket_that_is_not_there_is_no_fault(start_redis, make_agent):
    agent = make_agent({"one": start_redis()})
    agent.environment["NOTIFY_SOCKET"] = "/nonexistent/notify"
    agent.environment["WATCHDOG_USEC"] = "2000000"
    agent.start().wait_ready()
    agent.wait_state("one", "up")
