"""What somebody with a shell does to our files and nodes while we run: it may
cost what it was done to, and nothing else."""
import os
import signal
import time

import pytest
from kazoo.client import KazooClient
from kazoo.security import OPEN_ACL_UNSAFE, make_acl

from servers import wait_for


@pytest.fixture
def fleet(zookeeper, start_redis, make_agent, watch):
    """(agent, its Redis by name, a watcher that saw them all come up)."""
    redis = {"one": start_redis(), "two": start_redis()}
    watch = watch(zookeeper)
    agent = make_agent(redis, zookeeper.servers).start()
    for name in redis:
        watch.wait_state(name, "up", 30)
    agent.wait_ready().wait_settled()
    return agent, redis, watch


@pytest.fixture
def client(zookeeper):
    client = KazooClient(hosts=zookeeper.servers)
    client.start(timeout=30)
    yield client
    client.stop()
    client.close()


def rounds(agent, count):
    first = wait_for(agent.status, 20)["round"]["number"]
    wait_for(lambda: agent.status()["round"]["number"] >= first + count, 30,
             "more rounds")


@pytest.mark.parametrize("part", [0, 2], ids=["empty", "half"])
def test_a_board_cut_short_kills_nobody_but_its_readers(fleet, part):
    agent, _, watch = fleet
    board = os.path.join(agent.run_dir, "board")
    mark = watch.mark()
    size = os.path.getsize(board)
    os.truncate(board, size // part if part else 0)
    wait_for(lambda: os.path.getsize(board) == size, 10, "whole board")
    rounds(agent, 3)
    agent.wait_settled()
    assert agent.process.poll() is None, agent.tail()
    assert {one["name"] for one in agent.status()["instances"]} \
        == {"one", "two"}
    watch.refresh().assert_quiet(mark)


def test_a_board_written_over_is_mended_before_a_helper_needs_it(fleet):
    """As by a tool of an older layout; then both are lost that read it."""
    agent, _, watch = fleet
    mark = watch.mark()
    with open(os.path.join(agent.run_dir, "board"), "r+b") as file:
        head = file.read(12)
        layout = int.from_bytes(head[8:12], "little")
        file.seek(8)
        file.write((layout - 1).to_bytes(4, "little"))
    for name in ("sentinel-publisher", "sentinel-console"):
        lost = agent.helper(name)
        lost.signal(signal.SIGKILL)
        wait_for(lambda lost=lost: not lost.is_alive(), 20, "its end")
    rounds(agent, 3)
    agent.wait_settled()
    assert agent.process.poll() is None, agent.tail()
    watch.refresh().assert_quiet(mark)


def test_a_node_that_may_not_be_written_holds_up_no_other(fleet, client):
    agent, redis, watch = fleet
    path = watch.node("one").path
    # Nobody may write it, and it can still be given back.
    client.set_acls(path, [make_acl("world", "anyone", read=True,
                                    admin=True)])
    redis["one"].kill()
    agent.wait_state("one", "down")
    begun = time.monotonic()
    redis["two"].kill()
    watch.wait_state("two", "down", agent.bound_seconds())
    assert time.monotonic() - begun <= agent.bound_seconds()
    wait_for(lambda: [alarm for alarm in agent.status()["alarms"]
                      if alarm["what"] == "write_refused"
                      and alarm["path"] == path], 10, "alarm")
    client.set_acls(path, OPEN_ACL_UNSAFE)
    watch.wait_state("one", "down", 15)
    wait_for(lambda: not agent.status()["alarms"], 10, "end of the alarm")
