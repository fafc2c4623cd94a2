"""A prober against servers that misbehave: the right reason in time, the
prober alive afterwards, and nobody else moved."""
import json
import shutil
import socket
import subprocess

import pytest

from certificates import Authority
from driver import DEEP, DRIVER, drive, probe, row
from hostile import (REPLIES, Hostile, after_request, array_bomb,
                     closes_between, endless_line, half_close, http_server,
                     leave, protected_mode, reset_at_once, silent,
                     surplus_reply, ugly_error)
from servers import free_port, private_directory, wait_for

HOSTILE = {
    "silent": (silent, "timeout", 1),
    "reset at once": (reset_at_once, "reset", 2),
    "closes at once": (after_request(b"", leave), "reset", 2),
    "reset in the first reply":
        (after_request(b"+PO", Hostile.reset), "reset", 2),
    "half close in the first reply": (after_request(b"+PO", half_close),
                                      "reset", 2),
    "reset between replies": (closes_between, "other", 1),
    "half close between replies": (after_request(b"+PONG\r\n", half_close),
                                   "other", 1),
    "byte by byte, in time":
        (lambda fake, peer: fake.drip(peer, REPLIES, 0.001), "master", 1),
    "byte by byte, too slow":
        (lambda fake, peer: fake.drip(peer, REPLIES, 0.3), "timeout", 1),
    "flood of replies":
        (lambda fake, peer: fake.flood(peer, b"+PONG\r\n" * 9000),
         "protocol", 1),
    "flood of one string":
        (after_request(b"$100000000\r\n",
                       lambda fake, peer: fake.flood(peer, b"x" * 65536)),
         "protocol", 1),
    "array bomb": (array_bomb, "protocol", 1),
    "nested bomb": (after_request(b"*1\r\n" * 64, Hostile.hold),
                    "protocol", 1),
    "wide bomb": (after_request(b"*4096\r\n" + b"*4096\r\n" * 8,
                                Hostile.hold), "protocol", 1),
    "endless line": (endless_line, "protocol", 1),
    "surplus reply": (surplus_reply, "protocol", 1),
    "HTTP": (http_server, "protocol", 1),
    "protected mode": (protected_mode, "protected", 1),
    "bad integer": (after_request(b":12x\r\n", Hostile.hold), "protocol", 1),
    "negative length": (after_request(b"$-77\r\n", Hostile.hold),
                        "protocol", 1),
}


@pytest.fixture(scope="module")
def authority():
    directory = private_directory()
    yield Authority(directory)
    shutil.rmtree(directory)


def assert_as_expected(fake, result, name):
    _, reason, connections = HOSTILE[name]
    assert result["reason"] == reason
    assert fake.accepted == connections
    state = {"master": "up", "other": "degraded",
             "protected": "unknown"}.get(reason, "down")
    assert result["state"] == state


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_server_moves_nobody_else(start_redis, name):
    good = start_redis()
    with Hostile(HOSTILE[name][0]) as fake:
        assert_as_expected(fake, probe(fake.addr, neighbour=good.addr), name)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_server_is_no_better_behind_tls(authority, name):
    certificate = authority.issue("hostile")
    with Hostile(HOSTILE[name][0], certificate=certificate) as fake:
        result = probe(fake.addr, *DEEP, "--tls", "--tls-ca", authority.file)
        assert_as_expected(fake, result, name)


def test_strangers_bytes_are_escaped(start_redis):
    with Hostile(ugly_error) as fake:
        result = probe(fake.addr)
        assert result["reason"] == "other"
        assert result["detail"].isprintable() and result["detail"].isascii()
        assert "after # ms" in result["detail"]
        assert len(result["detail"]) <= 160


def test_blip_of_one_connection_is_looked_at_again():
    blips = []

    def serve(fake, peer):
        if not blips:
            blips.append(1)
            fake.reset(peer)
        else:
            after_request(REPLIES, Hostile.hold)(fake, peer)

    with Hostile(serve) as fake:
        result = probe(fake.addr)
        assert row(result) == ("master", "up", "yes", "yes")
        assert fake.accepted == 2


def is_connecting(port):
    """Whether some socket of this machine waits for this port's SYN-ACK."""
    with open("/proc/net/tcp") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return any(r[2].endswith(f":{port:04X}") and r[3] == "02" for r in rows)


def test_connection_that_took_a_while_is_used():
    """A full queue loses the SYN; the kernel sends it again in a second."""
    with socket.socket() as listener, socket.socket() as filler:
        listener.settimeout(20)
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        host, port = listener.getsockname()
        filler.connect((host, port))
        with subprocess.Popen(
                [DRIVER, *DEEP, "--timeout-ms", "9000", f"{host}:{port}"],
                stdout=subprocess.PIPE, text=True) as driver:
            wait_for(lambda: is_connecting(port), what="a lost SYN")
            with listener.accept()[0], listener.accept()[0] as peer:
                after_request(REPLIES, lambda *_: None)(None, peer)
                result = json.loads(driver.stdout.readline())
            assert driver.wait() == 0
    assert row(result) == ("master", "up", "yes", "yes")
    assert result["stage_us"]["connect"] > 100000


def test_prober_answers_all_of_a_great_batch(start_redis):
    redis = start_redis()
    dead = f"127.0.0.1:{free_port()}"
    addresses = [redis.addr, dead] * 256
    results, end, code = drive("--timeout-ms", 5000, *addresses)
    assert code == 0 and end["results"] == 512
    assert sorted(r["task"] for r in results) == list(range(1000, 1512))
    assert {r["reason"] for r in results if r["addr"] == dead} == {"refused"}
    assert {r["state"] for r in results if r["addr"] != dead} == {"up"}
