"""The scripted round that each failing call is set into, and what must hold
after it: start, two rounds, the death and return of a Redis, a reload, SIGTERM.

A supervisor that ends meanwhile is started again, as systemd would. While
something fails nothing is required but that it goes on: each step is given
its time and then the next one comes. Afterwards all must be as if nothing had
been: see Round.recover.
"""
import contextlib
import os
import re
import shutil
import signal
import time

from agent import BUILD, Agent, Process
from servers import PATIENCE, Redis, private_directory, wait_for
from watch import Watch

PRELOAD = os.path.join(BUILD, "test", "fault", "torture.so")
# What a step is given while calls fail; it is not required to succeed.
STEP_SECONDS = 1.0
RESTART_SECONDS = 0.1   # as the unit's RestartSec
CONVERGE_SECONDS = 30
# What is promised, and what a busy machine may add to it.
END_SECONDS = 2.0 + 2.0 * PATIENCE
# Documented ways to leave: all right, or said why not.
EXITS = (0, 64, 69, 70, 71, 73, 75, 78)
# Ways that need no word: libuv's, where it is refused what it cannot do
# without, and ours, before main() has taken the signals over.
MUTE_ENDS = (0, -signal.SIGABRT, -signal.SIGTERM, -signal.SIGHUP)
# Kept for a successor when the nodes could not be withdrawn in time.
KEPT = {"board", "session"}
LINES_MOST = 2000       # of one round; a spin says thousands a second
ENDING = re.compile(r'helper=(\w+) pid=\d+ how="(died of SIG\w+)"')


class Fault(Exception):
    """Something that must not be."""


