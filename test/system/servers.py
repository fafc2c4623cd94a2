"""Private Redis and ZooKeeper servers for tests, the demo and the bench.

Each server lives in a directory of its own, listens on loopback at a port
nobody else had, dies with the Python process that started it, and leaves
nothing behind after close(). Nothing here touches a server of the machine.
"""
import atexit
import ctypes
import errno
import glob
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PATIENCE = float(os.environ.get("SENTINEL_TEST_PATIENCE", "1"))
START_SECONDS = 30
START_TRIES = 5
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)

# Which server the tests look at may be chosen: SENTINEL_TEST_REDIS is the path
# of a Redis or Valkey. redis-tools brings no redis-server, but its checkers
# are the very binary: it is a server when it is called by that name.
REDIS_BINARIES = [os.environ["SENTINEL_TEST_REDIS"]] \
    if "SENTINEL_TEST_REDIS" in os.environ else \
    ["/usr/bin/redis-server", "/usr/bin/valkey-server",
     "/usr/bin/redis-check-rdb", "/usr/bin/valkey-check-rdb"]
JARS = ["zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-simple",
        "netty-all", "metrics-core", "snappy-java", "commons-cli",
        "commons-io", "jackson-databind"]


def wait_for(predicate, seconds=20, what="a condition"):
    """Asks `predicate` until it gives something true, and gives that back.

    The last thing it gave, or raised, stands in the failure.
    """
    end = time.monotonic() + seconds * PATIENCE
    last = None
    while True:
        try:
            last = predicate()
            if last:
                return last
        except (OSError, KeyError, ValueError) as error:
            last = error
        if time.monotonic() >= end:
            raise AssertionError(
                f"no {what} within {seconds * PATIENCE:g} s; last: {last!r}")
        time.sleep(0.01)


def ports_to_listen():
    """Below those the kernel gives to who connects: a server that is away for
    a moment finds its port free when it comes back."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        first = int(file.read().split()[0])
    return range(10000, first) if first > 12000 else range(20000, 60000)


def free_port(family=socket.AF_INET):
    """A port nobody listens on now; who uses it must expect a collision."""
    host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    while True:
        port = random.choice(ports_to_listen())
        with socket.socket(family) as probe:
            try:
                probe.bind((host, port))
                return port
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise


def die_with_parent():
    """For preexec_fn: the kernel ends the server when this Python ends. What
    a shell's background job ignores is not ignored by what it starts."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def survive_full_disk():
    """For preexec_fn, too: a file that may not grow is an error to be told,
    not the end (prlimit's RLIMIT_FSIZE plays the full disk)."""
    die_with_parent()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def private_directory(parent=None):
    return tempfile.mkdtemp(prefix="sa-", dir=parent)


class Server:
    """A process in a private directory that can be killed, stopped, healed.

    A subclass writes its files in `prepare` and says in `answers` whether the
    server can be talked to.
    """

    def __init__(self, parent=None):
        self.directory = private_directory(parent)
        self.process = None
        self.log = os.path.join(self.directory, "log")
        atexit.register(self.close)

    # What a subclass provides.
    def prepare(self, is_first):
        """Returns (argv, executable). `is_first`: ports may be chosen."""
        raise NotImplementedError

    def answers(self):
        raise NotImplementedError

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        """Starts for the first time: on a collision, with other ports."""
        for attempt in range(START_TRIES):
            self._spawn(is_first=True)
            if self._wait_ready():
                return self
            self.kill()
        raise AssertionError(f"{self} did not start:\n{self.tail()}")

    def restart(self):
        """Starts again after kill(), at the same address, data kept."""
        if self.process is not None:
            self.kill()
        for attempt in range(START_TRIES):
            self._spawn(is_first=False)
            if self._wait_ready():
                return self
            self.kill()
            time.sleep(0.2)
        raise AssertionError(f"{self} did not restart:\n{self.tail()}")

    def kill(self):
        """kill -9, and gone when this returns."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self):
        """SIGSTOP: it holds its sockets and says nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def cont(self):
        os.kill(self.pid, signal.SIGCONT)

    def close(self):
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)
        atexit.unregister(self.close)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def tail(self):
        try:
            with open(self.log, errors="replace") as log:
                return log.read()[-4000:]
        except FileNotFoundError:
            return ""

    def _spawn(self, is_first):
        argv, executable = self.prepare(is_first)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                argv, executable=executable, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd=self.directory,
                preexec_fn=survive_full_disk)

    def _wait_ready(self):
        end = time.monotonic() + START_SECONDS * PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                return False
            try:
                if self.answers():
                    return True
            except OSError:
                pass
            time.sleep(0.01)
        return False


