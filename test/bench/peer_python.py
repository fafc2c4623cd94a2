#!/usr/bin/python3
"""A health agent for Redis as one writes it in Python, in nerve's design: a
thread per instance, which asks PING on a fresh connection each interval and
writes its ZooKeeper node when the answer changes (kazoo).

    peer_python.py --zookeeper HOST:PORT [--root /python] NAME=HOST:PORT...

It is here to be measured beside sentinel-agent, and is the good version of
itself in the same way as peer_go. Runs until it is killed.
"""
import argparse
import socket
import threading
import time

from kazoo.client import KazooClient
from kazoo.exceptions import NoNodeError

RETRY_PAUSE_SECONDS = 0.5


def ping(address, timeout):
    """None when it was answered, else what was wrong."""
    try:
        with socket.create_connection(address, timeout) as peer:
            peer.sendall(b"PING\r\n")
            answer = peer.recv(64)
            return None if answer.startswith(b"+PONG") else answer
    except OSError as error:
        return error


def probe(address, timeout):
    """A refused connection is believed at once, all else is asked again."""
    wrong = ping(address, timeout)
    if wrong is not None and not isinstance(wrong, ConnectionRefusedError):
        time.sleep(RETRY_PAUSE_SECONDS)
        wrong = ping(address, timeout)
    return "up" if wrong is None else "down"


def publish(client, path, state):
    data = b'{"state":"%s"}' % state.encode()
    try:
        client.set(path, data)
    except NoNodeError:
        client.create(path, data, ephemeral=True)


def watch(client, path, address, options):
    published = None
    due = time.monotonic()
    while True:
        state = probe(address, options.timeout)
        if state != published:
            publish(client, path, state)
            published = state
        due = max(due + options.interval, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--zookeeper", required=True)
    parser.add_argument("--root", default="/python")
    parser.add_argument("--interval", type=float, default=1.0)
    parser.add_argument("--timeout", type=float, default=1.0)
    parser.add_argument("instances", nargs="+")
    options = parser.parse_args()
    threading.stack_size(256 * 1024)
    client = KazooClient(hosts=options.zookeeper, timeout=12)
    client.start(timeout=30)
    client.ensure_path(options.root)
    for word in options.instances:
        name, address = word.split("=")
        host, port = address.split(":")
        threading.Thread(target=watch, daemon=True, args=(
            client, f"{options.root}/{name}", (host, int(port)),
            options)).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