def soon(predicate, seconds=STEP_SECONDS):
    """Whether it came true in that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, KeyError, ValueError):
            if predicate():
                return True
        time.sleep(0.02)
    return False


def demand(predicate, seconds, what):
    try:
        return wait_for(predicate, seconds, what)
    except AssertionError as error:
        raise Fault(str(error)) from None


class Bench:
    """What rounds need and is made once for many: two Redis servers, one of
    them with a password, a watcher of a tree of its own."""

    def __init__(self, zookeeper, number):
        self.zookeeper = zookeeper
        self.directory = private_directory()
        self.state = f"/torture/{number}"
        self.password = os.path.join(self.directory, "password")
        with open(os.open(self.password, os.O_CREAT | os.O_WRONLY, 0o600),
                  "w") as file:
            file.write("open sesame\n")
        self.redis = {"one": Redis({"requirepass": '"open sesame"'}),
                      "two": Redis(unix=True)}
        for server in self.redis.values():
            server.start()
        self.watch = Watch(zookeeper.servers, self.state)

    def make_agent(self):
        return Agent(
            self.directory, zookeeper=self.zookeeper.servers,
            state=self.state, instances={
                "one": {"addr": self.redis["one"].addr,
                        "password_file": self.password},
                "two": self.redis["two"]},
            settings={"interval": "200ms", "timeout": "300ms",
                      "zookeeper": {"servers": self.zookeeper.servers,
                                    "session_timeout": "3s"}})

    def close(self):
        self.watch.close()
        for server in self.redis.values():
            server.close()
        shutil.rmtree(self.directory, ignore_errors=True)


class Round:
    """One scripted round on a bench; `page` says what fails in it."""

    def __init__(self, bench, page):
        self.bench = bench
        self.page = page
        self.agent = bench.make_agent()
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        self.agent.environment.update({
            "LD_PRELOAD": PRELOAD, "TORTURE": page.path,
            "ASAN_OPTIONS": sanitizer + ":verify_asan_link_order=0"
                                        ":detect_leaks=0"})
        self.ends = []   # (code, what it had said) of supervisors

    # --- while it fails ---------------------------------------------------
    def keep_running(self):
        """As systemd would: one that ended is noted and started again."""
        process = self.agent.process
        if process is not None and process.poll() is None:
            return
        if process is not None:
            self.ends.append(process.returncode)
            time.sleep(RESTART_SECONDS)
        self.agent.spawn()

    def step(self, predicate):
        """Gives it its time, and keeps the agent running meanwhile."""
        def look():
            self.keep_running()
            return predicate()
        return soon(look)

    def says(self, name, state):
        return lambda: self.bench.watch.state(name) == state

    def rounds_pass(self):
        first = self.agent.status()["round"]["number"]
        return self.step(
            lambda: self.agent.status()["round"]["number"] >= first + 2)

    def play(self):
        """Everything but the end."""
        one = self.bench.redis["one"]
        self.step(lambda: self.says("one", "up")()
                  and self.says("two", "up")())
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.rounds_pass()
        one.kill()
        self.step(self.says("one", "down"))
        one.restart()
        self.step(self.says("one", "up"))
        self.keep_running()
        with contextlib.suppress(ProcessLookupError):
            self.agent.signal(signal.SIGHUP)
        self.step(lambda: "event=reloaded" in self.agent.tail())

    def end(self):
        """SIGTERM to the last process gone, in time, whatever fails."""
        self.keep_running()
        begun = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            self.agent.signal(signal.SIGTERM)
        if not soon(lambda: not self.agent.members(), END_SECONDS):
            raise Fault(f"{self.agent.members()} alive "
                        f"{time.monotonic() - begun:.1f} s after SIGTERM")
        self.ends.append(self.agent.process.wait())

    # --- afterwards -------------------------------------------------------
    def recover(self, baseline):
        """Nothing fails any more: everything stands in its time, nothing has
        leaked, the end is clean and leaves nothing."""
        agent = self.agent
        for name in self.bench.redis:
            self.converge(self.says(name, "up"), f"{name} up")
        self.converge(lambda: agent.request("/readyz")[0] == 200, "readiness")
        agent.wait_settled(CONVERGE_SECONDS)
        self.converge(lambda: self.has_shrunk(baseline),
                      "return to what an undisturbed round takes")
        agent.signal(signal.SIGTERM)
        code = agent.wait_exit(30)
        if code != 0:
            raise Fault(f"exit code {code} of a healthy end")
        demand(lambda: not agent.members(), 10, "end of the last process")
        demand(lambda: not self.bench.watch.nodes(), 15, "end of the nodes")
        strange = set(os.listdir(agent.run_dir)) - baseline["files"] - KEPT
        if strange:
            raise Fault(f"left in the run directory: {strange}")

    def converge(self, predicate, what):
        """A supervisor may still die of what failed a moment ago."""
        def look():
            self.keep_running()
            return predicate()
        demand(look, CONVERGE_SECONDS, what)

    def has_shrunk(self, baseline):
        """Nothing is there too much: else a ValueError says what."""
        tasks = self.agent.get("/tasks")["tasks"]
        now = {"descriptors": Process(self.agent.pid).descriptors(),
               "zombies": sum(task["kind"] == "zombie" for task in tasks),
               "processes": len(self.agent.members())}
        for key, number in now.items():
            if number > baseline[key]:
                raise ValueError(f"{number} {key}, not {baseline[key]}")
        return True

    def judge(self, call):
        """What it said and how it ended meanwhile."""
        text = self.agent.tail(1 << 20)
        self.agent.assert_clean()
        if text.count("\n") > LINES_MOST:
            raise Fault(f"{text.count(chr(10))} lines of log")
        for code in self.ends:
            if code not in EXITS + MUTE_ENDS:
                raise Fault(f"the supervisor ended with {code}")
            if code not in MUTE_ENDS and call != "write" and not text:
                raise Fault(f"the supervisor left with {code} and no word")

    def deaths(self):
        """Each helper that died of a signal of its own, and each supervisor
        that was aborted: for the summary."""
        found = [f"{helper} {how}" for helper, how
                 in ENDING.findall(self.agent.tail(1 << 20))
                 if "SIGKILL" not in how]
        return found + ["supervisor died of SIGABRT"
                        for code in self.ends if code == -signal.SIGABRT]

    def close(self):
        self.page.heal()
        agent = self.agent
        for member in agent.members():
            with contextlib.suppress(ProcessLookupError):
                member.signal(signal.SIGKILL)
        if agent.process is not None:
            agent.process.wait()
        soon(lambda: not agent.members(), 10)
        shutil.rmtree(agent.run_dir, ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(agent.log)


def measure(bench, page):
    """A round in which nothing fails: (the baseline, what was called how
    often)."""
    round_ = Round(bench, page)
    page.order("supervisor", "memory", 0, False)
    try:
        round_.play()
        round_.agent.wait_settled(CONVERGE_SECONDS)
        demand(round_.says("one", "up"), CONVERGE_SECONDS, "one up")
        baseline = {
            "descriptors": Process(round_.agent.pid).descriptors() + 2,
            "zombies": 0, "processes": len(round_.agent.members())}
        round_.end()
        demand(lambda: not bench.watch.nodes(), 15, "end of the nodes")
        baseline["files"] = set(os.listdir(round_.agent.run_dir))
        return baseline, page.counts()
    finally:
        round_.close()


def torture(bench, page, case, baseline):
    """One case: (whether its call was reached, deaths). Raises Fault."""
    page.order(case.program, case.call, case.nth, case.ever)
    round_ = Round(bench, page)
    try:
        round_.play()
        if case.ever or page.failed() == 0:
            round_.end()
        has_failed = page.failed() > 0
        page.heal()
        round_.recover(baseline)
        round_.judge(case.call)
        return has_failed, round_.deaths()
    except (AssertionError, OSError, Fault) as error:
        raise Fault(f"{error}\n{round_.agent.tail(5000)}") from None
    finally:
        round_.close()
