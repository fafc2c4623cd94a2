"""Three ZooKeeper servers while they are restarted, stopped and cut apart; and
many nodes taken over at once."""
import os
import signal
import threading

import pytest
from kazoo.client import KazooClient

from publisher import Publisher, client, start, wait_quiet, wait_state
from servers import Ensemble, wait_for

__all__ = ["client", "start"]  # fixtures

FLEET = 200


@pytest.fixture
def reader(ensemble):
    client = KazooClient(hosts=ensemble.servers, timeout=60)
    client.start(timeout=30)
    yield client
    client.stop()
    client.close()


@pytest.fixture
def publisher(ensemble, state_path, workspace):
    """Two instances up in an ensemble, with a session of 20 s."""
    publisher = Publisher(ensemble, state_path, session_ms=20000,
                          run_dir=workspace)
    for index in (0, 1):
        publisher.claim(index, "up")
        publisher.wait("published", 0, 30, instance=index)
    publisher.wait_steady(0, 30)
    yield publisher
    publisher.close()


def nodes(reader, publisher):
    """Their czxids: a node that was deleted and made anew has another."""
    return [reader.retry(reader.exists, publisher.path(index)).czxid
            for index in (0, 1)]


def claim_and_see(publisher, reader, state, seconds=40):
    mark = publisher.mark()
    publisher.claim(0, state)
    publisher.wait_through("published", mark, seconds, instance=0)
    data = reader.retry(reader.get, publisher.path(0))[0]
    assert f'"state":"{state}"'.encode() in data


def test_a_rolling_restart_deletes_no_node(ensemble, publisher, reader):
    before = nodes(reader, publisher)
    for number, member in enumerate(ensemble.members):
        member.kill()
        claim_and_see(publisher, reader, ["down", "up"][number % 2])
        member.restart()
    claim_and_see(publisher, reader, "up")
    assert nodes(reader, publisher) == before


@pytest.mark.parametrize("end", ["stopped", "killed"])
def test_a_leader_gone_deletes_no_node(ensemble, publisher, reader, end):
    before = nodes(reader, publisher)
    leader = ensemble.leader()
    if end == "stopped":
        leader.stop()
    else:
        leader.kill()
    try:
        publisher.claim(0, "down")
        # Cut off for long, or without an answer, it leaves; its successor
        # resumes.
        publisher.wait_through("published", 0, 45, codes=(69, 70),
                               instance=0, claim_version=2)
    finally:
        if end == "stopped":
            leader.cont()
    assert nodes(reader, publisher) == before


def test_a_member_without_a_quorum_is_not_written_to(
        monkeypatch, state_path, workspace):
    """Read-only servers take sessions of read-only clients alone; ours waits
    for the others, with pauses, and nothing is lost."""
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Dreadonlymode.enabled=true")
    ensemble = Ensemble()
    publisher = None
    try:
        ensemble.start()
        publisher = Publisher(ensemble, state_path, session_ms=60000,
                              run_dir=workspace)
        publisher.claim(0, "up")
        publisher.wait("published", 0, 30, instance=0)
        session = publisher.wait_steady()["session_id"]
        mark = publisher.mark()
        for member in ensemble.members[1:]:
            member.kill()
        publisher.claim(0, "down")
        alone = ensemble.members[0]
        wait_for(lambda: b"Mode: read-only" in alone.word("srvr"), 30,
                 "a read-only server")
        assert publisher.wait("exit", mark, 20)["code"] == 69
        begun = publisher.mark()
        publisher.say("start")
        publisher.wait("session", begun, state="connecting")
        assert publisher.heard("published", mark) == []
        mark = publisher.mark()
        for member in ensemble.members[1:]:
            member._spawn(is_first=False)
        publisher.wait_through("published", mark, 45, codes=(69, 70),
                               instance=0)
        assert publisher.heard("session", mark)[-1]["session_id"] == session
    finally:
        if publisher is not None:
            publisher.close()
        ensemble.close()


class Poller:
    """Lists a directory as fast as it can; `gaps` are the listings that
    missed one of `count` names."""

    def __init__(self, servers, path, count):
        self.client = KazooClient(hosts=servers, timeout=60)
        self.client.start(timeout=30)
        self.path, self.count = path, count
        self.polls, self.gaps, self.is_over = 0, [], False
        self.thread = threading.Thread(target=self._poll, daemon=True)
        self.thread.start()

    def _poll(self):
        while not self.is_over:
            names = [name for name in self.client.get_children(self.path)
                     if name.startswith("redis-")]
            self.polls += 1
            if len(names) != self.count:
                self.gaps.append(len(names))

    def close(self):
        self.is_over = True
        self.thread.join()
        self.client.stop()
        self.client.close()


def test_a_fleet_taken_over_is_never_missed(start, own_zookeeper, client):
    """Without the session file: a new session beside the dead one, whose
    nodes are replaced where they stand."""
    publisher = start(instances=FLEET, session_ms=10000)
    for index in range(FLEET):
        publisher.claim(index, "up")
    wait_for(lambda: len({message["instance"] for message
                          in publisher.heard("published")}) == FLEET, 20)
    publisher.wait_steady()
    wait_quiet(own_zookeeper, 0.3)
    old = client.exists(publisher.path(0)).ephemeralOwner
    poller = Poller(own_zookeeper.servers, publisher.directory, FLEET)
    try:
        mark = publisher.mark()
        publisher.signal(signal.SIGKILL)
        publisher.wait("exit", mark)
        os.unlink(os.path.join(publisher.run_dir, "session"))
        publisher.say("start")
        new = publisher.wait_steady(mark)["session_id"]
        wait_quiet(own_zookeeper, 1.0)
    finally:
        poller.close()
    assert new != old
    assert poller.polls > 20 and poller.gaps == []
    owners = {client.exists(publisher.path(index)).ephemeralOwner
              for index in range(FLEET)}
    assert owners == {new}
    # The dead session ends, and takes nothing with it.
    wait_for(lambda: hex(old).encode() not in own_zookeeper.word("dump"), 30,
             "the dead session's end")
    assert len(client.get_children(publisher.directory)) == FLEET
    wait_state(client, publisher.path(FLEET - 1), "up")
