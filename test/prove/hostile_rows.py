"""What strangers do to the console, and how an honest client fares."""
import contextlib
import os
import re
import socket
import subprocess
import sys
import time

from promises import HTTP
from servers import die_with_parent

HERE = os.path.dirname(os.path.abspath(__file__))
CROWD = os.path.join(HERE, "crowd.py")
CONNECTIONS_MOST = 64
ASKED = 20
GIVE_UP_SECONDS = 30


def honest(world, path="/goroutines"):
    """Seconds until a client that tries again has its answer."""
    begun = time.monotonic()
    while True:
        try:
            world.agent.get(path)
            return time.monotonic() - begun
        except OSError:
            if time.monotonic() - begun > GIVE_UP_SECONDS:
                raise


def check_honest(world, what):
    """Nine of ten: now and then our own process waits for the CPU."""
    times = sorted(honest(world) for _ in range(ASKED))
    world.check(f"an honest client beside {what}, nine times of ten", True,
                HTTP, times[ASKED * 9 // 10 - 1])


def metric(world, name):
    text = world.agent.get("/metrics")
    return float(re.search(rf"^sentinel_agent_{name} (\S+)$", text,
                           re.MULTILINE).group(1))


def start_crowd(world, size):
    """A process of so many slow clients; returns when all were there."""
    crowd = subprocess.Popen(
        ["nice", sys.executable, CROWD, str(world.agent.port), str(size)],
        stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
    assert crowd.stdout.readline() == "all\n"
    return crowd


def say(world, request):
    """The codes of all answers to these bytes, until the console closes."""
    data = b""
    with socket.create_connection(("127.0.0.1", world.agent.port), 20) as peer:
        with contextlib.suppress(ConnectionError):  # it closes as we send
            peer.sendall(request)
        with contextlib.suppress(OSError):  # it has closed
            peer.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while piece := peer.recv(65536):
                data += piece
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) ", data)]
