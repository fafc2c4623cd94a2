"""After an outage a publisher asks at its own pace whether a server serves,
before the library is let at it."""
import contextlib
import re
import socket
import threading

import pytest

from liar import Liar
from publisher import start
from servers import wait_for

__all__ = ["start"]  # a fixture

UNAVAILABLE = 69
NOT_SERVING = b"This ZooKeeper instance is not currently serving requests\n"


class Door:
    """Answers the word with what it is told, and hangs up on everybody."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.servers = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.answer = b""
        self.heard = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                with contextlib.suppress(OSError), peer:
                    self.heard.append(peer.recv(64))
                    if self.heard[-1] == b"srvr":
                        peer.sendall(self.answer)

    def knocks(self):
        return self.heard.count(b"srvr")

    def handshakes(self):
        return len(self.heard) - self.knocks()

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def door():
    door = Door()
    yield door
    door.close()


@pytest.fixture
def running(start):
    """Published and steady; nobody else has a session."""
    publisher = start()
    publisher.claim(0, "up")
    publisher.wait("published", instance=0)
    publisher.wait_steady()
    return publisher


def leave_without_a_server(publisher, server):
    """Until the publisher that was steady has left."""
    pid, mark = publisher.pid, publisher.mark()
    server.kill()
    publisher.wait("exit", mark, pid=pid, code=UNAVAILABLE)


def wait_log(publisher, words, count=1):
    def is_there():
        return len(re.findall(words, publisher.tail())) >= count
    wait_for(is_there, 20, f"{count} x {words}; log:\n{publisher.tail()}")


def test_closed_servers_are_waited_for_and_the_session_is_resumed(
        running, own_zookeeper):
    session = running.wait_steady()["session_id"]
    before = running.wait("published", instance=0)
    leave_without_a_server(running, own_zookeeper)
    mark = running.mark()
    running.say("start")
    wait_log(running, "event=session_waiting")
    assert "event=session_resuming" not in running.tail()
    own_zookeeper.restart()
    steady = running.wait_through("session", mark, state="steady")
    assert steady["session_id"] == session
    assert running.wait("published", mark, instance=0) == before


def test_servers_that_stay_closed_are_asked_by_one_process_after_the_other(
        running, own_zookeeper):
    leave_without_a_server(running, own_zookeeper)
    mark = running.mark()
    running.say("start")
    running.wait("exit", mark, code=UNAVAILABLE)
    assert "no server serves" in running.tail()
    assert "event=session_resuming" not in running.tail()
    own_zookeeper.restart()
    running.wait_through("session", mark, state="steady")


def at_the_door(start, door):
    """A publisher whose predecessor found no server."""
    publisher = start(servers=door.servers)
    publisher.claim(0, "up")
    mark = publisher.mark()
    publisher.wait("exit", mark, code=UNAVAILABLE)
    return publisher


def test_who_says_that_it_does_not_serve_is_not_given_a_handshake(
        start, door):
    door.answer = NOT_SERVING
    publisher = at_the_door(start, door)
    handshakes = door.handshakes()
    assert handshakes > 0  # the first publisher had no reason to wait
    mark = publisher.mark()
    publisher.say("start")
    publisher.wait("exit", mark, code=UNAVAILABLE)
    assert door.knocks() > 1
    assert door.handshakes() == handshakes


def test_who_hangs_up_without_a_word_is_the_librarys_to_judge(start, door):
    publisher = at_the_door(start, door)
    handshakes = door.handshakes()
    publisher.say("start")
    wait_for(lambda: door.handshakes() > handshakes, 20, "a handshake")
    assert door.knocks() == 1


def test_a_publisher_at_the_gate_leaves_at_once_when_told_to_withdraw(
        running, own_zookeeper):
    leave_without_a_server(running, own_zookeeper)
    mark = running.mark()
    running.say("start")
    wait_log(running, "event=session_waiting")
    running.say("withdraw")
    assert running.wait("exit", mark)["code"] == 73  # its session stands


def test_a_publisher_that_was_killed_has_no_gate(running, own_zookeeper):
    running.replace()
    assert "event=session_waiting" not in running.tail()


def test_a_session_that_answers_nothing_is_left_sooner_the_first_time(
        start, own_zookeeper):
    liar = Liar(own_zookeeper)
    try:
        liar.lie("another session", times=2)
        publisher = start(servers=liar.servers)
        publisher.claim(0, "up")
        mark = publisher.mark()
        publisher.wait("exit", mark, code=70)
        assert "a new connection is silent" in publisher.tail()
        mark = publisher.mark()
        publisher.say("start")
        publisher.wait("exit", mark, code=70)
        assert "an answer is overdue" in publisher.tail()
        mark = publisher.mark()
        publisher.say("start")  # the liar's session is none: 75, and afresh
        publisher.wait_through("session", mark, codes=(69, 75),
                               state="steady")
    finally:
        liar.close()
