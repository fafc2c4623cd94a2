"""What the bench measures, and with what: private servers, the bare probers,
the agent, and what the kernel counts of their processes.

CPU is the time on a processor as the kernel's scheduler counts it (schedstat,
in nanoseconds), so a window of few probes is still told exactly.
"""
import contextlib
import glob
import os
import shutil
import statistics
import subprocess
import time

from agent import BUILD, Agent
from certificates import Authority, tls_settings
from servers import Redis, die_with_parent, private_directory, wait_for

FLOOR_SETTLE_SECONDS = 1.5  # its rounds begin at whole seconds: look between
AGENT_SETTLE_SECONDS = 2
WINDOW_TRIES = 3
SERVER_NAME = "redis.bench"
NEVER = "1h"                # a deep interval no window lives to see


# --- what the kernel counts ------------------------------------------------
def cpu_ns(pids):
    """Time on a processor of all threads of these processes."""
    total = 0
    for pid in pids:
        for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
            with contextlib.suppress(OSError), open(path) as file:
                total += int(file.read().split()[0])
    return total


def reaped_ns(pid):
    """What ended children of the process have used; in ticks of 10 ms."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) * 10**9 // os.sysconf(
        "SC_CLK_TCK")


def memory_mb(pid, word, file="smaps_rollup"):
    """A line of the process' smaps_rollup or status; None if not told."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/{file}") as lines:
        for line in lines:
            if line.startswith(word + ":"):
                return int(line.split()[1]) / 1024
    return None


def total_mb(pids, word):
    sizes = [memory_mb(pid, word) for pid in pids]
    return None if None in sizes else sum(sizes)


def sleep_until(moment):
    time.sleep(max(0.0, moment - time.monotonic()))


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


# --- servers ---------------------------------------------------------------
class BenchRedis(Redis):
    """Also on a TLS port, when it is given an authority and a certificate."""

    def __init__(self, pair=None):
        super().__init__()
        self.pair = pair

    def prepare(self, is_first):
        if self.pair and is_first:
            self.settings = tls_settings(*self.pair)
        return super().prepare(is_first)


class Fleet:
    """`count` instances on that many servers, or spread over fewer."""

    def __init__(self, stack, count, servers=None, is_tls=False):
        self.count = count
        self.is_tls = is_tls
        self.authority = None
        pair = None
        if is_tls:
            directory = private_directory()
            stack.callback(shutil.rmtree, directory, True)
            self.authority = Authority(directory)
            pair = (self.authority,
                    self.authority.issue("server", dns=[SERVER_NAME]))
        self.servers = []
        for _ in range(servers or count):
            server = BenchRedis(pair)
            stack.callback(server.close)
            self.servers.append(server.start())

    def ports(self):
        return [server.settings["tls-port"] if self.is_tls else server.port
                for server in self.servers]

    def instances(self):
        """As the agent's configuration lists them."""
        ports = self.ports()
        listed = {}
        for i in range(self.count):
            instance = {"addr": f"127.0.0.1:{ports[i % len(ports)]}"}
            if self.is_tls:
                instance["tls"] = {"ca": self.authority.file,
                                   "server_name": SERVER_NAME}
            listed[f"r{i}"] = instance
        return listed


# --- the bare prober -------------------------------------------------------
def measure_floor(fleet, is_deep, seconds):
    """Nanoseconds per probe."""
    name = "floor_tls" if fleet.is_tls else "floor"
    argv = [os.path.join(BUILD, "test/bench", name)]
    argv += ["--deep"] if is_deep else []
    argv += [fleet.authority.file, SERVER_NAME] if fleet.is_tls else []
    process = subprocess.Popen(
        argv + ["1000", *[str(port) for port in fleet.ports()]],
        preexec_fn=die_with_parent)
    try:
        begun = time.monotonic() + FLOOR_SETTLE_SECONDS
        sleep_until(begun)
        before = cpu_ns([process.pid])
        sleep_until(begun + seconds)
        after = cpu_ns([process.pid])
        if process.poll() is not None:
            raise AssertionError("the floor ended early")
        return (after - before) / (seconds * fleet.count)
    finally:
        process.kill()
        process.wait()


