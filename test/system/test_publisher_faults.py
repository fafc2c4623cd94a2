"""The publisher while something breaks: itself, its supervisor, ZooKeeper."""
import contextlib
import fcntl
import random
import signal
import socket
import struct
import threading
import time

from kazoo.client import KazooClient

from publisher import (Deletions, Publisher, client, is_alive, running, start,
                       wait_state)
from servers import PATIENCE, ZooKeeper, free_port, wait_for

__all__ = ["client", "running", "start"]  # fixtures

NO_NODE, SESSION_EXPIRED = -101, -112  # ZooKeeper's errors


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


def test_zookeeper_may_come_later(start, state_path):
    server = ZooKeeper()
    server.port = free_port()
    publisher = start(zookeeper=server, session_ms=20000)
    publisher.claim(0, "up")
    publisher.wait("session", state="connecting")
    try:
        server._spawn(is_first=False)
        publisher.wait_through("published", instance=0)
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
    publisher.wait_through("session", mark, state="reconcile")
    assert publisher.wait_through("session", mark,
                                  state="steady")["session_id"] == session


def test_a_zookeeper_that_lost_its_data_is_soon_filled_again(
        start, own_zookeeper):
    """It turns away, without a word, a client that has seen more than it:
    a session's time would pass until that one gives up."""
    publisher = start(session_ms=60000)
    publisher.claim(0, "up")
    publisher.wait("published", instance=0)
    publisher.wait_steady()
    mark = publisher.mark()
    own_zookeeper.kill()
    own_zookeeper.wipe()
    own_zookeeper.restart()
    # The first successor hears that its session is gone, the second begins.
    publisher.wait("exit", mark, code=69)
    publisher.say("start")
    mark = publisher.mark()
    publisher.wait("exit", mark, code=75)
    mark = publisher.mark()
    publisher.say("start")
    publisher.wait_through("session", mark, state="steady")


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


def test_withdrawing_from_a_stopped_zookeeper_is_bounded(running,
                                                         own_zookeeper):
    mark = running.mark()
    own_zookeeper.stop()
    begun = time.monotonic()
    running.say("withdraw")
    assert running.wait("exit", mark)["code"] == 73
    assert time.monotonic() - begun < 1.5 * PATIENCE
    assert running.session_file() is not None


def test_withdrawing_before_it_is_connected_claims_nothing(running):
    """Its predecessor's nodes are still there."""
    with open(f"{running.run_dir}/session.lock") as lock:
        mark = running.mark()
        running.signal(signal.SIGKILL)
        running.wait("exit", mark)
        fcntl.flock(lock, fcntl.LOCK_EX)  # as a predecessor not yet dead
        running.say("start")
        running.wait("publisher_hello", mark)  # and has its settings
        running.say("withdraw")
        wait_for(lambda: len(running.heard("exit", mark)) == 2, 15,
                 "its end")
        assert running.heard("exit", mark)[-1]["code"] == 73


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


def test_killed_at_any_moment_it_converges_without_a_flap(running, client):
    """kill -9 in the middle of writes, again and again."""
    chance = random.Random(20)
    deletions = [Deletions(client, running.path(index)) for index in (0, 1)]
    for turn in range(8):
        states = ["up", "down"] if turn % 2 == 0 else ["down", "up"]
        mark = running.mark()
        running.claim(0, states[0])
        running.claim(1, states[1])
        time.sleep(chance.random() * 0.004)
        running.signal(signal.SIGKILL)
        running.wait("exit", mark)
        running.say("start")
        wait_state(client, running.path(0), states[0])
        wait_state(client, running.path(1), states[1])
    for each in deletions:
        each.assert_none()


def test_a_lost_member_is_replaced_by_another(
        ensemble, state_path, workspace):
    publisher = Publisher(ensemble, state_path, session_ms=20000,
                          run_dir=workspace)
    watcher = KazooClient(hosts=ensemble.servers, timeout=60)
    try:
        watcher.start(timeout=30)
        publisher.claim(0, "up")
        publisher.wait("published", 0, 30, instance=0)
        before = publisher.wait_steady()
        czxid = watcher.exists(publisher.path(0)).czxid
        member = next(member for member in ensemble.members
                      if member.servers == before["server"])
        mark = publisher.mark()
        member.kill()
        after = publisher.wait_steady(mark, 30)
        assert after["session_id"] == before["session_id"]
        assert after["server"] != before["server"]
        publisher.claim(0, "down")
        publisher.wait("published", mark, 30, instance=0, claim_version=2)
        assert watcher.retry(watcher.exists,
                             publisher.path(0)).czxid == czxid
        assert publisher.heard("exit") == []
    finally:
        publisher.close()
        watcher.stop()


class Mute:
    """A ZooKeeper that opens sessions, answers pings, and of requests only
    the first, by an error if one is given."""

    def __init__(self, error=None):
        self.error = error
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.servers = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=[peer],
                                 daemon=True).start()

    def _serve(self, peer):
        error = self.error
        with contextlib.suppress(OSError, struct.error), peer:
            self._frame(peer)
            peer.sendall(struct.pack(">iiiqi16s?", 37, 0, 20000, 77, 16,
                                     b"p" * 16, False))
            while True:
                xid, kind = struct.unpack(">ii", self._frame(peer)[:8])
                if kind == 11:
                    peer.sendall(struct.pack(">iiqi", 16, xid, 0, 0))
                elif error is not None:
                    peer.sendall(struct.pack(">iiqi", 16, xid, 0, error))
                    error = None

    def _frame(self, peer):
        length, = struct.unpack(">i", peer.recv(4, socket.MSG_WAITALL))
        return peer.recv(length, socket.MSG_WAITALL)


def test_an_answer_overdue_ends_it_and_keeps_the_session(start):
    mute = Mute()
    publisher = start(servers=mute.servers, session_ms=20000)
    begun = time.monotonic()
    assert publisher.wait("exit")["code"] == 70
    assert time.monotonic() - begun < 5 * PATIENCE
    assert publisher.session_file()["session"] == "4d"
    mute.listener.close()


def test_a_new_connection_that_falls_silent_is_soon_left(start):
    """So does a server whose session another client is ending."""
    mute = Mute(error=NO_NODE)
    publisher = start(servers=mute.servers, session_ms=20000)
    publisher.claim(0, "up")  # else it wants nothing more of the server
    assert publisher.wait("exit")["code"] == 70
    assert "a new connection is silent" in publisher.tail()
    assert publisher.session_file()["session"] == "4d"
    publisher.say("start")  # the next one takes the server to be slow
    wait_for(lambda: len(publisher.heard("exit", code=70)) == 2, 20,
             "the second end")
    assert "an answer is overdue" in publisher.tail()
    mute.listener.close()


def test_a_request_that_finds_no_session_ends_it(start):
    mute = Mute(error=SESSION_EXPIRED)
    publisher = start(servers=mute.servers, session_ms=20000)
    assert publisher.wait("exit")["code"] == 75
    assert "a request found no session" in publisher.tail()
    assert publisher.session_file() is None
    mute.listener.close()
