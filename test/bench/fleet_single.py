"""What the fleet bench measures of one agent, or of none: latencies, a
thousand instances, bare sessions. Rows of (what, value, beside)."""
import contextlib
import datetime
import json
import os
import re
import shutil
import signal
import time

from agent import Agent
from fleet_suites import milliseconds, observer, percentile, share
from fleet_wire import Crowd, Session, end_session
from fleet_zookeeper import BACKLOG, FleetZooKeeper
from measure import median
from report import number
from servers import Redis, private_directory, wait_for

RESUMED_AGENTS = 10
CLAIM_SERVERS = 8
CLAIM_TURNS = 3
THOUSAND = 1000
THOUSAND_SERVERS = 4
EXPIRIES = 5
STATE = "/thousand"
NODE_BYTES = 420      # about what a state node has
SESSIONS = 5000
SESSION_NODES = 5     # as many as an agent with two instances has
SESSION_MS = 60000
PING_BURSTS = 10
LOGGED = re.compile(r"^ts=(\S+) .*event=(\w+)(.*)$")


# --- one agent beside its servers ------------------------------------------
@contextlib.contextmanager
def private_zookeeper():
    zookeeper = FleetZooKeeper()
    try:
        yield zookeeper.start()
    finally:
        zookeeper.close()


@contextlib.contextmanager
def private_agent(zookeeper, servers, instances, interval):
    """(agent, its Redis servers), every instance up."""
    with contextlib.ExitStack() as stack:
        redises = []
        for _ in range(servers):
            redis = Redis()
            stack.callback(redis.close)
            redises.append(redis.start())
        directory = private_directory()
        stack.callback(shutil.rmtree, directory, True)
        agent = Agent(directory,
                      {f"r{i}": redises[i % servers]
                       for i in range(instances)},
                      zookeeper.servers, STATE,
                      {"interval": interval, "timeout": "1s",
                       "publish": {"state": STATE, "heartbeat": 0}})
        stack.callback(agent.close)
        agent.start().wait_ready(60)
        wait_for(lambda: all(instance["state"] == "up" for instance
                             in agent.status()["instances"]), 60, "all up")
        yield agent, redises


def logged(agent, event, since=0.0, words=""):
    """When the agent first logged that after `since`, wall clock."""
    with open(agent.log, errors="replace") as file:
        for line in file:
            found = LOGGED.match(line)
            if not found or found.group(2) != event \
                    or words not in found.group(3):
                continue
            at = datetime.datetime.fromisoformat(
                found.group(1).replace("Z", "+00:00")).timestamp()
            if at >= since:
                return at
    return None


def wait_logged(agent, event, since, words=""):
    return wait_for(lambda: logged(agent, event, since, words), 30,
                    f"{event} {words} in {agent.log}")


# --- resume ----------------------------------------------------------------
def resume_seconds(agent):
    """kill -9 of its publisher: from there to its successor's steady."""
    publisher = agent.helper("sentinel-publisher")
    killed = int(time.time() * 1000) / 1000
    publisher.signal(signal.SIGKILL)
    connected = wait_logged(agent, "session_connected", killed) - killed
    return connected, wait_logged(agent, "session_state", killed,
                                  "to=steady") - killed


def resume_rows(what, agents, paths, zookeeper):
    with observer(zookeeper) as client:
        before = [client.exists(path) for path in paths]
        took = [resume_seconds(agent) for agent in agents]
        after = [client.exists(path) for path in paths]
    same = sum(a is not None and (a.czxid, a.version)
               == (b.czxid, b.version) for a, b in zip(after, before))
    steady = [seconds for _, seconds in took]
    return [
        (f"publisher killed, {what}: steady, median, worst",
         f"{milliseconds(median(steady))}, {milliseconds(max(steady))}",
         f"connected {milliseconds(median([c for c, _ in took]))}; "
         f"{len(took)} kills"),
        ("  nodes untouched (same czxid, same version)",
         share(same, len(paths)), "")]


def measure_resume(site):
    site.say("killing publishers")
    agents = site.agents.agents[:RESUMED_AGENTS]
    return resume_rows("2 instances", agents,
                       [agent.node(name) for agent in agents
                        for name in ("r0", "r1")], site.zookeeper)


# --- claim to node ---------------------------------------------------------
def claim_turn(watcher, redis, path):
    """Seconds from the kill and from the decision to the event."""
    watcher.get(path, is_watched=True)
    killed = time.time()
    redis.kill()
    came = watcher.wait_event(30)
    node = json.loads(watcher.get(path))
    if node["state"] != "down":
        raise AssertionError(f"killed, but its node says {node['state']}")
    return came - killed, came - node["since"] / 1000


def floor_turn(watcher, writer, path, number_):
    """A bare client's write, from its call to the watcher's event."""
    watcher.get(path, is_watched=True)
    begun = time.time()
    writer.set(path, b"%d" % number_)
    return watcher.wait_event(30) - begun


