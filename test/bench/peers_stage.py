"""What all peers share: the Redis servers they ask, one ZooKeeper, a ledger of
what each of them said, and the count of commands that the servers saw."""
import contextlib
import threading
import time

from measure import Fleet
from peers_hear import Keeper
from servers import Redis, ZooKeeper

START_AT_ONCE = 25
SAMPLE_MOST = 20
# A server with nothing to do wakes ten times a second; with hundreds of them
# on one machine that is what one would measure.
QUIET = {"hz": 1}


class GrowingFleet(Fleet):
    """Begins empty; servers that are there stay for the next size."""

    def __init__(self, stack):
        super().__init__(stack, 0)
        self.stack = stack

    def grow(self, count, progress=lambda have: None):
        while len(self.servers) < count:
            progress(len(self.servers))
            batch = [Redis(dict(QUIET)) for _ in range(
                min(START_AT_ONCE, count - len(self.servers)))]
            for server in batch:
                self.stack.callback(server.close)
                server._spawn(is_first=True)
            for server in batch:
                if not server._wait_ready():
                    server.kill()
                    server.start()
            self.servers += batch
        self.count = count

    def pairs(self):
        """(name, port) of each instance."""
        return [(f"r{i}", self.servers[i].port) for i in range(self.count)]

    def server(self, name):
        return self.servers[int(name[1:])]


class Stage:
    """The servers; `clock` counts turns so that names never come twice."""

    def __init__(self, stack):
        self.fleet = GrowingFleet(stack)
        self.zookeeper = ZooKeeper(tick_ms=2000)
        stack.callback(self.zookeeper.close)
        self.zookeeper.start()
        self.keeper = Keeper(self.zookeeper.servers)
        stack.callback(self.keeper.close)
        self.clock = 0
        self.grown_mb = {}   # instances -> memory of a Go agent of some age

    def fresh_root(self, word):
        """A path that no agent before has used."""
        self.clock += 1
        return f"/{word}{self.clock}"


class Ledger:
    """What one peer said of the instances, and when."""

    def __init__(self):
        self.lock = threading.Lock()
        self.said = []   # (at, name, state), in order

    def note(self, name, state, at=None):
        with self.lock:
            self.said.append((at or time.monotonic(), name, state))

    def states(self):
        """name -> what was said last."""
        with self.lock:
            return {name: state for _, name, state in self.said}

    def first(self, name, state, after):
        """When it was first said after that moment; None if never."""
        with self.lock:
            return next((at for at, of, what in self.said
                         if of == name and what == state and at > after),
                        None)


def calls(server, command):
    """How often the server has served that command."""
    with contextlib.suppress(OSError):
        answer = server.ask("INFO", "commandstats").decode()
        for line in answer.splitlines():
            if line.startswith(f"cmdstat_{command}:calls="):
                return int(line.split("=")[1].split(",")[0])
    return 0


class Counter:
    """Counts a command on some of the fleet's servers, evenly chosen."""

    def __init__(self, fleet, command):
        self.command = command
        step = max(1, fleet.count // SAMPLE_MOST)
        self.servers = fleet.servers[:fleet.count:step]
        self.before = self.read()

    def read(self):
        return [calls(server, self.command) for server in self.servers]

    def mean(self):
        """Calls per server since it was made, without our own."""
        own = 1 if self.command == "info" else 0
        found = [now - before - own for now, before
                 in zip(self.read(), self.before)]
        return sum(found) / len(found)
