"""ZooKeeper does not let us, or holds what nobody expects: what is concerned is
told of with the reason, all else goes on, and no loop is hot."""
import time

import pytest
from kazoo.client import KazooClient
from kazoo.security import OPEN_ACL_UNSAFE, make_acl

from publisher import (Publisher, client, running, start, wait_quiet,
                       wait_state)
from servers import ZooKeeper, wait_for

__all__ = ["client", "running", "start"]  # fixtures

READ_ONLY = [make_acl("world", "anyone", read=True, admin=True)]
BIG = b"x" * (1024 * 1024 - 4096)  # the most a node may hold, and its frame
# A refused write is tried again after growing pauses; so many of the first
# ones are over in so many seconds, and each costs a transaction or two.
QUIET_SECONDS = 3
TRIES_MOST = 60


def alarms(publisher, what, mark=0):
    return {message["path"]: message["detail"] for message
            in publisher.heard("alarm", mark, what=what, is_raised=True)}


def assert_no_hot_loop(zookeeper):
    before = zookeeper.zxid()
    time.sleep(QUIET_SECONDS)
    assert zookeeper.zxid() - before < TRIES_MOST


def test_a_parent_in_which_nothing_may_be_made(start, own_zookeeper, client,
                                               state_path):
    client.ensure_path(state_path)
    client.set_acls(state_path, READ_ONLY)
    publisher = start()
    publisher.claim(0, "up")
    publisher.claim(1, "down")
    wait_for(lambda: len(alarms(publisher, "write_refused")) == 2, 15)
    detail = alarms(publisher, "write_refused")[publisher.path(0)]
    assert "ACLs" in detail
    assert_no_hot_loop(own_zookeeper)
    client.set_acls(state_path, OPEN_ACL_UNSAFE)
    publisher.wait("published", 0, 30, instance=0)
    publisher.wait("published", 0, 30, instance=1)
    wait_for(lambda: len(publisher.heard("alarm", is_raised=False)) == 2, 10)
    assert publisher.heard("exit") == []


def test_a_parent_whose_rights_are_taken_away_later(running, own_zookeeper,
                                                    client):
    """What stands can still be set: that right is the node's own."""
    client.set_acls(running.directory, READ_ONLY)
    mark = running.mark()
    running.claim(0, "down")
    running.wait("published", mark, instance=0)
    client.set_acls(running.directory, OPEN_ACL_UNSAFE)
    client.delete(running.path(1))  # so that one must be made
    wait_state(client, running.path(1), "down")
    assert running.heard("alarm") == []


def test_an_ephemeral_parent(start, client, state_path):
    client.ensure_path(state_path)
    client.create(f"{state_path}/test", b"", ephemeral=True)
    publisher = start()
    publisher.claim(0, "up")
    wait_for(lambda: alarms(publisher, "write_refused"), 15, "alarm")
    assert "ephemeral" in alarms(publisher, "write_refused")[publisher.path(0)]
    client.delete(f"{state_path}/test")
    publisher.wait("published", 0, 30, instance=0)


@pytest.fixture
def strict_zookeeper():
    server = ZooKeeper(settings={"enforceQuota": "true"})
    try:
        yield server.start()
    finally:
        server.close()


def test_a_quota_keeps_out_only_what_is_over_it(strict_zookeeper, state_path,
                                                workspace):
    client = KazooClient(hosts=strict_zookeeper.servers, timeout=60)
    client.start(timeout=30)
    publisher = None
    try:
        client.ensure_path(state_path)
        quota = f"/zookeeper/quota{state_path}"
        client.ensure_path(quota)
        # The path itself, the cluster, the host, and one node in it.
        client.create(f"{quota}/zookeeper_limits",
                      b"count=-1,bytes=-1,byteHardLimit=-1,countHardLimit=4")
        client.create(f"{quota}/zookeeper_stats", b"count=1,bytes=0")
        publisher = Publisher(strict_zookeeper, state_path,
                              run_dir=workspace)
        publisher.claim(0, "up")
        publisher.wait("published", instance=0)
        publisher.claim(1, "up")  # in one multi, both would have passed
        told = wait_for(lambda: alarms(publisher, "write_refused"), 15,
                        "alarm")
        assert len(told) == 1 and "quota" in list(told.values())[0]
        assert len(client.get_children(publisher.directory)) == 1
        assert_no_hot_loop(strict_zookeeper)
        client.delete(f"{quota}/zookeeper_limits")
        client.delete(f"{quota}/zookeeper_stats")
        for index in (0, 1):
            publisher.wait("published", 0, 30, instance=index)
    finally:
        if publisher is not None:
            publisher.close()
        client.stop()
        client.close()


@pytest.mark.parametrize("data", [b"", BIG], ids=["empty", "big"])
def test_a_persistent_node_with_a_child_is_a_strangers(start, client,
                                                       state_path, data):
    publisher_path = f"{state_path}/test/host1/redis-0"
    client.create(f"{publisher_path}/child", b"theirs", makepath=True)
    client.set(publisher_path, data)
    publisher = start()
    publisher.claim(0, "up")
    publisher.claim(1, "up")
    publisher.wait("published", instance=1)
    wait_for(lambda: publisher.path(0) in alarms(publisher, "foreign_node"),
             15, "alarm")
    publisher.wait_steady()
    assert client.get(publisher.path(0))[0] == data
    assert client.get(f"{publisher.path(0)}/child")[0] == b"theirs"
    client.delete(publisher.path(0), recursive=True)
    wait_state(client, publisher.path(0), "up", 15)
    assert publisher.heard("exit") == []


def test_our_node_made_big_from_outside_is_ours_again(running, client):
    client.set(running.path(0), BIG)
    wait_state(client, running.path(0), "up")
    assert running.heard("exit") == []


def test_a_directory_of_a_megabyte_of_names(start, own_zookeeper, client,
                                            state_path):
    """Its listing is longer than any node: strangers' children, left alone."""
    directory = f"{state_path}/test/host1"
    client.ensure_path(directory)
    names = [f"{number:05d}" + "x" * 240 for number in range(5000)]
    for first in range(0, len(names), 500):
        batch = client.transaction()
        for name in names[first:first + 500]:
            batch.create(f"{directory}/{name}", b"")
        batch.commit()
    publisher = start()
    publisher.claim(0, "up")
    publisher.wait("published", 0, 30, instance=0)
    publisher.wait_steady(0, 30)
    wait_quiet(own_zookeeper)
    assert set(names) < set(client.get_children(directory))
    assert publisher.heard("exit") == []
