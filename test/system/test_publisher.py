"""The publisher against a real ZooKeeper, with a driver as its supervisor and
kazoo as the one who looks whether it is true."""
import contextlib
import json
import os
import shutil
import signal
import socket
import threading
import time

import pytest
from kazoo.client import KazooClient

from publisher import (AGENT_ID, LEASE_SECONDS, Publisher, is_alive,
                       wait_quiet)
from servers import PATIENCE, ZooKeeper, free_port, wait_for


@pytest.fixture
def start(own_zookeeper, state_path):
    """start(...) as Publisher(own_zookeeper, state_path, ...)."""
    with contextlib.ExitStack() as stack:
        def make(zookeeper=own_zookeeper, **options):
            publisher = Publisher(zookeeper, state_path, **options)
            stack.callback(shutil.rmtree, publisher.run_dir, True)
            stack.callback(publisher.close)
            return publisher
        yield make


@pytest.fixture
def client(own_zookeeper):
    """A session that outlives what the tests do to the server."""
    client = KazooClient(hosts=own_zookeeper.servers, timeout=60)
    client.start(timeout=30)
    yield client
    own_zookeeper.cont()  # else stop() waits for it
    client.stop()
    client.close()


@pytest.fixture
def running(start, own_zookeeper, client):
    """Two instances, up and down, published and quiet."""
    publisher = start()
    publisher.claim(0, "up")
    publisher.claim(1, "down")
    publisher.wait("published", instance=0)
    publisher.wait("published", instance=1)
    publisher.wait_steady()
    wait_quiet(own_zookeeper, 0.3)
    return publisher


def read(client, path):
    data, stat = client.get(path)
    return json.loads(data), stat


def wait_state(client, path, state, seconds=15):
    def is_it():
        if client.exists(path) is None:
            return False
        data = client.get(path)[0]
        return data.startswith(b"{") and json.loads(data)["state"] == state
    wait_for(is_it, seconds, f"{state} in {path}")
    return read(client, path)


def has_session(server, session):
    return hex(session).encode() in server.word("dump")


class Deletions:
    """Counts the DELETED events and new czxids of one path."""

    def __init__(self, client, path):
        self.client, self.path = client, path
        self.czxid = client.exists(path, watch=self._hear).czxid
        self.events = []

    def _hear(self, event):
        self.events.append(event.type)

    def assert_none(self):
        assert "DELETED" not in self.events
        assert self.client.exists(self.path).czxid == self.czxid


def test_nodes_are_made_with_the_contracts_bytes(running, client):
    data, stat = client.get(running.path(0))
    value = json.loads(data)
    assert data.decode() == json.dumps(value, sort_keys=True,
                                       separators=(",", ":"))
    since = value.pop("since")
    assert abs(since / 1000 - time.time()) < 60 * PATIENCE
    assert value == {
        "addr": "10.0.0.7:6379", "agent": AGENT_ID, "conditions": [],
        "detail": "", "host": "host1", "labels": {}, "master": "",
        "name": "redis-0", "readable": "yes", "reason": "master",
        "role": "master", "run_id": "", "state": "up", "v": 1,
        "valid_for_ms": value["valid_for_ms"], "version": "",
        "writable": "yes"}
    session = running.wait_steady()
    assert stat.owner_session_id == session["session_id"]
    assert session["negotiated_ms"] == 4000
    parent = client.get(running.directory)
    assert parent[0] == b"" and parent[1].owner_session_id is None
    told = running.wait("published", instance=0)
    assert (told["czxid"], told["node_version"]) == (stat.czxid, stat.version)
    assert told["since"] == since


def test_a_change_is_one_set_of_the_same_node(running, client):
    _, before = read(client, running.path(1))
    mark = running.mark()
    running.claim(1, "up")
    value, after = wait_state(client, running.path(1), "up")
    assert (after.czxid, after.version) == (before.czxid, before.version + 1)
    told = running.wait("published", mark, instance=1)
    assert told["claim_version"] == 2 and told["since"] == value["since"]


def test_many_changes_share_transactions(start, own_zookeeper, client):
    publisher = start(instances=250)
    publisher.wait_steady()
    before = wait_quiet(own_zookeeper, 0.3)
    for index in range(250):
        publisher.claim(index, "up")
    wait_for(lambda: len(publisher.heard("published")) >= 250, 20,
             "250 acknowledgements")
    # Far fewer transactions than nodes: while one flies the next gathers.
    assert own_zookeeper.zxid() - before < 125
    assert len(client.get_children(publisher.directory)) == 250


