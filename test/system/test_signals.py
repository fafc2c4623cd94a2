"""Each signal does what it says, under load, with a watcher counting."""
import os
import re
import signal
import time

from servers import wait_for


def running(server, start_redis, make_agent, watch, count=20, **settings):
    redis = start_redis()
    watch = watch(server)
    agent = make_agent({f"n{i}": redis for i in range(count)},
                       server.servers, settings=settings)
    agent.start()
    agent.wait_ready(60).wait_settled()
    wait_for(lambda: len(watch.nodes()) == count, 30, "all nodes")
    return redis, agent, watch.refresh()


def test_sigusr1_writes_the_task_table(
        zookeeper, start_redis, make_agent, watch):
    _, agent, _ = running(zookeeper, start_redis, make_agent, watch)
    agent.signal(signal.SIGUSR1)
    wait_for(lambda: "event=tasks " in agent.tail(), 20, "the table")
    text = wait_for(lambda: len(re.findall("event=task ", agent.tail())) >= 4
                    and agent.tail(), 20, "a line a task")
    for helper in agent.helpers():
        assert f"pid={helper.pid}" in text


def test_sigusr2_and_a_successor_leave_no_trace_at_any_watcher(
        zookeeper, start_redis, make_agent, watch):
    redis, agent, watch = running(zookeeper, start_redis, make_agent, watch)
    before = {f"n{i}": watch.node(f"n{i}") for i in range(20)}
    mark = watch.mark()
    for _ in range(3):
        agent.signal(signal.SIGUSR2)
        assert agent.wait_exit(10) == 0
        agent.assert_gone(5)
        agent.start(60)
        agent.wait_ready(60).wait_settled()
    watch.refresh().assert_quiet(mark)
    assert not watch.since(mark)
    for name, event in before.items():
        now = watch.node(name)
        assert (now.data, now.czxid, now.owner) == (
            event.data, event.czxid, event.owner)
    redis.kill()
    watch.wait_state("n0", "down", agent.bound_seconds())


def test_helpers_hear_nothing_of_the_terminal(
        zookeeper, start_redis, make_agent, watch):
    _, agent, watch = running(zookeeper, start_redis, make_agent, watch)
    mark = watch.mark()
    helpers = agent.helpers()
    assert len(helpers) == 4
    for helper in helpers:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP,
                       signal.SIGUSR1, signal.SIGUSR2):
            helper.signal(number)
    agent.wait_ready(30)
    assert all(helper.is_alive() for helper in helpers)
    watch.refresh().assert_quiet(mark)
    # What a terminal does: the whole group at once. One orderly end follows.
    os.killpg(agent.pid, signal.SIGINT)
    assert agent.wait_exit(10) == 0
    watch.wait_gone(10)
    agent.assert_gone(5)


def test_a_second_sigterm_ends_it_at_once(
        own_zookeeper, start_redis, make_agent, watch):
    _, agent, watch = running(own_zookeeper, start_redis, make_agent, watch)
    watch.close()
    own_zookeeper.stop()  # nothing can be withdrawn: the first one waits
    agent.signal(signal.SIGTERM)
    wait_for(lambda: "name=TERM" in agent.tail(), 10, "the first heard")
    began = time.monotonic()
    agent.signal(signal.SIGTERM)
    assert agent.wait_exit(10) == 0
    took = time.monotonic() - began
    own_zookeeper.cont()
    agent.assert_gone(5)
    assert "not_withdrawn_in_time" not in agent.tail(), f"{took:.2f} s"


def hears_sigterm(pid):
    """Whether the process has blocked or caught SIGTERM: main has begun."""
    bit = 1 << (signal.SIGTERM - 1)
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            masks = [line.split()[1] for line in status
                     if line.startswith(("SigBlk:", "SigCgt:"))]
    except OSError:
        return False
    return any(int(mask, 16) & bit for mask in masks)


def test_a_signal_in_the_first_moments_is_an_orderly_end(
        start_redis, make_agent):
    redis = start_redis()
    for round_ in range(10):
        agent = make_agent({"a": redis})
        agent.spawn()
        # Before main there is nobody who could answer.
        wait_for(lambda: hears_sigterm(agent.pid), 20, "main")
        # Each round a little further into the start.
        deadline = time.monotonic() + 0.003 * round_
        while time.monotonic() < deadline:
            pass
        agent.signal(signal.SIGTERM)
        assert agent.wait_exit(10) == 0
        agent.assert_gone(5)


def test_other_zookeeper_servers_are_reached_with_the_same_session(
        ensemble, start_redis, make_agent, watch):
    first, second = ensemble.members[0], ensemble.members[1]
    _, agent, watch = running(ensemble, start_redis, make_agent, watch)
    zookeeper = dict(agent.settings["zookeeper"])
    mark = watch.mark()
    owner = watch.node("n0").owner
    for member in (first, second):
        agent.settings["zookeeper"] = {**zookeeper,
                                       "servers": member.servers}
        agent.write_config()
        agent.signal(signal.SIGHUP)
        wait_for(lambda: agent.status()["zookeeper"]["server"]
                 == member.servers
                 and agent.status()["zookeeper"]["state"] == "steady", 30,
                 f"steady at {member.servers}")
    watch.refresh().assert_quiet(mark)
    assert not watch.since(mark)
    assert watch.node("n0").owner == owner
