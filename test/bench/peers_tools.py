"""The peers that others wrote: Redis Sentinel, HAProxy's check of Redis,
redis_exporter. Each comes out of its Debian package, with the settings that
make it ask the same question as often as the agent."""
import glob
import os
import re
import shutil
import socket

from agent import ROOT
from peer import (INTERVAL_SECONDS, TIMEOUT_SECONDS, CannotRun, Command,
                  ServerPeer)
from peers_hear import Scraper, hear_channel, hear_datagrams
from servers import REDIS_BINARIES, free_port

# Two timeouts and the pause between them, as the agent has it.
SILENCE_MS = 2500
# channel, length of the message, message
SAID = rb"([+-]sdown)\r\n\$[0-9]+\r\nmaster (\S+) [^\r]*\r\n"
UNPACKED = os.path.join(ROOT, "build")


def first_of(paths):
    return next((path for path in paths if path and os.path.exists(path)),
                None)


class Sentinel(ServerPeer):
    """Redis' own watcher, of masters without replicas."""

    NAME = "Redis Sentinel"
    WORD = "sentinel"
    WINDOW_SECONDS = 10   # it asks INFO every ten seconds

    def write_config(self):
        self.port = free_port()
        path = os.path.join(self.directory, "sentinel.conf")
        lines = [f"port {self.port}", "bind 127.0.0.1", 'logfile ""',
                 f"dir {self.directory}"]
        for name, port in self.fleet.pairs():
            # Alone it never has two votes, and so never fails over.
            lines += [f"sentinel monitor {name} 127.0.0.1 {port} 2",
                      f"sentinel down-after-milliseconds {name} {SILENCE_MS}"]
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def start(self):
        binary = first_of(REDIS_BINARIES)
        path = self.write_config()
        self.run(Command(["redis-sentinel", path, "--sentinel"], binary,
                         lambda: self.ask(b"PING") == b"+PONG\r\n"))
        self.channel = self.connect()
        self.exits.callback(self.channel.close)
        self.channel.settimeout(None)
        self.channel.sendall(b"SUBSCRIBE +sdown -sdown\r\n")
        hear_channel(self.channel, SAID, self.words, self.ledger)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), 5)

    def ask(self, words):
        with self.connect() as peer:
            peer.sendall(words + b"\r\n")
            answer = peer.recv(1 << 16)
            while answer.startswith(b"$") \
                    and len(answer) < int(answer[1:answer.index(b"\r")]):
                answer += peer.recv(1 << 16)
            return answer

    @staticmethod
    def words(match):
        return (match[2].decode(),
                "down" if match[1] == b"+sdown" else "up")

    def is_ready(self):
        return self.ask(b"INFO sentinel").count(b"status=ok") == self.count


class HAProxy(ServerPeer):
    """Its `option redis-check`; what it says is its log's line, which is
    written when the state that its stats socket shows changes."""

    NAME = "HAProxy check"
    WORD = "haproxy"

    def write_config(self, log):
        path = os.path.join(self.directory, "haproxy.cfg")
        self.stats = os.path.join(self.directory, "stats")
        lines = ["global", "    nbthread 1", f"    log {log} local0",
                 f"    stats socket {self.stats}",
                 "defaults", "    mode tcp", "    log global",
                 f"    timeout connect {TIMEOUT_SECONDS}s",
                 f"    timeout check {TIMEOUT_SECONDS}s",
                 "    timeout client 1m", "    timeout server 1m",
                 "backend peers", "    option redis-check",
                 f"    default-server check inter {INTERVAL_SECONDS}s "
                 "fastinter 500ms fall 2 rise 1"]
        lines += [f"    server {name} 127.0.0.1:{port}"
                  for name, port in self.fleet.pairs()]
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def start(self):
        unpacked = os.path.join(UNPACKED, "haproxy/usr")
        program = first_of([os.path.join(unpacked, "sbin/haproxy"),
                            shutil.which("haproxy")])
        if program is None:
            raise CannotRun("no haproxy: packaging/get-haproxy")
        libraries = ":".join(glob.glob(os.path.join(unpacked, "lib/*")))
        log = os.path.join(self.directory, "log")
        self.exits.callback(
            hear_datagrams(log, self.words, self.ledger).close)
        self.run(Command(["/usr/bin/env", f"LD_LIBRARY_PATH={libraries}",
                          program, "-db", "-f", self.write_config(log)],
                         is_up=self.table))

    @staticmethod
    def words(line):
        match = re.search(r"Server peers/(\S+) is (UP|DOWN)", line)
        return (match[1], match[2].lower()) if match else None

    def table(self):
        """The lines of `show stat` about the servers, as lists."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(5)
            peer.connect(self.stats)
            peer.sendall(b"show stat\n")
            text = b"".join(iter(lambda: peer.recv(1 << 16), b"")).decode()
        return [line.split(",") for line in text.splitlines()
                if line.startswith("peers,r")]

    def is_ready(self):
        return sum("L7OK" in line for line in self.table()) == self.count


class Exporter(ServerPeer):
    """redis_exporter, asked for every instance by its /scrape as Prometheus
    would. It has no verdict but redis_up, and keeps none."""

    NAME = "redis_exporter"
    WORD = "exporter"
    PROBE = "info"
    SIZE_MOST = 10

    def start(self):
        program = first_of(
            [os.path.join(UNPACKED,
                          "exporter/usr/bin/prometheus-redis-exporter"),
             shutil.which("prometheus-redis-exporter")])
        if program is None:
            raise CannotRun("no redis_exporter: packaging/get-exporter")
        port = free_port()
        self.run(Command(
            [program, "-web.listen-address", f"127.0.0.1:{port}",
             "-connection-timeout", f"{TIMEOUT_SECONDS}s"],
            is_up=lambda: socket.create_connection(
                ("127.0.0.1", port), 1).close() or True))
        scraper = Scraper(port, self.fleet.pairs(), INTERVAL_SECONDS,
                          self.ledger)
        self.exits.callback(scraper.close)
