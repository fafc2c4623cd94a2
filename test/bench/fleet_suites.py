"""What the fleet bench measures with the agents running: each function
gives back rows of (what, value, beside)."""
import collections
import contextlib
import logging
import time

from kazoo.client import KazooClient

from fleet_agents import HEARTBEAT_S, NODES, SESSION_S
from fleet_zookeeper import BACKLOG
from report import number

logging.getLogger("kazoo").setLevel(logging.CRITICAL)

SETTLE_SECONDS = 4
START_SECONDS = 180
OUTAGE_SECONDS = SESSION_S + 8
BACK_SECONDS = 90
QUIET_SECONDS = 3      # nothing moved for so long: all is back
BUCKET_S = 0.1


@contextlib.contextmanager
def observer(zookeeper):
    """A session of our own, there only while it is asked."""
    client = KazooClient(hosts=zookeeper.servers, timeout=60)
    client.start(timeout=30)
    try:
        yield client
    finally:
        client.stop()
        client.close()


def node_stats(zookeeper, agents, with_heartbeats=False):
    """path -> stat of every state node (and .agent); None: not there."""
    names = [f"r{i}" for i in range((NODES - 1) // 2)]
    names += [".agent"] if with_heartbeats else []
    paths = [agent.node(name) for agent in agents.agents for name in names]
    with observer(zookeeper) as client:
        asked = [(path, client.exists_async(path)) for path in paths]
        return {path: answer.get(timeout=30) for path, answer in asked}


def share(part, whole):
    return f"{part} of {whole}"


def milliseconds(seconds, form="{:.0f} ms"):
    return number(None if seconds is None else seconds * 1000, form)


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] \
        if ordered else None


# --- start and steady work -------------------------------------------------
def wait_all_published(site, seconds=START_SECONDS):
    """Every node of every agent stands."""
    end = time.monotonic() + seconds
    wanted = NODES * len(site.agents)
    while True:
        site.agents.check()
        there = site.zookeeper.counters()["ephemerals_count"]
        if there == wanted:
            return
        if time.monotonic() > end:
            raise AssertionError(f"{there:.0f} of {wanted} nodes stand after "
                                 f"{seconds} s")
        time.sleep(0.2)


def reads_and_writes(counters):
    """Operations on nodes, by its counters per namespace."""
    return [sum(value for key, value in counters.items()
                if key.startswith("cnt_") and key.endswith(ending))
            for ending in ("_read_per_namespace", "_write_per_namespace")]


class Reading:
    """Counters of all, at one moment."""

    def __init__(self, site):
        self.at = time.monotonic()
        self.counters = site.zookeeper.counters()
        self.zxid = site.zookeeper.zxid()
        self.agents_cpu = site.agents.cpu_seconds()
        self.server_cpu = site.zookeeper.cpu_seconds()

    def pings(self):
        reads, _ = reads_and_writes(self.counters)
        return self.counters["cnt_readlatency"] - reads


def wait_window(site, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        site.agents.check()
        time.sleep(min(1, max(0, end - time.monotonic())))


def measure_steady(site):
    """What the fleet costs while nothing happens."""
    count = len(site.agents)
    site.say(f"waiting for {NODES * count} nodes")
    wait_all_published(site)
    time.sleep(SETTLE_SECONDS)
    stats = node_stats(site.zookeeper, site.agents)
    site.zookeeper.forget_counters()
    site.say(f"steady for {site.seconds} s")
    before = Reading(site)
    wait_window(site, site.seconds)
    after = Reading(site)
    later = node_stats(site.zookeeper, site.agents)
    site.say("memory of all")
    took = after.at - before.at
    pings = (after.pings() - before.pings()) / took
    reads, _ = [(b - a) / took for a, b in
                zip(reads_and_writes(before.counters),
                    reads_and_writes(after.counters))]
    transactions = (after.zxid - before.zxid) / took
    moved = sum(later[path] is None or stats[path] is None
                or later[path].mzxid != stats[path].mzxid for path in stats)
    cpu = (after.agents_cpu - before.agents_cpu) / took
    server = (after.server_cpu - before.server_cpu) / took
    pss, private = site.agents.memory()
    names = site.agents.names()
    data = after.counters["approximate_data_size"]
    return [
        ("agents, processes of each", f"{count}, "
         f"{sum(names.values()) / count:.2f}", ""),
        ("sessions", number(after.counters["global_sessions"], "{:.0f}"),
         "one an agent"),
        ("nodes, ephemeral of them",
         f"{after.counters['znode_count']:.0f}, "
         f"{after.counters['ephemerals_count']:.0f}", f"{NODES} an agent"),
        ("bytes of nodes an agent", number(data / count, "{:.0f}"), ""),
        ("watches an agent",
         number(after.counters["watch_count"] / count), ""),
        ("pings/s", number(pings, "{:.1f}"), "sessions x 3 / "
         f"{SESSION_S} s = {count * 3 / SESSION_S:.1f}"),
        ("reads/s", number(reads, "{:.1f}"),
         "the sweep, every 30 s"),
        ("transactions/s", number(transactions),
         f"heartbeats: {count / HEARTBEAT_S:.2f}"),
        ("state nodes written in the window",
         share(moved, len(stats)), "0 while nothing changes"),
        ("server: CPU", number(100 * server, "{:.2f} %"),
         f"of one core, {1e6 * server / (pings + reads + transactions):.0f} "
         "us a request" if pings else ""),
        ("server: latency mean, longest",
         f"{after.counters['avg_latency']:.2f}, "
         f"{after.counters['max_latency']:.0f} ms", ""),
        ("server: live heap", number(site.zookeeper.heap_mb(), "{:.1f} MB"),
         "after a full collection"),
        ("CPU an agent", number(1000 * cpu / count, "{:.2f} ms/s"),
         f"all agents: {100 * cpu:.0f} % of one core"),
        ("memory an agent: PSS, private",
         f"{pss:.1f}, {private:.1f} MB", "programs' text shared by all"),
    ]


# --- outages ---------------------------------------------------------------
class Return:
    """How a fleet came back: until nothing moves any more."""

    def __init__(self, site):
        self.connections = {}
        last, since = None, time.monotonic()
        end = time.monotonic() + BACK_SECONDS
        wanted = NODES * len(site.agents)
        self.longest_ms = 0
        while time.monotonic() < end:
            time.sleep(0.25)
            site.agents.check()
            try:
                self.connections = site.zookeeper.connections()
                counters = site.zookeeper.counters()
            except OSError:
                continue
            self.longest_ms = counters["max_latency"]
            self.handshakes = counters["connection_request_count"]
            seen = (sorted(self.connections.items()),
                    counters["ephemerals_count"])
            if seen != last or seen[1] != wanted \
                    or len(self.connections) < len(site.agents):
                last, since = seen, time.monotonic()
            elif time.monotonic() - since > QUIET_SECONDS:
                return
        raise AssertionError(
            f"{len(self.connections)} of {len(site.agents)} agents are back "
            f"{BACK_SECONDS} s after the outage, with {seen[1]:.0f} of "
            f"{wanted} nodes")

    def moments(self, gone, healed):
        """Of the connections made since `gone`, in seconds from the first of
        them or from `healed`, whichever came first."""
        made = [at for at in self.connections.values() if at >= gone]
        begun = min([healed, *made])
        return [at - begun for at in made]


def busiest(moments):
    """The most in one tenth of a second."""
    buckets = collections.Counter(int(moment / BUCKET_S)
                                  for moment in moments)
    return max(buckets.values(), default=0)


def spread_words(moments):
    return (f"{milliseconds(percentile(moments, 50))} / "
            f"{milliseconds(percentile(moments, 90))} / "
            f"{milliseconds(max(moments, default=None))}")


def leavings(lines):
    """Why publishers left, counted."""
    whys = collections.Counter()
    for line in lines:
        if "event=publisher_leaves" in line:
            whys[line.partition('why="')[2].partition('"')[0]] += 1
    return ", ".join(f"{count} x {why}" for why, count
                     in whys.most_common()) or "none"


def measure_outage(site, title, fault):
    """`fault` takes ZooKeeper away and brings it back, and says when it was
    back (wall clock)."""
    site.say(title)
    agents = site.agents
    before = node_stats(site.zookeeper, agents)
    old = site.zookeeper.connections()
    marks = agents.log_marks()
    cpu, begun = agents.cpu_seconds(), time.monotonic()
    site.zookeeper.forget_counters()
    gone = time.time()
    healed = fault(site)
    outage_cpu = (agents.cpu_seconds() - cpu) / (time.monotonic() - begun)
    site.say(f"{title}: back, waiting for the agents")
    back = Return(site)
    after = node_stats(site.zookeeper, agents)
    anew = [after[path].ctime / 1000 - healed for path in after
            if not before[path] or after[path].czxid != before[path].czxid]
    kept = len(set(old) & set(back.connections))
    moments = back.moments(gone, healed)
    lines = agents.logged(marks)
    count = len(agents)
    return [
        (f"{title}: sessions kept", share(kept, count), ""),
        ("  connected again, median / 90 % / last", spread_words(moments),
         f"busiest 100 ms: {busiest(moments)} of {count}"),
        ("  nodes made anew", share(len(anew), len(after)),
         f"median / 90 % / last: {spread_words(anew)}" if anew else ""),
        ("  handshakes", f"{back.handshakes:.0f}",
         f"{back.handshakes / count:.1f} an agent"),
        ("  longest request at the server", f"{back.longest_ms:.0f} ms", ""),
        ("  agents' CPU in the outage",
         number(1000 * outage_cpu / count, "{:.2f} ms/s"), "an agent"),
        ("  log lines an agent", number(len(lines) / count, "{:.1f}"), ""),
        ("  publishers that left", leavings(lines), ""),
    ]


def killed_and_started(down_seconds, backlog=BACKLOG):
    def fault(site):
        site.zookeeper.kill()
        wait_window(site, down_seconds)
        site.zookeeper.set_backlog(backlog)
        site.zookeeper.restart()
        return time.time()
    return fault


def stopped_and_continued(seconds):
    def fault(site):
        site.zookeeper.stop()
        try:
            wait_window(site, seconds)
        finally:
            site.zookeeper.cont()
        return time.time()
    return fault


def measure_restarts(site):
    outage = min(OUTAGE_SECONDS, max(1, site.seconds))
    ways = [("killed, started at once", killed_and_started(0)),
            (f"killed, back after {outage} s", killed_and_started(outage)),
            ("the same, with ZooKeeper's default backlog of 50",
             killed_and_started(outage, None)),
            (f"stopped for {outage} s", stopped_and_continued(outage))]
    return [row for title, fault in ways
            for row in measure_outage(site, title, fault)]
