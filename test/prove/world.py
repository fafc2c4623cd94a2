"""Where a row happens: ZooKeeper, some Redis, one agent, and three logs.

A row breaks `world.victim` (or ZooKeeper, or a process of ours), says with
`expect` what must follow, mends it. The same world serves row after row, as
long as each leaves it healthy.
"""
import contextlib
import importlib
import os
import shutil
import signal
import threading
import time

from agent import BUILD, Agent
from beats import Beats
from logs import NAMES, Log
from oracle import Oracle
from promises import Promises
from servers import PATIENCE, Ensemble, Redis, ZooKeeper, private_directory, \
    wait_for
from tree import Tree
from watched import Watched

STATE = "/prove"
VICTIM = "victim"
# What the manager of services would do: the unit's Restart= and RestartSec=.
RESTART_SECONDS = 0.1
NEVER = float("inf")
END_SECONDS = 15
LOG_BYTES = 1 << 20  # of the agent's log, kept beside a broken row
TRUE = {"interval": 10.0, "timeout": 1.0, "session": 10.0, "tick": 2.0}
FAST = {"interval": 0.5, "timeout": 0.5, "session": 2.0, "tick": 0.5}


def make(scene, pace):
    """The World of this scene: the ordinary one, or the Place of the module
    that the scene names."""
    if "place" in scene:
        return importlib.import_module(scene["place"]).Place(scene, pace)
    return World(scene, pace)


