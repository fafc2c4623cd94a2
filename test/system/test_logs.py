"""The log as an operator has it: each line one event, in the format asked
for; and a standard error that takes nothing delays neither rounds nor the
end."""
import fcntl
import json
import os
import re
import signal
import socket
import stat
import subprocess
import threading
import time

import pytest

from agent import BUILD, HELPERS
from manager import Manager
from servers import PATIENCE, die_with_parent, wait_for

PROGRAMS = {"agent", "prober", "publisher", "console"}
FAST = {"interval": "100ms", "timeout": "80ms"}
ROUNDS = 30


def spawn(agent, stderr, before_exec=None):
    """Starts the agent with this standard error."""
    agent.write_config()
    open(agent.log, "ab").close()
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith("SENTINEL_")}
    environment.update(agent.environment)

    def prepare():
        die_with_parent()
        if before_exec is not None:
            before_exec()
    agent.process = subprocess.Popen(
        agent.argv(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=stderr, env=environment, start_new_session=True,
        preexec_fn=prepare)
    agent.sessions.append(agent.process.pid)
    wait_for(agent.is_answering, 30, "answer of the console")
    return agent


def lines_of(agent):
    with open(agent.log, errors="strict") as file:
        return file.read().splitlines()


def events_of(agent, name):
    """The JSON lines of that event."""
    found = [json.loads(line) for line in lines_of(agent)]
    return [line for line in found if line["event"] == name]


# --- formats --------------------------------------------------------------
def test_json_is_one_object_a_line_from_every_program(
        zookeeper, start_redis, make_agent):
    redis = start_redis()
    agent = make_agent({"one": redis}, zookeeper.servers, settings=FAST)
    agent.environment["SENTINEL_AGENT_LOG_FORMAT"] = "json"
    agent.environment["SENTINEL_AGENT_LOG_LEVEL"] = "debug"
    agent.start().wait_ready()
    redis.kill()
    agent.wait_state("one", "down")
    agent.terminate()
    seen = set()
    for line in lines_of(agent):
        event = json.loads(line)
        assert list(event)[:4] == ["ts", "level", "program", "event"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
                            event["ts"])
        assert event["level"] in ("error", "warning", "info", "debug")
        seen.add(event["program"])
    assert seen <= PROGRAMS and {"agent", "publisher"} <= seen
    started = events_of(agent, "started")[0]
    assert started["pid"] == agent.pid, "numbers are numbers"


def test_a_change_of_state_is_told_at_info_with_its_evidence(
        start_redis, make_agent):
    redis = start_redis()
    agent = make_agent({"cache-1": redis}, settings=FAST)
    agent.environment["SENTINEL_AGENT_LOG_FORMAT"] = "json"
    agent.start().wait_state("cache-1", "up")
    redis.kill()
    agent.wait_state("cache-1", "down")
    up, down = events_of(agent, "instance_changed")
    assert up["level"] == down["level"] == "info"
    assert (up["name"], up["from"], up["to"]) == ("cache-1", "none", "up")
    assert up["role"] == "master"
    assert (down["from"], down["to"], down["reason"]) == \
        ("up", "down", "refused")
    assert down["detail"]
    assert not events_of(agent, "round_ended"), "rounds are told at debug"


def test_rounds_are_told_at_debug_with_what_came_of_them(
        start_redis, make_agent):
    redis = {"one": start_redis(), "two": start_redis()}
    redis["two"].kill()
    agent = make_agent(redis, settings=FAST)
    agent.environment["SENTINEL_AGENT_LOG_FORMAT"] = "json"
    agent.environment["SENTINEL_AGENT_LOG_LEVEL"] = "debug"
    agent.start().wait_state("two", "down")
    wait_for(lambda: len(events_of(agent, "round_ended")) >= 20, 30,
             "twenty rounds in the log")
    rounds = events_of(agent, "round_ended")
    numbers = [line["round"] for line in rounds]
    assert numbers == sorted(set(numbers)), "each round is told once"
    last = rounds[-1]
    assert (last["instances"], last["up"], last["down"]) == (2, 1, 1)
    assert 0 <= last["duration_ms"] < 5000 * PATIENCE
    assert all(line["level"] == "debug" for line in rounds)


def test_the_journal_gets_priorities_and_no_times(
        zookeeper, start_redis, make_agent):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    chunks = []

    def read():
        while True:
            chunk = ours.recv(65536)
            if not chunk:
                return
            chunks.append(chunk)
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    status = os.fstat(theirs.fileno())
    agent = make_agent({"one": start_redis()}, zookeeper.servers)
    agent.environment["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
    spawn(agent, theirs)
    theirs.close()
    agent.wait_ready()
    agent.helper("sentinel-console").signal(signal.SIGKILL)
    wait_for(lambda: b"helper_ended" in b"".join(chunks), 20, "warning")
    agent.terminate()
    reader.join(10)
    lines = b"".join(chunks).decode().splitlines()
    for line in lines:
        assert re.match(r"<[3467]>level=(error|warning|info|debug) ", line)
        assert " ts=" not in line and "ts=" not in line[:8]
    assert any(line.startswith("<4>level=warning") for line in lines)
    assert any(line.startswith("<6>level=info program=publisher ")
               for line in lines)
    ours.close()


def test_level_and_format_change_with_a_reload(
        zookeeper, start_redis, make_agent):
    agent = make_agent({"one": start_redis()}, zookeeper.servers,
                       settings=FAST)
    agent.start().wait_ready()
    assert not any("event=round_ended" in line for line in lines_of(agent))
    agent.settings["log"] = {"level": "debug", "format": "json"}
    agent.write_config()
    count = len(lines_of(agent))
    agent.signal(signal.SIGHUP)

    def programs():
        found = [json.loads(line) for line in lines_of(agent)[count:]
                 if line.startswith("{")]
        return {line["program"] for line in found
                if line["event"] in ("round_ended", "session_state")}
    wait_for(lambda: programs() >= {"agent", "publisher"}, 30,
             "rounds and a session in the new format")


# --- a log that takes nothing ---------------------------------------------
def assert_rounds_go_on(agent, redis):
    """As many rounds as time allows, and a death is seen at once."""
    def rounds():
        return agent.instance("one")["counters"]["rounds"]
    agent.wait_ready()
    start, at = rounds(), time.monotonic()
    wait_for(lambda: rounds() >= start + ROUNDS, 30, f"{ROUNDS} rounds")
    assert time.monotonic() - at < ROUNDS * 0.1 * 1.5 * PATIENCE
    redis.kill()
    agent.wait_state("one", "down", 5)
    agent.signal(signal.SIGUSR1)  # more to say


def assert_ends_in_time(agent):
    at = time.monotonic()
    agent.terminate()
    assert time.monotonic() - at < 2.5 * PATIENCE


def lost_lines(agent):
    for line in agent.get("/metrics").splitlines():
        if line.startswith("sentinel_agent_log_lines_lost_total"):
            return float(line.split()[-1])
    return None


@pytest.fixture
def chatty(start_redis, make_agent):
    """An agent that says something each round, and its Redis."""
    redis = start_redis()
    agent = make_agent({"one": redis}, settings=FAST)
    agent.environment["SENTINEL_AGENT_LOG_LEVEL"] = "debug"
    return agent, redis


def test_a_pipe_nobody_reads_delays_nothing(chatty):
    agent, redis = chatty
    reader, writer = os.pipe()
    try:
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        os.set_blocking(writer, False)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(writer, b"x" * 512)
        os.set_blocking(writer, True)
        spawn(agent, writer)
        assert_rounds_go_on(agent, redis)
        assert lost_lines(agent) > ROUNDS / 2
        assert_ends_in_time(agent)
    finally:
        os.close(reader)
        os.close(writer)


def test_a_reader_that_comes_back_is_told_how_many_lines_it_missed(chatty):
    agent, redis = chatty
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    spawn(agent, writer)
    os.close(writer)
    wait_for(lambda: lost_lines(agent) > 10, 30, "lost lines")
    os.set_blocking(reader, False)
    seen = b""

    def told():
        nonlocal seen
        try:
            seen += os.read(reader, 65536)
        except BlockingIOError:
            pass
        return b"event=log_lines_lost count=" in seen
    wait_for(told, 20, "line that tells the loss")
    assert_rounds_go_on(agent, redis)
    assert_ends_in_time(agent)
    os.close(reader)


def test_a_pipe_whose_reader_is_gone_delays_nothing(chatty):
    agent, redis = chatty
    reader, writer = os.pipe()
    os.close(reader)
    spawn(agent, writer)
    os.close(writer)
    assert_rounds_go_on(agent, redis)
    assert_ends_in_time(agent)


def test_a_full_disk_delays_nothing(chatty):
    agent, redis = chatty
    with open("/dev/full", "wb") as full:
        spawn(agent, full)
    assert_rounds_go_on(agent, redis)
    assert lost_lines(agent) > ROUNDS / 2
    assert_ends_in_time(agent)


def test_a_closed_standard_error_delays_nothing(chatty):
    agent, redis = chatty
    spawn(agent, subprocess.DEVNULL, lambda: os.close(2))
    assert_rounds_go_on(agent, redis)
    assert_ends_in_time(agent)


def test_a_socket_nobody_reads_delays_nothing(chatty):
    agent, redis = chatty
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    theirs.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            theirs.send(b"x" * 512)
    theirs.setblocking(True)
    spawn(agent, theirs)
    assert_rounds_go_on(agent, redis)
    assert_ends_in_time(agent)
    ours.close()
    theirs.close()


def test_nobody_reading_anything_delays_neither_nodes_nor_the_end(
        zookeeper, start_redis, make_agent, watch, workspace):
    """Blocked log and full notify socket together, with nodes to withdraw."""
    manager = Manager(os.path.join(workspace, "unread"), is_reading=False)
    reader, writer = os.pipe()
    try:
        manager.fill()
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        redis = start_redis()
        watch = watch(zookeeper)
        agent = make_agent({"one": redis}, zookeeper.servers, settings=FAST)
        agent.environment["SENTINEL_AGENT_LOG_LEVEL"] = "debug"
        manager.serve(agent, 2)
        spawn(agent, writer)
        watch.wait_state("one", "up", 30)
        wait_for(lambda: lost_lines(agent) > 0, 30, "full pipe")
        assert_rounds_go_on(agent, redis)
        watch.wait_state("one", "down")
        assert_ends_in_time(agent)
    finally:
        manager.close()
        os.close(reader)
        os.close(writer)


# --- floods ---------------------------------------------------------------
def test_a_prober_that_dies_again_and_again_does_not_flood(
        start_redis, make_agent, workspace):
    libexec = os.path.join(workspace, "libexec")
    os.mkdir(libexec)
    for name in HELPERS:
        os.symlink(os.path.join(BUILD, name), os.path.join(libexec, name))
    prober = os.path.join(libexec, "sentinel-prober")
    os.unlink(prober)
    with open(prober, "w") as file:
        file.write("#!/bin/sh\nexit 1\n")
    os.chmod(prober, stat.S_IRWXU)
    agent = make_agent({"one": start_redis()}, settings=FAST,
                       libexec=libexec)
    agent.environment["SENTINEL_AGENT_LOG_FORMAT"] = "json"
    agent.start().wait_state("one", "unknown", 60)
    time.sleep(12)  # one time of folding
    agent.terminate()
    ended = [line for line in map(json.loads, lines_of(agent))
             if line["event"] == "prober_ended"]
    assert ended, "one of them is told"
    repeats = [line for line in events_of(agent, "repeated")
               if line["of"] == "prober_ended"]
    assert sum(line["count"] for line in repeats) > 0
    assert len(ended) <= 8, "the rest is counted"