def measure_claims(site):
    """A Redis is killed, a bare watcher waits for its node's event."""
    site.say(f"claim to node: {CLAIM_SERVERS} Redis")
    turns, floors = [], []
    with private_zookeeper() as zookeeper, private_agent(
            zookeeper, CLAIM_SERVERS, CLAIM_SERVERS, "1s") as (_, redises):
        watcher = Session(zookeeper.address, SESSION_MS)
        writer = Session(zookeeper.address, SESSION_MS)
        writer.make("/floor")
        for turn in range(CLAIM_TURNS):
            for i, redis in enumerate(redises):
                site.say(f"claim to node: kill "
                         f"{turn * len(redises) + i + 1} of "
                         f"{CLAIM_TURNS * len(redises)}")
                path = f"{STATE}/test/h1/r{i}"
                turns.append(claim_turn(watcher, redis, path))
                floors.append(floor_turn(watcher, writer, "/floor", i))
                redis.restart()
                wait_for(lambda: json.loads(
                    watcher.get(path))["state"] == "up", 30, "up again")
                writer.get("/floor")  # keeps its session
        watcher.end()
        writer.end()
    claims = [seconds for _, seconds in turns]
    kills = [seconds for seconds, _ in turns]
    ratio = median([c / f for c, f in zip(claims, floors)])
    return [
        ("decision to event: median, worst",
         f"{milliseconds(median(claims), '{:.1f} ms')}, "
         f"{milliseconds(max(claims), '{:.1f} ms')}",
         f"{len(claims)} kills; `since` counts whole milliseconds"),
        ("a bare client's write to event: median, worst",
         f"{milliseconds(median(floors), '{:.1f} ms')}, "
         f"{milliseconds(max(floors), '{:.1f} ms')}",
         f"ours / bare: {number(ratio)}"),
        ("kill -9 of Redis to event: median, worst",
         f"{milliseconds(median(kills))}, {milliseconds(max(kills))}",
         "with a round each second")]


# --- a thousand instances --------------------------------------------------
def floor_seconds(address, turn, at_once):
    """A bare client makes a thousand nodes, in transactions of 100."""
    session = Session(address, SESSION_MS)
    session.make("/floor")
    paths = [f"/floor/{turn}-{i}" for i in range(THOUSAND)]
    begun = time.monotonic()
    session.make_many(paths, b"x" * NODE_BYTES, at_once)
    took = time.monotonic() - begun
    session.end()
    return took


def identity(agent):
    with open(os.path.join(agent.run_dir, "session")) as file:
        saved = dict(line.split() for line in file)
    return int(saved["session"], 16), bytes.fromhex(saved["password"])


def made_moments(zookeeper):
    """When each state node was made, by the server's clock."""
    directory = f"{STATE}/test/h1"
    with observer(zookeeper) as client:
        asked = [client.exists_async(f"{directory}/r{i}")
                 for i in range(THOUSAND)]
        stats = [answer.get(timeout=30) for answer in asked]
    return [stat.ctime / 1000 for stat in stats if stat]


def expiry_turn(agent, zookeeper):
    """(first, last node back, transactions) after the session was ended by
    another client."""
    watcher = Session(zookeeper.address, SESSION_MS)
    watcher.get(f"{STATE}/test/h1/r0", is_watched=True)
    zxid = zookeeper.zxid()
    end_session(zookeeper.address, identity(agent))
    gone = watcher.wait_event(10)
    wait_logged(agent, "session_state", gone, "to=steady")
    transactions = zookeeper.zxid() - zxid - 1  # the end's own
    watcher.end()
    made = made_moments(zookeeper)
    if len(made) != THOUSAND or min(made) < gone - 0.1:
        raise AssertionError("the nodes of an ended session still stand")
    return min(made) - gone, max(made) - gone, transactions


def wait_still(zookeeper, seconds):
    """The transaction number once it has not moved for so long."""
    last, since = zookeeper.zxid(), time.monotonic()
    while time.monotonic() - since < seconds:
        time.sleep(0.1)
        now = zookeeper.zxid()
        if now != last:
            last, since = now, time.monotonic()
    return last


def states(agent, state):
    return sum(instance["state"] == state
               for instance in agent.status()["instances"])


def changed_round(agent, zookeeper, redises):
    """(transactions, seconds from the first to the last) of a thousand
    changed claims: all their servers are stopped in one moment, so that the
    outcomes come with the next round."""
    before = wait_still(zookeeper, 2)
    for redis in redises:
        redis.stop()
    try:
        wait_for(lambda: states(agent, "down") == THOUSAND, 90, "all down")
        zxid = wait_still(zookeeper, 2)
        with observer(zookeeper) as client:
            moved = [client.exists(f"{STATE}/test/h1/r{i}").mtime / 1000
                     for i in range(0, THOUSAND, 10)]
    finally:
        for redis in redises:
            redis.cont()
    wait_for(lambda: states(agent, "up") == THOUSAND, 60, "all up again")
    return zxid - before, max(moved) - min(moved)