# --- the agent -------------------------------------------------------------
@contextlib.contextmanager
def running_agent(fleet, zookeeper, interval, deep_interval, timeout="1s"):
    """An agent that has found every instance up."""
    directory = private_directory()
    agent = Agent(directory, fleet.instances(), zookeeper.servers, "/bench", {
        "interval": interval, "timeout": timeout,
        "deep_interval": deep_interval,
        "publish": {"state": "/bench", "heartbeat": 0}})
    try:
        agent.start().wait_ready()
        wait_for(lambda: all(instance["state"] == "up" for instance
                             in agent.status()["instances"]), 60, "all up")
        yield agent
    finally:
        agent.close()
        shutil.rmtree(directory, True)


def attempts(status):
    return sum(instance["counters"]["attempts"]
               for instance in status["instances"])


def measure_window(agent, zookeeper, seconds):
    """One window; None when a process was replaced in it."""
    pids = [member.pid for member in agent.members()]
    status = agent.status()
    sleep_until(time.monotonic() + 1.5
                - status["round"]["started_ms_ago"] / 1000)
    begun = time.monotonic()
    status = agent.status()
    zxid = zookeeper.zxid()
    before = cpu_ns(pids) + reaped_ns(agent.pid)
    sleep_until(begun + seconds)
    after = cpu_ns(pids) + reaped_ns(agent.pid)
    writes = zookeeper.zxid() - zxid
    ended = agent.status()
    if [member.pid for member in agent.members()] != pids:
        return None
    probes = attempts(ended) - attempts(status)
    rounds = ended["round"]["number"] - status["round"]["number"]
    return {"ns": (after - before) / probes, "pss_mb": total_mb(pids, "Pss"),
            "writes": writes / rounds, "processes": len(pids)}


def measure_agent(fleet, zookeeper, is_deep, seconds):
    """What one window of a fresh agent showed."""
    with running_agent(fleet, zookeeper, "1s",
                       "500ms" if is_deep else NEVER) as agent:
        time.sleep(AGENT_SETTLE_SECONDS - 1)
        for _ in range(WINDOW_TRIES):
            window = measure_window(agent, zookeeper, seconds)
            if window is not None:
                return window
    raise AssertionError("processes are replaced in every window")


# --- many in one round -----------------------------------------------------
def ended_round(agent, interval_s, after):
    """The first round with a number above `after`, once it is over: asked
    for in its second half, so that the asking is not in its way."""
    while True:
        told = agent.status()["round"]
        into_s = told["started_ms_ago"] / 1000
        if told["number"] > after and into_s > interval_s / 2 \
                and told["duration_ms"] is not None:
            return told
        wait_s = 0.75 * interval_s - into_s
        time.sleep(wait_s if wait_s > 0 else wait_s + interval_s)


def measure_rounds(fleet, zookeeper, is_deep, rounds, interval_s):
    """Wall times of whole rounds, and each prober's memory after them."""
    deep_interval = "1s" if is_deep else NEVER
    timeout = f"{interval_s * 750}ms"
    with running_agent(fleet, zookeeper, f"{interval_s}s", deep_interval,
                       timeout) as agent:
        number = agent.status()["round"]["number"]
        took = []
        for _ in range(rounds):
            told = ended_round(agent, interval_s, number)
            number = told["number"]
            took.append(told["duration_ms"])
        probers = [member.pid for member in agent.members()
                   if member.name == "sentinel-prober"]
        pids = [member.pid for member in agent.members()]
        return {"took_ms": took, "pss_mb": total_mb(pids, "Pss"),
                "probers": [{"pss_mb": memory_mb(pid, "Pss"),
                             "rss_mb": memory_mb(pid, "Rss"),
                             "peak_mb": memory_mb(pid, "VmHWM", "status")}
                            for pid in probers]}
