"""One sentinel-publisher under test/fault/drive_publisher, which plays its
supervisor: commands go in as lines, what it says comes out as JSON lines."""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time

import pytest
from kazoo.client import KazooClient

from agent import BUILD
from servers import die_with_parent, private_directory, wait_for

AGENT_ID = "0123456789abcdef"
LEASE_SECONDS = 1.5  # the driver's


class Publisher:
    """`messages` holds what was said, oldest first, as dictionaries."""

    def __init__(self, zookeeper, state_path, instances=2, session_ms=4000,
                 heartbeat_ms=0, agent_id=AGENT_ID, servers=None,
                 program=None, run_dir=None, environment=None, prefix=()):
        self.run_dir = run_dir or private_directory()
        self.state_path = state_path
        self.directory = f"{state_path}/test/host1"
        self.messages = []
        self.succeeded = set()  # pids that wait_through() gave a successor
        self.lock = threading.Lock()
        self.log_path = os.path.join(self.run_dir, "log")
        driver = os.path.join(BUILD, "test/fault/drive_publisher")
        program = program or os.path.join(BUILD, "sentinel-publisher")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, driver, program, self.run_dir,
                 servers or zookeeper.servers, str(session_ms), state_path,
                 str(instances), str(heartbeat_ms), agent_id],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                text=True, bufsize=1, preexec_fn=die_with_parent,
                env={**os.environ, **(environment or {})})
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.say("start")

    def _read(self):
        for line in self.process.stdout:
            with self.lock:
                self.messages.append(json.loads(line))

    def say(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()

    def claim(self, instance, state):
        self.say("claim", instance, state)

    def path(self, instance):
        return f"{self.directory}/redis-{instance}"

    def heard(self, event, mark=0, **wanted):
        """Every message since the mark that has these values."""
        with self.lock:
            return [message for message in self.messages[mark:]
                    if message["event"] == event
                    and all(message.get(key) == value
                            for key, value in wanted.items())]

    def mark(self):
        with self.lock:
            return len(self.messages)

    def wait(self, event, mark=0, seconds=15, **wanted):
        """The last such message, once there is one."""
        return wait_for(lambda: self.heard(event, mark, **wanted), seconds,
                        f"{event} {wanted}; log:\n{self.tail()}")[-1]

    def wait_steady(self, mark=0, seconds=15):
        return self.wait("session", mark, seconds, state="steady")

    def wait_through(self, event, mark=0, seconds=30, codes=(69,), **wanted):
        """The same, with what a supervisor does meanwhile: a publisher that
        found no connection (69) is started again, once. A ZooKeeper that
        begins may take a connection and never answer on it."""
        def is_there():
            started = self.heard("started")
            pid = started[-1]["pid"] if started else None
            exits = self.heard("exit", mark, pid=pid)
            if exits and pid not in self.succeeded:
                assert exits[0]["code"] in codes, exits
                self.succeeded.add(pid)
                self.say("start")
            return self.heard(event, mark, **wanted)
        return wait_for(is_there, seconds,
                        f"{event} {wanted}; log:\n{self.tail()}")[-1]

    @property
    def pid(self):
        return self.wait("started")["pid"]

    def signal(self, number):
        os.kill(self.pid, number)

    def replace(self):
        """kill -9, reaped, and the next generation started."""
        pid, mark = self.pid, self.mark()
        self.signal(signal.SIGKILL)
        self.wait("exit", mark, pid=pid)
        mark = self.mark()  # what it said until then is not its successor's
        self.say("start")
        self.wait_steady(mark)

    def session_file(self):
        try:
            with open(os.path.join(self.run_dir, "session")) as file:
                return dict(line.split() for line in file)
        except FileNotFoundError:
            return None

    def tail(self):
        with open(self.log_path, errors="replace") as log:
            return log.read()[-6000:]

    def close(self):
        """Ends the driver, and with its channel the publisher."""
        pids = [message["pid"] for message in self.heard("started")]
        ended = [message["pid"] for message in self.heard("exit")]
        self.process.kill()
        self.process.wait()
        for pid in set(pids) - set(ended):
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
            wait_for(lambda: not is_alive(pid), 10, f"end of {pid}")


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_quiet(zookeeper, seconds=1.0):
    """Nothing is written for a while; gives back the last transaction."""
    last = [zookeeper.zxid(), time.monotonic()]

    def is_quiet():
        zxid = zookeeper.zxid()
        if zxid != last[0]:
            last[:] = [zxid, time.monotonic()]
        return time.monotonic() - last[1] >= seconds
    wait_for(is_quiet, 20, "quiet ZooKeeper")
    return last[0]


@pytest.fixture
def start(own_zookeeper, state_path):
    """start(...) as Publisher(own_zookeeper, state_path, ...)."""
    with contextlib.ExitStack() as stack:
        def make(zookeeper=own_zookeeper, **options):
            publisher = Publisher(zookeeper, state_path, **options)
            stack.callback(shutil.rmtree, publisher.run_dir, True)
            stack.callback(publisher.close)
            return publisher
        yield make


@pytest.fixture
def client(own_zookeeper):
    """A session that outlives what the tests do to the server."""
    client = KazooClient(hosts=own_zookeeper.servers, timeout=60)
    client.start(timeout=30)
    yield client
    own_zookeeper.cont()  # else stop() waits for it
    client.stop()
    client.close()


@pytest.fixture
def running(start, own_zookeeper, client):
    """Two instances, up and down, published and quiet."""
    publisher = start()
    publisher.claim(0, "up")
    publisher.claim(1, "down")
    publisher.wait("published", instance=0)
    publisher.wait("published", instance=1)
    publisher.wait_steady()
    wait_quiet(own_zookeeper, 0.3)
    return publisher


def read(client, path):
    data, stat = client.get(path)
    return json.loads(data), stat


def wait_state(client, path, state, seconds=15):
    def is_it():
        if client.exists(path) is None:
            return False
        data = client.get(path)[0]
        return data.startswith(b"{") and json.loads(data)["state"] == state
    wait_for(is_it, seconds, f"{state} in {path}")
    return read(client, path)


def has_session(server, session):
    return hex(session).encode() in server.word("dump")


class Deletions:
    """Counts the DELETED events and new czxids of one path."""

    def __init__(self, client, path):
        self.client, self.path = client, path
        self.czxid = client.exists(path, watch=self._hear).czxid
        self.events = []

    def _hear(self, event):
        self.events.append(event.type)

    def assert_none(self):
        assert "DELETED" not in self.events
        assert self.client.exists(self.path).czxid == self.czxid