def measure_thousand(site):
    with private_zookeeper() as zookeeper:
        site.say("bare clients making 1,000 nodes, five times")
        floor_seconds(zookeeper.address, "warm", 100)
        floors = [floor_seconds(zookeeper.address, turn, 100)
                  for turn in range(EXPIRIES)]
        site.say("1,000 instances in one agent")
        with private_agent(zookeeper, THOUSAND_SERVERS, THOUSAND,
                           "10s") as (agent, redises):
            turns = []
            for turn in range(EXPIRIES):
                site.say(f"expiry {turn + 1} of {EXPIRIES}")
                turns.append(expiry_turn(agent, zookeeper))
                time.sleep(1.5)  # lives that count as ones that worked
            site.say("resume of 1,000")
            resumed = resume_rows(
                "1,000 instances", [agent],
                [f"{STATE}/test/h1/r{i}" for i in range(THOUSAND)],
                zookeeper)
            site.say("a round in which 1,000 change")
            changed, spread = changed_round(agent, zookeeper, redises)
    firsts, lasts, transactions = zip(*turns)
    return [
        ("1,000 nodes back after an expiry: median, worst",
         f"{milliseconds(median(lasts))}, {milliseconds(max(lasts))}",
         f"first node {milliseconds(median(firsts))}; {len(turns)} expiries"),
        ("a bare client makes 1,000: median, worst",
         f"{milliseconds(median(floors))}, {milliseconds(max(floors))}",
         f"ours / bare: {number(median(lasts) / median(floors))}"),
        ("transactions for it", f"{median(transactions):.0f}",
         "with the new session; 10 of 100 at best"),
        ("1,000 claims changed: transactions", f"{changed}",
         f"10 at best; written within {milliseconds(spread)}"),
        *resumed]


# --- bare sessions ---------------------------------------------------------
def session_paths(crowd):
    for i, session in enumerate(crowd.sessions):
        yield session, [f"/bare/h{i}-{j}" for j in range(SESSION_NODES)]


def ping_seconds(crowd, zookeeper):
    """CPU of the server for one ping of many."""
    before = zookeeper.cpu_seconds()
    for _ in range(PING_BURSTS):
        crowd.ping_due(silent_s=0)
    return ((zookeeper.cpu_seconds() - before)
            / (PING_BURSTS * len(crowd.sessions)))


def fill(crowd):
    """Each makes an agent's nodes and watches them; the seconds it took."""
    crowd.sessions[0].make("/bare")
    begun = time.monotonic()
    for number_, (session, paths) in enumerate(session_paths(crowd)):
        if number_ % 500 == 0:
            crowd.ping_due()
        session.make_many(paths, b"x" * NODE_BYTES)
        for path in paths:
            session.get(path, is_watched=True)
        session.pinged = time.monotonic()
    return time.monotonic() - begun


def reconnect(crowd, zookeeper, backlog):
    """All connections lost, the server new: sessions resumed in a second,
    asked for as fast as one client can."""
    identities = [session.identity for session in crowd.sessions]
    crowd.close()
    zookeeper.set_backlog(backlog)
    zookeeper.restart()
    begun = time.monotonic()
    crowd.resume(identities)
    return len(identities) / (time.monotonic() - begun)


def kilobytes(more, less, hosts):
    """Of heap, for each."""
    return number(None if more is None or less is None
                  else (more - less) * 1024 / hosts, "{:.1f} KB")


def measure_sessions(site):
    count = SESSIONS if site.seconds >= 10 else 100
    with private_zookeeper() as zookeeper:
        crowd = Crowd(zookeeper.address, SESSION_MS)
        crowd.open(count // 10)   # its code compiled, its tables there
        empty = zookeeper.heap_mb()
        site.say(f"opening {count} sessions")
        opened = crowd.open(count)
        held = zookeeper.heap_mb()
        site.say("pings")
        ping = ping_seconds(crowd, zookeeper)
        site.say(f"{SESSION_NODES} nodes for each")
        filled = fill(crowd)
        full = zookeeper.heap_mb()
        total = len(crowd.sessions)
        site.say("server killed and started; resuming all")
        resumed = [reconnect(crowd, zookeeper, backlog)
                   for backlog in (BACKLOG, None)]
        snapshot = zookeeper.counters()["max_snapshottime"]
        crowd.close()
    return [
        (f"{count} sessions opened", f"{count / opened:.0f}/s",
         "a transaction each"),
        ("heap a session", kilobytes(held, empty, count), "with its socket"),
        (f"heap for {SESSION_NODES} nodes and watches",
         kilobytes(full, held, total), f"{NODE_BYTES} bytes a node"),
        ("server's CPU a ping", f"{ping * 1e6:.0f} us",
         "of one core, in bursts"),
        (f"{SESSION_NODES} nodes made and watched", f"{total / filled:.0f}/s",
         "one host after another"),
        (f"{total} sessions resumed", f"{resumed[0]:.0f}/s",
         f"clientPortListenBacklog={BACKLOG}"),
        ("  the same with ZooKeeper's default", f"{resumed[1]:.0f}/s",
         "50 may wait to be accepted, who comes then tries again in 1 s"),
        ("snapshot at its start", f"{snapshot:.0f} ms",
         f"{total * SESSION_NODES} nodes")]