def test_a_steady_fleet_writes_nothing(running, own_zookeeper, client):
    before = {index: read(client, running.path(index))[1].mzxid
              for index in (0, 1)}
    zxid = wait_quiet(own_zookeeper, 1.0)
    for _ in range(20):
        running.say("look")
        time.sleep(0.05)
    assert own_zookeeper.zxid() == zxid
    assert before == {index: read(client, running.path(index))[1].mzxid
                      for index in (0, 1)}


def test_the_heartbeat_writes_the_agents_node_alone(start, client):
    publisher = start(heartbeat_ms=300)
    publisher.claim(0, "up")
    publisher.wait("published", instance=0)
    path = f"{publisher.directory}/.agent"
    wait_for(lambda: client.exists(path) is not None, 10, ".agent")
    value, stat = read(client, path)
    assert sorted(value) == ["boot", "instances", "round", "started", "v",
                             "version"]
    assert value["instances"] == 2
    mzxid = read(client, publisher.path(0))[1].mzxid
    wait_for(lambda: client.exists(path).version >= stat.version + 3, 10,
             "three heartbeats")
    assert read(client, publisher.path(0))[1].mzxid == mzxid
    assert client.exists(path).czxid == stat.czxid


def test_a_killed_publishers_successor_resumes_its_session(running, client):
    deletions = [Deletions(client, running.path(index)) for index in (0, 1)]
    session = running.wait_steady()["session_id"]
    before = [client.get(running.path(index)) for index in (0, 1)]
    mark = running.mark()
    running.replace()
    assert running.wait_steady(mark)["session_id"] == session
    running.wait("published", mark, instance=0)
    assert [client.get(running.path(index)) for index in (0, 1)] == before
    for each in deletions:
        each.assert_none()


def test_what_changed_while_there_was_no_publisher_is_written(running,
                                                              client):
    mark = running.mark()
    running.signal(signal.SIGKILL)
    running.wait("exit", mark)
    running.claim(1, "up")
    running.say("start")
    wait_state(client, running.path(1), "up")


def test_without_the_session_file_the_nodes_are_taken_over(running, client,
                                                           own_zookeeper):
    old = running.wait_steady()["session_id"]
    since = read(client, running.path(0))[0]["since"]
    mark = running.mark()
    running.signal(signal.SIGKILL)
    running.wait("exit", mark)
    os.unlink(os.path.join(running.run_dir, "session"))
    running.say("start")
    new = running.wait_steady(mark)["session_id"]
    assert new != old
    for index in (0, 1):
        value, stat = read(client, running.path(index))
        assert stat.owner_session_id == new
    assert read(client, running.path(0))[0]["since"] == since
    assert not running.heard("alarm")
    # The old session ends some seconds later, and nothing goes with it.
    deletions = Deletions(client, running.path(0))
    wait_for(lambda: not has_session(own_zookeeper, old), 20,
             "the old session's end")
    deletions.assert_none()


def test_a_first_claim_keeps_an_older_since_found(start, client, state_path):
    since = 1700000000123
    publisher = start()
    publisher.say("first", 0, "up", since)
    publisher.wait("published", instance=0, since=since)
    publisher.say("first", 0, "up", int(time.time() * 1000))
    publisher.wait("published", instance=0, claim_version=2)
    assert read(client, publisher.path(0))[0]["since"] == since


@pytest.mark.parametrize("ephemeral", [True, False],
                         ids=["another_session", "persistent"])
def test_a_strangers_node_is_left_alone_and_alarmed(start, client, state_path,
                                                    ephemeral):
    path = f"{state_path}/test/host1/redis-0"
    client.create(path, b'{"agent":"fedcba9876543210","state":"up"}',
                  ephemeral=ephemeral, makepath=True)
    before = client.get(path)
    publisher = start()
    publisher.claim(0, "down")
    publisher.claim(1, "up")
    alarm = publisher.wait("alarm", is_raised=True)
    assert (alarm["what"], alarm["path"]) == ("foreign_node", path)
    publisher.wait("published", instance=1)
    publisher.wait_steady()
    assert client.get(path) == before
    client.delete(path)
    publisher.wait("alarm", is_raised=False, path=path)
    publisher.wait("published", instance=0)
    wait_state(client, path, "down")


