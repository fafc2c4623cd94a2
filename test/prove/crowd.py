"""Slow clients of a console, a process of their own so that an honest one is
timed alone: each sends a byte of its request a second. One that is shut out
comes again after a second.

    crowd.py PORT SIZE      says "all" when each of them was connected once
"""
import resource
import socket
import sys
import time

REQUEST = b"GET /status HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
STEP_SECONDS = 1


def connect(port):
    client = socket.create_connection(("127.0.0.1", port), 10)
    client.sendall(REQUEST)
    client.setblocking(False)
    return client


def go_on(client, port):
    """The next byte of its header; a new client, if this one was shut out."""
    try:
        client.send(b"x")
        return client
    except OSError:
        client.close()
    try:
        return connect(port)
    except OSError:
        return client  # closed: tried again


def main():
    port, size = int(sys.argv[1]), int(sys.argv[2])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    clients = [connect(port) for _ in range(size)]
    print("all", flush=True)
    while True:
        time.sleep(STEP_SECONDS)  # that is what makes them slow
        clients = [go_on(client, port) for client in clients]


if __name__ == "__main__":
    main()