class World:
    """`scene` says what a row needs beside the ordinary; see row.py. A Place
    is a World whose way to its servers is another one."""

    def __init__(self, scene, pace):
        self.stack = contextlib.ExitStack()
        self.scene = scene
        self.directory = private_directory()
        self.stack.callback(shutil.rmtree, self.directory, True)
        self.promises = Promises(
            interval=pace["interval"],
            timeout=max(pace["timeout"], scene.get("timeout", 0)),
            fall=scene.get("fall", 2),
            session=max(pace["session"], scene.get("session", 0)),
            tick=pace["tick"])
        self.victim = VICTIM
        self.log = {}
        self.is_kept = True  # a dead supervisor is started again
        self.keeping = threading.Lock()  # held while one is started
        self.expected = []
        # After close(): a complaint about the agent's end, the seconds that
        # it took, and its log.
        self.complaint, self.exit_seconds, self.agent_log = None, None, ""
        self.end = threading.Event()
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self):
        if self.scene.get("ensemble"):
            self.zookeeper = Ensemble()
        else:
            self.zookeeper = ZooKeeper(
                tick_ms=int(self.promises.tick * 1000),
                settings=self.scene.get("zookeeper", {}))
        self.stack.callback(self.zookeeper.close)
        self.zookeeper.start()
        self.redis = {}
        for number in range(self.scene.get("instances", 4)):
            name = f"calm{number}" if number else VICTIM
            self.redis[name] = self._make_redis(number)
            self.stack.callback(self.redis[name].close)
            self.redis[name].start()
        instances = {name: {"addr": redis.addr}
                     for name, redis in self.redis.items()}
        for key, value in self.scene.get("victim", {}).items():
            instances[VICTIM][key] = self._filled(value)
        self.agent = Agent(
            self.directory, instances, self._servers_of_agent(), STATE,
            {"interval": in_ms(self.promises.interval),
             "timeout": in_ms(self.promises.timeout),
             "fall": self.promises.fall, **self.scene.get("settings", {})},
            under=[self._filled(word) for word in
                   self.scene.get("under", [])])
        self.agent.settings["zookeeper"]["session_timeout"] = \
            in_ms(self.promises.session)
        for key, value in self.scene.get("environment", {}).items():
            self.agent.environment[key] = self._filled(value)
        self._prepare()
        # What a thread has started dies with it: the keeper's end comes last.
        keeper = threading.Thread(target=self._keep, daemon=True)
        keeper.start()
        self.stack.callback(keeper.join, 30)
        self.stack.callback(self.end.set)
        self.stack.callback(self._end_agent)
        self.agent.start()

    def _make_redis(self, number):
        """The victim is number 0; number 2 has a unix socket."""
        settings = self.scene.get("redis", {}) if not number else {}
        return Redis(settings, unix=number == 2)

    def _servers_of_agent(self):
        return self.zookeeper.servers

    def _prepare(self):
        """A Place's last word before the agent starts."""

    def _filled(self, value):
        if not isinstance(value, str):
            return value
        return value.format(directory=self.directory, build=BUILD,
                            port=self.redis[VICTIM].port)

    def leave_dead(self):
        """From now on a supervisor that ended is not started again."""
        with self.keeping:
            self.is_kept = False

    def close(self):
        self.leave_dead()
        self.stack.close()

    # --- what rows use ----------------------------------------------------
    @property
    def calm(self):
        """The names nobody breaks."""
        return [name for name in self.redis if name != self.victim]

    def path(self, name):
        """A file of this world's own."""
        return os.path.join(self.directory, name)

    def expect(self, names, states, within, reasons=None, by=None):
        """Each of these nodes must show one of `states` (with one of
        `reasons`) so soon: `within` is B, C, D, E, "now" or seconds, counted
        from now on or from `by`. "gone" is a state, too."""
        line = {"names": as_list(names), "states": as_list(states),
                "reasons": as_list(reasons or []), "within": within,
                "seconds": self.promises.seconds(within)}
        self.log["marks"].add("expect", by, **line)
        self.expected.append(line)

    def quiet(self, names=None):
        """From now to the end of the row: no DELETED, no new node, no other
        state. `names`: all, unless told."""
        self.log["marks"].add("quiet", names=as_list(names or
                                                     list(self.redis)))

    def exempt(self, names):
        """In this row PING does not say what these are worth: the promises
        about them are what the row expects."""
        self.log["marks"].add("exempt", names=as_list(names))

    def check(self, what, is_kept, bound=None, seen=None):
        """A finding of the row's own: a sentence, whether it held, and the
        two numbers (seconds) where it has some."""
        self.log["marks"].add("check", sentence=what, kept=bool(is_kept),
                              bound=bound, seen=seen)

    def wait_expected(self):
        """Until the watcher saw what was expected; who judges when is the
        checker, so a miss is no error here."""
        for line in self.expected:
            end = time.monotonic() + line["seconds"] * 1.5 * PATIENCE + 2
            while time.monotonic() < end and not all(
                    self.shows(name, line) for name in line["names"]):
                time.sleep(0.02)
        self.expected = []

    def shows(self, name, line):
        event = self.watch.node(name)
        if event is None:
            return "gone" in line["states"]
        node = self.watch.nodes().get(name, {})
        return node.get("state") in line["states"] and (
            not line["reasons"] or node.get("reason") in line["reasons"])

    def wait_healthy(self, seconds=60):
        """All up, all ours, every process there."""
        def is_healthy():
            status = self.agent.status()
            session = int(status["zookeeper"]["session_id"], 16)
            return (status["zookeeper"]["state"] == "steady"
                    and all(self.watch.state(name) == "up"
                            and self.watch.node(name).owner == session
                            for name in self.redis))
        wait_for(is_healthy, seconds, "health")
        self.agent.wait_settled(seconds)
        wait_for(lambda: len(self.agent.helpers("sentinel-prober")) > 1,
                 seconds, "prober at work and another in waiting")
        self.tree.look()

    def wait_recovered(self, healed, seconds=60):
        """Healthy, and each was probed well since `healed`: a node that says
        `up` may be one that was not yet told better."""
        def is_fresh():
            age_ms = (time.monotonic() - healed) * 1000
            return all((instance["last_success_ms_ago"] or NEVER) < age_ms
                       for instance in self.agent.status()["instances"]
                       if instance["name"] in self.redis)
        wait_for(is_fresh, seconds + self.promises.interval,
                 "good probe of each since it was mended")
        self.wait_healthy(seconds)
        self.watch.refresh()
        self.wait_healthy(seconds)

    def rounds(self, count):
        """Until so many more rounds are through."""
        def number():
            return self.agent.status()["round"]["number"]
        wanted = wait_for(number, 20) + count
        wait_for(lambda: number() >= wanted,
                 (count + 2) * self.promises.interval + 20, "more rounds")

    # --- the logs of one row ----------------------------------------------
    @contextlib.contextmanager
    def record(self, directory):
        """Everything inside is written down in this directory."""
        os.makedirs(directory, exist_ok=True)
        with contextlib.ExitStack() as stack:
            for name in NAMES:
                self.log[name] = Log(directory, name)
                stack.callback(self.log[name].close)
            self.watch = Watched(self.log["watch"], self.zookeeper.servers,
                                 STATE)
            stack.callback(self.watch.close)
            oracle = Oracle(self.log["oracle"], self.promises.timeout)
            stack.callback(oracle.close)
            for name, redis in self.redis.items():
                oracle.follow(name, redis.connect)
            self._listen(stack, oracle.ports)
            self.tree = Tree(self.log["tree"], lambda: self.agent.sessions)
            stack.callback(self.tree.close)
            yield

    def _listen(self, stack, ports):
        """Hears at one calm Redis, the last, when probes arrive."""
        for name in reversed(self.calm):
            if not self.redis[name].is_unix:
                beats = Beats(self.log["beats"], name,
                              self.redis[name].connect, ports.__contains__)
                stack.callback(beats.close)
                return

    # --- the manager of services ------------------------------------------
    def _keep(self):
        """Starts a supervisor again that ended without being asked to."""
        while not self.end.wait(0.02):
            process = self.agent.process
            if self.is_kept and process and process.poll() is not None:
                self.end.wait(RESTART_SECONDS)
                with self.keeping:
                    if self.is_kept:
                        self.agent.spawn()

    def _end_agent(self):
        """Asks it to end, and measures that; then looks whether all of it
        is in order."""
        members = self.agent.members()
        for member in members:
            with contextlib.suppress(ProcessLookupError):
                member.signal(signal.SIGCONT)
        try:
            if self.agent.process.poll() is None:
                self._terminate(members)
            self.agent.close()
        except AssertionError as error:
            self.complaint = f"the agent did not end in order: {error}"
        self.agent_log = self.agent.tail(LOG_BYTES)

    def _terminate(self, members):
        begun = time.monotonic()
        self.agent.signal(signal.SIGTERM)
        wait_for(lambda: not any(member.is_alive() for member in members),
                 END_SECONDS, f"end of {members}")
        self.exit_seconds = time.monotonic() - begun
        code = self.agent.wait_exit()
        assert code == 0, f"exit code {code}"


def in_ms(seconds):
    return f"{int(seconds * 1000)}ms"


def as_list(value):
    return [value] if isinstance(value, str) else list(value)