@pytest.mark.parametrize("harm", ["deleted", "overwritten", "emptied", "huge"])
def test_what_is_done_to_a_node_from_outside_is_undone(running, client, harm):
    path = running.path(0)
    before = client.get(path)[0]
    if harm == "deleted":
        client.delete(path)
    else:
        client.set(path, {"overwritten": b'{"state":"down"}', "emptied": b"",
                          "huge": b"\xff" * 500000}[harm])
    wait_for(lambda: client.exists(path) and client.get(path)[0] == before, 3,
             "the node restored")
    assert running.heard("alarm") == []


def test_a_whole_tree_removed_is_made_again(running, client, state_path):
    before = client.get(running.path(0))[0]
    with contextlib.suppress(Exception):  # it is being restored meanwhile
        client.delete(state_path, recursive=True)
    wait_for(lambda: client.exists(running.path(0))
             and client.get(running.path(0))[0] == before
             and client.exists(running.path(1)), 10, "both nodes")


def test_nodes_of_ours_that_nobody_wants_are_removed(start, client):
    publisher = start(instances=3)
    for index in range(3):
        publisher.claim(index, "up")
        publisher.wait("published", instance=index)
    stranger = f"{publisher.directory}/somebody-elses"
    client.create(stranger, b"{}", ephemeral=True)
    publisher.close()
    successor = start(instances=2, run_dir=publisher.run_dir)
    successor.wait_steady()
    assert client.exists(publisher.path(2)) is None
    assert client.exists(publisher.path(1)) is not None
    assert client.exists(stranger) is not None


def test_zookeeper_may_come_later(start, state_path):
    server = ZooKeeper()
    server.port = free_port()
    publisher = start(zookeeper=server, session_ms=20000)
    publisher.claim(0, "up")
    publisher.wait("session", state="connecting")
    try:
        server._spawn(is_first=False)
        publisher.wait("published", 0, 30, instance=0)
        publisher.wait_steady()
    finally:
        server.close()


def test_out_of_reach_for_a_session_it_leaves_to_be_restarted(start):
    publisher = start(servers=f"127.0.0.1:{free_port()}", session_ms=1000)
    assert publisher.wait("exit")["code"] == 69


def test_a_zookeeper_stopped_for_less_than_a_session(start, own_zookeeper,
                                                     client):
    publisher = start(session_ms=20000)
    publisher.claim(0, "up")
    publisher.wait("published", instance=0)
    publisher.wait_steady()
    deletions = Deletions(client, publisher.path(0))
    own_zookeeper.stop()
    publisher.claim(0, "down")
    time.sleep(1)
    own_zookeeper.cont()
    wait_state(client, publisher.path(0), "down")
    deletions.assert_none()
    assert publisher.heard("exit") == []


def test_a_zookeeper_stopped_for_more_than_a_session(start, own_zookeeper,
                                                     client):
    publisher = start(session_ms=1500)
    publisher.claim(0, "up")
    publisher.wait("published", instance=0)
    publisher.wait_steady()
    mark = publisher.mark()
    own_zookeeper.stop()
    publisher.wait("session", mark, state="suspended")
    assert publisher.wait("exit", mark)["code"] == 69
    assert publisher.session_file() is None
    publisher.claim(0, "down")
    publisher.say("start")
    own_zookeeper.cont()
    wait_state(client, publisher.path(0), "down", 30)


def test_a_restarted_zookeeper_keeps_the_session(start, own_zookeeper):
    publisher = start(session_ms=20000)
    publisher.claim(0, "up")
    publisher.wait("published", instance=0)
    session = publisher.wait_steady()["session_id"]
    mark = publisher.mark()
    own_zookeeper.restart()
    publisher.wait("session", mark, 30, state="reconcile")
    assert publisher.wait_steady(mark)["session_id"] == session
    assert publisher.heard("exit") == []


def test_an_expired_session_is_left_and_opened_anew(running, client,
                                                    own_zookeeper):
    session = running.session_file()
    mark = running.mark()
    thief = KazooClient(hosts=own_zookeeper.servers, client_id=(
        int(session["session"], 16), bytes.fromhex(session["password"])))
    running.signal(signal.SIGSTOP)  # else it takes its session back
    thief.start(timeout=10)
    thief.stop()  # closes the session: ZooKeeper removes its nodes
    running.signal(signal.SIGCONT)
    assert running.wait("exit", mark)["code"] == 75
    assert running.session_file() is None
    running.say("start")
    running.wait_steady(mark)
    wait_state(client, running.path(0), "up")


