"""Whatever answers at ZooKeeper's address: the publisher leaves it or lives on,
does not spin, and all is right as soon as a real one answers again."""
import os
import time

import pytest

from liar import DEEDS, Liar
from publisher import client, start
from servers import PATIENCE, wait_for

__all__ = ["client", "start"]  # fixtures

HEAL_SECONDS = 20
TICKS = os.sysconf("SC_CLK_TCK")


@pytest.fixture
def liar(own_zookeeper):
    liar = Liar(own_zookeeper)
    yield liar
    liar.close()


def keep_running(publisher, until, seconds=HEAL_SECONDS):
    """Starts it again whenever it has ended, as the supervisor would, until
    something holds; gives back how it ended each time."""
    begun = time.monotonic()
    mark = len(publisher.heard("exit"))
    while not until():
        ends = publisher.heard("exit")
        if len(ends) == len(publisher.heard("started")):
            publisher.say("start")
            wait_for(lambda: len(publisher.heard("started")) > len(ends))
        assert time.monotonic() - begun < seconds * PATIENCE, \
            f"not healed; ends: {ends[mark:]}\n{publisher.tail()}"
        time.sleep(0.02)
    return publisher.heard("exit")[mark:]


def says(client, path, state):
    return client.exists(path) is not None \
        and f'"state":"{state}"'.encode() in client.get(path)[0]


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@pytest.mark.parametrize("deed", DEEDS)
def test_a_lie_to_the_first_is_outlived(start, liar, client, deed):
    liar.lie(deed)
    publisher = start(servers=liar.servers, session_ms=3000)
    publisher.claim(0, "up")
    keep_running(publisher, lambda: says(client, publisher.path(0), "up"))
    assert liar.told == 1


@pytest.mark.parametrize("deed", DEEDS)
def test_a_lie_to_who_resumes_is_outlived(start, liar, client, deed):
    """Also when the liar's session has taken the true one's place."""
    publisher = start(servers=liar.servers, session_ms=3000)
    publisher.claim(0, "up")
    publisher.wait("published", instance=0)
    publisher.wait_steady()
    liar.lie(deed)
    liar.hang_up()
    wait_for(lambda: liar.told == 1 or publisher.heard("exit"), 10, "a lie")
    publisher.claim(0, "down")
    keep_running(publisher, lambda: says(client, publisher.path(0), "down"))
    ends = publisher.heard("exit")
    if deed == "another session":
        assert ends[0]["code"] == 75
    if "timeout" in deed:
        assert ends[0]["code"] in (75, 76)


@pytest.mark.parametrize("deed", ["an http server", "half a handshake",
                                  "then the end", "no timeout"])
def test_lies_without_end_are_no_hot_loop(start, liar, deed):
    liar.lie(deed, 100000)
    publisher = start(servers=liar.servers, session_ms=4000)
    pid = publisher.pid
    wait_for(lambda: liar.told > 0, 10, "a lie")
    time.sleep(2)
    if not publisher.heard("exit"):
        assert cpu_seconds(pid) < 0.5
        assert liar.told < 200
