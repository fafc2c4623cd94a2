"""Real agents, as many as fit, each as on a host of its own: a run directory,
a host name, a console. They share a few Redis servers and one ZooKeeper."""
import collections
import contextlib
import os
import shutil
import signal
import socket
import time

from agent import Agent, processes, reap
from measure import cpu_ns, memory_mb, reaped_ns
from servers import private_directory, wait_for

STATE = "/redis-sentinel"
PRESENCE = "/services/redis"
CLUSTER = "fleet"
INSTANCES = 2        # of each agent
# Nodes of an agent: a state and a member for each instance, and .agent.
NODES = 2 * INSTANCES + 1
SESSION_S = 12       # the agent's own default
HEARTBEAT_S = 30     # likewise
END_SECONDS = 30
# Below the ports the kernel gives to connections, which 200 agents have many
# of: none may take a console's.
FIRST_PORT = 20000


def free_ports(count):
    """That many ports nobody listens on now."""
    found = []
    port = FIRST_PORT + os.getpid() % 5000
    while len(found) < count:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            found.append(port)
        port += 1
    return found


def settings(host, instances, port):
    return {"cluster": CLUSTER, "host": host, "interval": "10s",
            "timeout": "1s", "http": {"listen": f"127.0.0.1:{port}"},
            "publish": {"state": STATE, "heartbeat": f"{HEARTBEAT_S}s",
                        "registrations": [{"style": "compat",
                                           "path": PRESENCE,
                                           "when": "readable"}]},
            "instances": instances}


class FleetAgent(Agent):
    """Ended with the others, not alone: see Agents."""

    def __init__(self, directory, number, redises, zookeeper, port):
        self.host = f"h{number:04}"
        instances = [{"name": f"r{i}",
                      "addr": redises[(number + i) % len(redises)].addr,
                      "advertise": f"10.{number // 250}.{number % 250}.1:"
                                   f"{6379 + i}"}
                     for i in range(INSTANCES)]
        super().__init__(directory, zookeeper=zookeeper, name=self.host,
                         settings=settings(self.host, instances, port))
        self.settings["zookeeper"]["session_timeout"] = f"{SESSION_S}s"
        self.port = port

    def node(self, name):
        return f"{STATE}/{CLUSTER}/{self.host}/{name}"


class Agents:
    """All of them; `close` ends what was started and nothing else."""

    def __init__(self, count, redises, zookeeper):
        self.directory = private_directory()
        self.agents = [FleetAgent(self.directory, number, redises,
                                  zookeeper, port)
                       for number, port in enumerate(free_ports(count))]

    def __len__(self):
        return len(self.agents)

    def start(self, say):
        for number, agent in enumerate(self.agents):
            agent.spawn()
            if number % 10 == 9:
                say(f"{number + 1} of {len(self)} agents started")
        return self

    def check(self):
        """No supervisor has ended."""
        for agent in self.agents:
            if agent.process and agent.process.poll() is not None:
                raise AssertionError(f"{agent.host} ended:\n{agent.tail()}")

    # --- their processes ---------------------------------------------------
    def members(self):
        """All their processes, from one look at /proc; the dead are taken."""
        sessions = {agent.pid for agent in self.agents if agent.process}
        found = []
        for process in processes():
            if process.session not in sessions:
                continue
            if process.state in "ZX":
                if process.pid not in sessions:
                    reap(process.pid)
                continue
            found.append(process)
        return found

    def names(self):
        """How many processes of each kind."""
        return collections.Counter(member.name for member in self.members())

    def memory(self):
        """(PSS, private) of an agent's processes in MB, the mean."""
        pss, private = 0.0, 0.0
        for member in self.members():
            pss += memory_mb(member.pid, "Pss") or 0
            for word in ("Private_Clean", "Private_Dirty"):
                private += memory_mb(member.pid, word) or 0
        return pss / len(self), private / len(self)

    def cpu_seconds(self):
        """Of all, the ended ones included."""
        supervisors = [agent.pid for agent in self.agents]
        members = [member.pid for member in self.members()]
        return (cpu_ns(members) + sum(map(reaped_ns, supervisors))) / 1e9

    # --- what they wrote ---------------------------------------------------
    def log_marks(self):
        return {agent.log: os.path.getsize(agent.log)
                for agent in self.agents}

    def logged(self, marks):
        """The lines since then."""
        lines = []
        for log, mark in marks.items():
            with open(log, errors="replace") as file:
                file.seek(mark)
                lines += file.read().splitlines()
        return lines

    # --- the end -----------------------------------------------------------
    def close(self):
        """Asks all, waits for all, and kills who did not listen."""
        started = [agent for agent in self.agents if agent.process]
        for agent in started:
            with contextlib.suppress(ProcessLookupError):
                agent.signal(signal.SIGTERM)
        end = time.monotonic() + END_SECONDS
        for agent in started:
            with contextlib.suppress(Exception):
                agent.process.wait(max(0.1, end - time.monotonic()))
        with contextlib.suppress(AssertionError):
            wait_for(lambda: not self.members(), 5, "end of all agents")
        for member in self.members():
            with contextlib.suppress(ProcessLookupError):
                member.signal(signal.SIGKILL)
        for agent in started:
            agent.process.wait()
        self.members()
        shutil.rmtree(self.directory, ignore_errors=True)
