"""The publisher against a real ZooKeeper, with a driver as its supervisor and
kazoo as the one who looks whether it is true."""
import contextlib
import json
import os
import signal
import time

import pytest

from publisher import (AGENT_ID, LEASE_SECONDS, Deletions, client,
                       has_session, read, running, start, wait_quiet,
                       wait_state)
from servers import PATIENCE, wait_for

__all__ = ["client", "running", "start"]  # fixtures


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


def seconds_until_published(publisher, instance, state):
    mark = publisher.mark()
    began = time.monotonic()
    publisher.claim(instance, state)
    publisher.wait("published", mark, instance=instance)
    return time.monotonic() - began


def test_good_news_of_one_that_flaps_waits_and_bad_news_does_not(
        running, client):
    for _ in range(30):
        assert seconds_until_published(running, 0, "down") < 2
        if seconds_until_published(running, 0, "up") > 1:
            break
    else:
        pytest.fail("good news never waited")
    assert seconds_until_published(running, 0, "down") < 2
    assert read(client, running.path(0))[0]["state"] == "down"
    assert seconds_until_published(running, 1, "down") < 2  # nobody else pays


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


def test_a_name_never_comes_to_the_library(start, own_zookeeper, client):
    publisher = start(
        servers=f"no-such-host.invalid:1,localhost:{own_zookeeper.port}")
    publisher.claim(0, "up")
    publisher.wait("published", instance=0)
    assert f'servers=127.0.0.1:{own_zookeeper.port} ' in \
        publisher.tail().replace("\n", " ")


def test_a_node_found_is_kept_until_a_verdict_is_overdue(start, client):
    first = start()
    first.claim(0, "up")
    first.claim(1, "up")
    first.wait("published", instance=0)
    first.wait("published", instance=1)
    first.wait_steady()
    before = [client.get(first.path(index)) for index in (0, 1)]
    first.close()
    # A new supervisor without the old one's board: no claims yet.
    second = start(run_dir=first.run_dir)
    second.wait_steady()
    assert [client.get(first.path(index)) for index in (0, 1)] == before
    mark = second.mark()
    second.say("first", 1, "up", int(time.time() * 1000))
    second.wait("published", mark, instance=1)
    assert client.get(first.path(1)) == before[1]
    value, stat = wait_state(client, first.path(0), "unknown")
    assert (value["reason"], value["detail"]) == ("agent", "no verdict yet")
    assert stat.czxid == before[0][1].czxid
