"""How the bench hears what a peer says: nodes in ZooKeeper, lines in a pipe,
datagrams, answers to a scrape. Each hearer is a thread that writes what it
hears into the peer's ledger, with the moment it heard it."""
import contextlib
import json
import logging
import queue
import re
import selectors
import socket
import threading
import time

from kazoo.client import KazooClient
from kazoo.exceptions import NoNodeError

logging.getLogger("kazoo").setLevel(logging.CRITICAL)
KEEPER_SECONDS = 30


def follow(target, *arguments):
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


class Keeper:
    """A ZooKeeper client of the bench's own."""

    def __init__(self, servers):
        self.client = KazooClient(hosts=servers, timeout=60)
        self.client.start(timeout=KEEPER_SECONDS)

    def close(self):
        self.client.stop()
        self.client.close()

    def children(self, path):
        with contextlib.suppress(NoNodeError):
            return self.client.get_children(path)
        return []

    def versions(self, path):
        """How often the instances' nodes below have been written; what is
        deleted and made anew in between is not told."""
        asked = [self.client.exists_async(f"{path}/{child}")
                 for child in self.children(path) if child[0] != "."]
        found = [request.get(timeout=KEEPER_SECONDS) for request in asked]
        return sum(stat.version for stat in found if stat is not None)

    def watch(self, paths, ledger):
        """Follows nodes, {name: path}: a watch on each, set again as soon as
        it fired. The moment is that of the watcher's event."""
        fired = queue.SimpleQueue()

        def arm(name, at):
            with contextlib.suppress(NoNodeError):
                data, _ = self.client.get(
                    paths[name],
                    watch=lambda _: fired.put((name, time.monotonic())))
                ledger.note(name, json.loads(data)["state"], at)

        def serve():
            while True:
                arm(*fired.get())
        for name in paths:
            arm(name, None)
        follow(serve)


def hear_lines(file, ledger):
    """Lines of a name and a state."""
    def serve():
        with contextlib.suppress(OSError, ValueError):
            for line in file:
                at = time.monotonic()
                name, state = line.split()
                ledger.note(name, state, at)
    follow(serve)


def hear_datagrams(path, words, ledger):
    """A log on a unix socket. `words` finds (name, state) in a line, or
    None."""
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind(path)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                line = log.recv(8192)
                at = time.monotonic()
                found = words(line.decode(errors="replace"))
                if found:
                    ledger.note(*found, at)
    follow(serve)
    return log


def hear_channel(peer, pattern, words, ledger):
    """Messages of Redis' publish and subscribe, on a socket: wherever the
    pattern matches, `words` makes (name, state) of it."""
    def serve():
        heard = b""
        with contextlib.suppress(OSError):
            while True:
                chunk = peer.recv(65536)
                at = time.monotonic()
                if not chunk:
                    return
                heard += chunk
                end = 0
                for match in re.finditer(pattern, heard):
                    ledger.note(*words(match), at)
                    end = match.end()
                heard = heard[end:]
    follow(serve)


def is_whole(answer):
    """Is an HTTP answer, in chunks or of a known length?"""
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"\r\nContent-Length: ([0-9]+)", head)
    return len(body) == int(length[1]) if length \
        else body.endswith(b"\r\n0\r\n\r\n")


class Scraper:
    """Asks an exporter for each instance once per interval, as Prometheus
    does: spread over the interval, a connection for each that is kept, never
    two scrapes of one at a time."""

    def __init__(self, port, pairs, interval, ledger):
        self.port = port
        self.interval = interval
        self.ledger = ledger
        self.selector = selectors.DefaultSelector()
        self.targets = [{"name": name, "peer": None, "text": b"",
                         "is_asked": False, "words": self.words(target)}
                        for name, target in pairs]
        self.is_closed = False
        self.thread = follow(self.serve)

    @staticmethod
    def words(port):
        return (f"GET /scrape?target=redis://127.0.0.1:{port} HTTP/1.1\r\n"
                "Host: localhost\r\n\r\n").encode()

    def close(self):
        self.is_closed = True
        self.thread.join()
        for target in self.targets:
            self.drop(target)
        self.selector.close()

    def serve(self):
        due = time.monotonic()
        step = self.interval / len(self.targets)
        at = 0
        while not self.is_closed:
            for key, _ in self.selector.select(
                    min(0.1, max(0.0, due - time.monotonic()))):
                self.read(key.data)
            if time.monotonic() >= due:
                self.ask(self.targets[at])
                at = (at + 1) % len(self.targets)
                due += step

    def ask(self, target):
        if target["is_asked"]:
            return
        try:
            if target["peer"] is None:
                target["peer"] = socket.create_connection(
                    ("127.0.0.1", self.port), 1)
                self.selector.register(target["peer"], selectors.EVENT_READ,
                                       target)
            target["peer"].sendall(target["words"])
            target["is_asked"] = True
        except OSError:
            self.drop(target)

    def read(self, target):
        try:
            chunk = target["peer"].recv(1 << 18)
        except OSError:
            chunk = b""
        if not chunk:
            self.drop(target)
            return
        target["text"] += chunk
        if is_whole(target["text"]):
            at = time.monotonic()
            is_up = b"\nredis_up 1" in target["text"]
            self.ledger.note(target["name"], "up" if is_up else "down", at)
            target["text"] = b""
            target["is_asked"] = False

    def drop(self, target):
        if target["peer"] is not None:
            with contextlib.suppress(KeyError):
                self.selector.unregister(target["peer"])
            target["peer"].close()
        target.update(peer=None, text=b"", is_asked=False)
