"""The peers that are written here: the agent itself, agents in Go and Python,
a shell script, and the bare epoll loop as the floor under all of them."""
import contextlib
import os
import shutil
import signal
import subprocess
import time

from agent import BUILD, Agent, processes
from measure import (AGENT_SETTLE_SECONDS, FLOOR_SETTLE_SECONDS, memory_mb,
                     reaped_ns, sleep_until, total_mb)
from peer import (INTERVAL_SECONDS, SETTLE_SECONDS, TIMEOUT_SECONDS,
                  CannotRun, Command, Peer, ServerPeer, Window)
from peers_hear import follow, hear_lines
from peers_stage import Counter
from servers import die_with_parent

HERE = os.path.dirname(os.path.abspath(__file__))
GO_LIBRARIES = "/usr/share/gocode"
SAMPLE_SECONDS = 0.02
GROWN_SECONDS = 4
GROWN_PROBES_A_SECOND = 400


class Floor(ServerPeer):
    NAME = "bare epoll loop"
    WORD = "floor"
    IS_TELLING = False

    def start(self):
        self.run(Command([os.path.join(BUILD, "test/bench/floor"),
                          str(INTERVAL_SECONDS * 1000),
                          *[str(port) for _, port in self.fleet.pairs()]]))
        self.begun = time.monotonic()

    def is_ready(self):
        # It keeps nothing; its rounds begin at whole seconds.
        return time.monotonic() > self.begun + FLOOR_SETTLE_SECONDS \
            - SETTLE_SECONDS + INTERVAL_SECONDS

    def measure(self):
        window = super().measure()
        if self.server.process.poll() is not None:
            raise AssertionError("the bare loop ended: " + self.server.tail())
        return window


class NodePeer(Peer):
    """A peer that keeps ZooKeeper nodes, one per instance, below `root`."""

    def versions(self):
        return self.stage.keeper.versions(self.root)

    def witness(self):
        self.stage.keeper.watch({name: f"{self.root}/{name}"
                                 for name, _ in self.fleet.pairs()},
                                self.ledger)

    def is_ready(self):
        return len(self.stage.keeper.children(self.root)) >= self.count


class OurAgent(NodePeer):
    NAME = "sentinel-agent"
    WORD = "agent"
    # Of ten rounds one is deep: whole tens, so that each window has one.
    WINDOW_SECONDS = 10

    def start(self):
        state = self.stage.fresh_root("agent")
        self.root = f"{state}/test/h1"
        self.agent = Agent(self.directory, self.fleet.instances(),
                           self.stage.zookeeper.servers, state,
                           {"interval": f"{INTERVAL_SECONDS}s",
                            "timeout": f"{TIMEOUT_SECONDS}s"})
        self.exits.callback(self.agent.close)
        self.agent.start()

    def is_ready(self):
        # Not by /status: that costs the console, and peers have none.
        return self.agent.request("/readyz")[0] == 200 and super().is_ready()

    def pids(self):
        return [member.pid for member in self.agent.members()]

    def used_ns(self):
        return super().used_ns() + reaped_ns(self.agent.pid)

    def measure(self):
        time.sleep(AGENT_SETTLE_SECONDS - SETTLE_SECONDS)
        return super().measure()


class WrittenAgent(NodePeer, ServerPeer):
    """An agent of one process, in another language."""

    def argv(self):
        raise NotImplementedError

    def start(self):
        self.root = self.stage.fresh_root(self.WORD)
        self.run(Command([
            *self.argv(), *[f"{name}=127.0.0.1:{port}"
                            for name, port in self.fleet.pairs()]]))


class GoAgent(WrittenAgent):
    NAME = "Go agent"
    WORD = "go"

    interval_ms = INTERVAL_SECONDS * 1000

    def argv(self):
        return [built_go(), "-zookeeper", self.stage.zookeeper.servers,
                "-root", self.root, "-interval", f"{self.interval_ms}ms",
                "-timeout", f"{TIMEOUT_SECONDS}s"]

    def measured(self):
        """A young one has not collected garbage yet, and with few instances
        stays young for minutes: its memory is that of one in a hurry."""
        window = super().measured()
        known = self.stage.grown_mb
        if self.count not in known:
            with contextlib.closing(GrownGoAgent(self.stage)) as grown:
                known[self.count] = grown.grow_up()
        window.pss_mb = known[self.count]
        return window