class Redis(Server):
    """A Redis on 127.0.0.1, on ::1 (`ipv6`), on another `host` of this
    machine, on a unix socket (`unix`, then without a port), with further
    `settings` as of redis.conf and `arguments` of the command line. A `port`
    or the `path` of a socket may be given where it must be a certain one.

        Redis().start()                        Redis(unix=True).start()
        Redis(replicaof=master).start()        Redis({"maxmemory": "1mb"})
    """

    def __init__(self, settings=None, unix=False, ipv6=False, replicaof=None,
                 parent=None, host=None, port=0, path=None, arguments=()):
        super().__init__(parent)
        self.settings = settings or {}
        self.is_unix = unix or path is not None
        self.host = host or ("::1" if ipv6 else "127.0.0.1")
        self.family = socket.AF_INET6 if ipv6 else socket.AF_INET
        self.replicaof = replicaof
        self.is_port_given = port != 0
        self.port = port
        self.path = path or os.path.join(self.directory, "redis.sock")
        self.arguments = list(arguments)

    @property
    def addr(self):
        """As the agent's configuration writes it."""
        if self.is_unix:
            return f"unix:{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def prepare(self, is_first):
        if is_first and not self.is_unix and not self.is_port_given:
            self.port = free_port(self.family)
        settings = {
            "port": self.port, "dir": self.directory, "save": '""',
            "appendonly": "no", "daemonize": "no", "loglevel": "notice",
            "bind": self.host, "maxclients": 1000,
            "repl-diskless-sync-delay": 0,
        }
        if self.is_unix:
            settings["unixsocket"] = self.path
            settings["unixsocketperm"] = "700"
        if self.replicaof is not None:
            settings["replicaof"] = \
                f"{self.replicaof.host} {self.replicaof.port}"
        settings.update(self.settings)
        path = os.path.join(self.directory, "redis.conf")
        with open(path, "w") as file:
            for key, value in settings.items():
                file.write(f"{key} {value}\n")
        for binary in REDIS_BINARIES:
            if os.path.exists(binary):
                return ["redis-server", path, *self.arguments], binary
        raise AssertionError("no Redis: install the package redis-tools; "
                             f"looked for {', '.join(REDIS_BINARIES)}")

    def answers(self):
        reply = self.ask("PING", seconds=1)
        return reply[:1] in (b"+", b"-")

    def ask(self, *words, seconds=5):
        """Sends one command, gives back the first bytes of the reply."""
        with self.begin(*words, seconds=seconds) as peer:
            return peer.recv(65536)

    def begin(self, *words, seconds=5):
        """Sends one command and does not wait: the connection, to be closed
        when its answer, or the command itself, is of no more use."""
        request = b"*%d\r\n" % len(words)
        for word in words:
            data = str(word).encode()
            request += b"$%d\r\n%s\r\n" % (len(data), data)
        peer = self.connect(seconds)
        try:
            peer.sendall(request)
        except OSError:
            peer.close()
            raise
        return peer

    def connect(self, seconds=5):
        if self.is_unix:
            peer = socket.socket(socket.AF_UNIX)
            peer.settimeout(seconds)
            peer.connect(self.path)
            return peer
        return socket.create_connection((self.host, self.port), seconds)


