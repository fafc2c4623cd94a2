"""What a peer is: something that watches the fleet's instances, can be counted
and measured, and says somewhere what it found.

A window is measured the same way for all of them: between two looks at the
kernel's account of CPU, whole seconds apart, the servers count the probes.
"""
import contextlib
import shutil
import time

from measure import cpu_ns, sleep_until, total_mb
from peers_stage import Counter, Ledger
from servers import Server, private_directory, wait_for

INTERVAL_SECONDS = 1
TIMEOUT_SECONDS = 1
SETTLE_SECONDS = 1.1    # from all found up to the window
WINDOW_SECONDS = 4
READY_SECONDS = 40


class CannotRun(Exception):
    """This peer is not to be had on this machine; the words say why."""


class Window:
    """What one window showed."""

    def __init__(self, cpu_s, seconds, probes, count, pss_mb, processes,
                 writes=None):
        self.cpu_s = cpu_s
        self.seconds = seconds
        self.probes = probes        # of all instances
        self.asked = count * seconds / INTERVAL_SECONDS
        self.pss_mb = pss_mb
        self.processes = processes
        self.writes = writes        # to ZooKeeper; None: it has none

    def probe_us(self):
        return self.cpu_s / self.probes * 1e6 if self.probes else None


class Peer:
    """`stage` has the fleet and ZooKeeper. A peer is started, is ready when
    it has found all instances up, and is closed; never started twice."""

    NAME = ""            # as tables and charts write it
    WORD = ""            # for --only
    IS_TELLING = True    # says what it finds, so that it can be timed
    PROBE = "ping"       # the command that is one probe
    WINDOW_SECONDS = WINDOW_SECONDS
    SIZE_MOST = 500      # above it, it is not timed beside the others

    def __init__(self, stage):
        self.stage = stage
        self.fleet = stage.fleet
        self.count = stage.fleet.count
        self.ledger = Ledger()
        self.directory = private_directory()
        self.exits = contextlib.ExitStack()
        self.exits.callback(shutil.rmtree, self.directory, True)

    # --- what a subclass provides -----------------------------------------
    def start(self):
        """Starts it; what must be ended later goes onto `exits`."""
        raise NotImplementedError

    def is_ready(self):
        """Has it found each instance up?"""
        states = self.ledger.states()
        return len(states) == self.count \
            and all(state == "up" for state in states.values())

    def pids(self):
        raise NotImplementedError

    def witness(self):
        """From now on the ledger has each change: for those that are told
        only when they ask."""

    def versions(self):
        """How often its ZooKeeper nodes were written; None without any."""
        return None

    # --- what is the same for all -----------------------------------------
    def written(self, before):
        return None if before is None else self.versions() - before

    def used_ns(self):
        return cpu_ns(self.pids())

    def close(self):
        self.exits.close()

    def begin(self):
        """Starts it and waits until it has found all up."""
        self.start()
        wait_for(self.is_ready, READY_SECONDS, f"{self.NAME} that is ready")

    def measured(self):
        """A window of its own, from its start."""
        self.begin()
        return self.measure()

    def measure(self):
        """The window of a peer that is ready."""
        time.sleep(SETTLE_SECONDS)
        versions = self.versions()
        begun = time.monotonic()
        before = self.used_ns()
        counter = Counter(self.fleet, self.PROBE)
        sleep_until(begun + self.WINDOW_SECONDS)
        cpu_s = (self.used_ns() - before) / 1e9
        probes = counter.mean() * self.count
        pids = self.pids()
        return Window(cpu_s, self.WINDOW_SECONDS, probes, self.count,
                      total_mb(pids, "Pss"), len(pids), self.written(versions))


class ServerPeer(Peer):
    """A peer that is one process."""

    def __init__(self, stage):
        super().__init__(stage)
        self.server = None

    def run(self, server):
        """Takes the server; starts it."""
        self.server = server
        self.exits.callback(server.close)
        server.start()

    def pids(self):
        return [self.server.pid]


class Command(Server):
    """A process that needs no more than its command line."""

    def __init__(self, argv, executable=None, is_up=lambda: True):
        super().__init__()
        self.argv = argv
        self.executable = executable
        self.is_up = is_up

    def prepare(self, is_first):
        return self.argv, self.executable

    def answers(self):
        return self.is_up()