class GrownGoAgent(GoAgent):
    def grow_up(self):
        self.interval_ms = max(1, self.count * 1000 // GROWN_PROBES_A_SECOND)
        self.begin()
        time.sleep(GROWN_SECONDS)
        return total_mb(self.pids(), "Pss")


class PythonAgent(WrittenAgent):
    NAME = "Python agent"
    WORD = "python"

    def argv(self):
        return ["/usr/bin/python3", os.path.join(HERE, "peer_python.py"),
                "--zookeeper", self.stage.zookeeper.servers,
                "--root", self.root, "--interval", str(INTERVAL_SECONDS),
                "--timeout", str(TIMEOUT_SECONDS)]


def built_go():
    """The Go agent, compiled when its source is newer."""
    source = os.path.join(HERE, "peer_go")
    program = os.path.join(BUILD, "peers", "peer_go")
    newest = max(os.path.getmtime(os.path.join(source, name))
                 for name in os.listdir(source))
    if os.path.exists(program) and os.path.getmtime(program) > newest:
        return program
    if shutil.which("go") is None:
        raise CannotRun("no Go: packaging/install-deps bench")
    os.makedirs(os.path.dirname(program), exist_ok=True)
    environment = dict(os.environ, GO111MODULE="off", GOPATH=GO_LIBRARIES,
                       GOCACHE=os.path.join(BUILD, "peers", "go-cache"))
    made = subprocess.run(["go", "build", "-o", program, "."], cwd=source,
                          env=environment, capture_output=True, text=True,
                          check=False)
    if made.returncode != 0:
        raise CannotRun("Go does not build it: " + made.stderr[-300:])
    return program


class Script(Peer):
    """The script, and the clock it hears: a line a round."""

    NAME = "redis-cli script"
    WORD = "script"
    SIZE_MOST = 10

    def start(self):
        self.process = self.spawn()
        hear_lines(self.process.stdout, self.ledger)
        self.ticker = follow(self.tick_on, self.process)

    def spawn(self):
        if shutil.which("redis-cli") is None:
            raise CannotRun("no redis-cli: packaging/install-deps bench")
        process = subprocess.Popen(
            [os.path.join(HERE, "peer_script.sh"), self.directory,
             *[f"{name}={port}" for name, port in self.fleet.pairs()]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True, preexec_fn=die_with_parent)
        self.exits.callback(self.end, process)
        return process

    def end(self, process):
        """With the checks that are under way."""
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        with contextlib.suppress(OSError):
            process.stdin.close()

    def tick(self, process):
        process.stdin.write("\n")
        process.stdin.flush()

    def tick_on(self, process):
        with contextlib.suppress(OSError, ValueError):
            while True:
                self.tick(process)
                time.sleep(INTERVAL_SECONDS)

    def members(self, process):
        return [member.pid for member in processes()
                if member.session == process.pid]

    def pids(self):
        return self.members(self.process)

    def measured(self):
        """Its processes live too short to be looked at: what a script of its
        own has used in so many rounds is asked of the kernel at its end."""
        script = self.spawn()
        counter = Counter(self.fleet, self.PROBE)
        rounds = self.WINDOW_SECONDS if self.count <= 100 else 1
        begun = time.monotonic()
        for i in range(rounds):
            sleep_until(begun + i * INTERVAL_SECONDS)
            self.tick(script)
        sleep_until(begun + rounds * INTERVAL_SECONDS)
        script.stdin.close()
        _, script.returncode, used = os.wait4(script.pid, 0)
        late = time.monotonic() - begun - rounds * INTERVAL_SECONDS
        probes = counter.mean() * self.count
        return Window(used.ru_utime + used.ru_stime,
                      rounds + (late if late > 0.1 else 0), probes,
                      self.count, *self.busiest())

    def busiest(self):
        """(PSS in MB, processes) where they were most, in one round."""
        script = self.spawn()
        self.tick(script)
        end = time.monotonic() + (INTERVAL_SECONDS if self.count <= 100 else 4)
        found = []
        while time.monotonic() < end:
            sizes = [memory_mb(pid, "Pss") for pid in self.members(script)]
            sizes = [size for size in sizes if size is not None]
            found.append((sum(sizes), len(sizes)))
            time.sleep(SAMPLE_SECONDS)
        return max(found)