class ZooKeeper(Server):
    """One ZooKeeper from Debian's jars; up in half a second.

    `number` and `peers` (their (quorum, election) ports) are the Ensemble's.
    """

    def __init__(self, tick_ms=500, parent=None, number=None, peers=None,
                 settings=None):
        super().__init__(parent)
        self.tick_ms = tick_ms
        self.port = 0
        self.number = number
        self.peers = peers
        self.settings = settings or {}
        self.data = os.path.join(self.directory, "data")

    @property
    def servers(self):
        """As the agent's configuration writes it."""
        return f"127.0.0.1:{self.port}"

    def prepare(self, is_first):
        if is_first:
            self.port = free_port()
        os.makedirs(self.data, exist_ok=True)
        settings = {
            "dataDir": self.data, "tickTime": self.tick_ms,
            "clientPortAddress": "127.0.0.1", "clientPort": self.port,
            "minSessionTimeout": 1000, "maxSessionTimeout": 120000,
            "maxClientCnxns": 0, "admin.enableServer": "false",
            "4lw.commands.whitelist": "*", "initLimit": 20, "syncLimit": 10,
        }
        settings.update(self.settings)
        if self.peers:
            with open(os.path.join(self.data, "myid"), "w") as file:
                file.write(str(self.number))
            for number, (quorum, election) in self.peers.items():
                settings[f"server.{number}"] = \
                    f"127.0.0.1:{quorum}:{election}"
        path = os.path.join(self.directory, "zoo.cfg")
        with open(path, "w") as file:
            for key, value in settings.items():
                file.write(f"{key}={value}\n")
        jars = [f"/usr/share/java/{jar}.jar" for jar in JARS]
        if not os.path.exists(jars[0]):
            raise AssertionError(
                "no ZooKeeper: install the package libzookeeper-java")
        argv = ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger."
                "defaultLogLevel=warn", "-cp", ":".join(jars),
                "org.apache.zookeeper.server.quorum.QuorumPeerMain", path]
        return argv, None

    def answers(self):
        # Asked while it still starts, ZooKeeper may never answer that one.
        return b"Zookeeper version" in self.word("srvr", seconds=0.3)

    def word(self, word, seconds=5):
        """The answer to one of the four-letter words, as bytes."""
        with socket.create_connection(("127.0.0.1", self.port),
                                      seconds) as peer:
            peer.sendall(word.encode())
            answer = b""
            while True:
                chunk = peer.recv(65536)
                if not chunk:
                    return answer
                answer += chunk

    def zxid(self):
        """The last transaction: sessions and writes count, reads and pings
        do not."""
        for line in self.word("srvr").decode().splitlines():
            if line.startswith("Zxid:"):
                return int(line.split()[1], 16)
        raise AssertionError("srvr told no zxid")

    def wipe(self):
        """Forgets every node and session. Only while it is killed."""
        assert self.process is None
        for path in glob.glob(os.path.join(self.data, "version-*")):
            shutil.rmtree(path)


class Ensemble:
    """Three ZooKeeper servers with a quorum between them."""

    def __init__(self, size=3, parent=None):
        peers = {n: (free_port(), free_port()) for n in range(1, size + 1)}
        self.members = [ZooKeeper(parent=parent, number=n, peers=peers)
                        for n in peers]

    @property
    def servers(self):
        return ",".join(member.servers for member in self.members)

    def start(self):
        # None answers before two are there: start all, then wait for all.
        for member in self.members:
            member._spawn(is_first=True)
        for member in self.members:
            wait_for(member.answers, START_SECONDS, f"{member.servers} to "
                     "join the ensemble")
        return self

    def leader(self):
        for member in self.members:
            if b"Mode: leader" in member.word("srvr"):
                return member
        return None

    def close(self):
        for member in self.members:
            member.close()