def test_what_is_no_zookeeper_is_left(start):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)

        def speak():
            with contextlib.suppress(OSError):
                while True:
                    peer, _ = listener.accept()
                    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n"
                                 b"Content-Length: 0\r\n\r\n" * 4)
        threading.Thread(target=speak, daemon=True).start()
        publisher = start(
            servers=f"127.0.0.1:{listener.getsockname()[1]}",
            session_ms=2000)
        assert publisher.wait("exit")["code"] in (69, 75, 76)


def test_a_lease_that_runs_out_turns_the_node_unknown(running, client):
    session = running.wait_steady()["session_id"]
    running.say("starve")
    begun = time.monotonic()
    value, stat = wait_state(client, running.path(0), "unknown")
    assert time.monotonic() - begun < LEASE_SECONDS + 0.5 * PATIENCE
    assert value["reason"] == "agent" and value["readable"] == "unknown"
    assert value["detail"] == "no fresh result from the agent"
    assert value["conditions"] == ["agent"]
    assert stat.owner_session_id == session
    # Replaced or not: the same claim, node and moment, the same bytes.
    running.replace()
    assert client.get(running.path(0))[1].mzxid == stat.mzxid
    running.say("feed")
    wait_state(client, running.path(0), "up")


def test_a_lease_runs_out_while_the_supervisor_is_stopped(running, client):
    os.kill(running.process.pid, signal.SIGSTOP)
    wait_state(client, running.path(0), "unknown")
    os.kill(running.process.pid, signal.SIGCONT)
    wait_state(client, running.path(0), "up")


def test_withdrawing_leaves_no_node_no_session_no_file(running, client,
                                                       own_zookeeper):
    session = running.wait_steady()["session_id"]
    mark = running.mark()
    begun = time.monotonic()
    running.say("withdraw")
    assert running.wait("exit", mark)["code"] == 0
    assert time.monotonic() - begun < 1.5 * PATIENCE
    assert client.get_children(running.directory) == []
    assert running.session_file() is None
    assert not has_session(own_zookeeper, session)


def test_withdrawing_from_a_stopped_zookeeper_is_bounded(running,
                                                         own_zookeeper):
    mark = running.mark()
    own_zookeeper.stop()
    begun = time.monotonic()
    running.say("withdraw")
    assert running.wait("exit", mark)["code"] == 73
    assert time.monotonic() - begun < 1.5 * PATIENCE
    assert running.session_file() is not None


def test_without_its_supervisor_it_ends_and_leaves_the_session(running,
                                                               client):
    deletions = Deletions(client, running.path(0))
    mark = running.mark()
    running.say("hangup")
    assert running.wait("exit", mark)["code"] == 74
    assert running.session_file() is not None
    running.say("start")
    running.wait_steady(mark)
    deletions.assert_none()


def test_garbage_on_the_channel_ends_it(running):
    mark = running.mark()
    running.say("garbage")
    assert running.wait("exit", mark)["code"] == 76


def test_a_stopped_publisher_is_killed_by_its_deadman(running, client):
    deletions = Deletions(client, running.path(0))
    mark = running.mark()
    running.signal(signal.SIGSTOP)
    assert running.wait("exit", mark)["signal"] == signal.SIGKILL
    running.say("start")
    running.wait_steady(mark)
    deletions.assert_none()


def test_two_never_share_a_session(running, start, client):
    """A second one on the same run directory waits, then opens its own
    session and takes the nodes over."""
    first = running.wait_steady()["session_id"]
    second = start(run_dir=running.run_dir)
    second.claim(0, "up")
    session = second.wait_steady(0, 20)["session_id"]
    assert session != first
    assert is_alive(running.pid)


def test_names_are_resolved_before_the_library_sees_them(start, own_zookeeper,
                                                         client):
    publisher = start(
        servers=f"no-such-host.invalid:1,localhost:{own_zookeeper.port}")
    publisher.claim(0, "up")
    publisher.wait("published", instance=0)
    assert f"127.0.0.1:{own_zookeeper.port}" in publisher.tail()
