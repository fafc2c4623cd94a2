"""What the rows about ZooKeeper have in common: an administrator's client,
waits that are findings, and the session of our publisher in other hands."""
import contextlib
import os
import time

from kazoo.client import KazooClient

from servers import PATIENCE, wait_for


@contextlib.contextmanager
def admin(world, **options):
    """A client that may do everything, for the time of the block."""
    client = KazooClient(hosts=world.zookeeper.servers, timeout=30, **options)
    client.start(timeout=30)
    try:
        yield client
    finally:
        client.stop()
        client.close()


def path_of(world, name=None):
    """Where the node of an instance is; the victim's unless told."""
    return world.watch.node(name or world.victim).path


def replaced(world):
    """Our publisher has to be replaced: convergence counts with that."""
    world.log["marks"].add("replaced")


def in_time(world, what, seconds, predicate, begun=None):
    """A finding: it comes true so soon (counted from `begun`, or now)."""
    begun = time.monotonic() if begun is None else begun
    with contextlib.suppress(AssertionError):
        wait_for(predicate, 1.5 * seconds + 5, what)
        seen = time.monotonic() - begun
        world.check(what, True, seconds, seen)
        return True
    world.check(what, False, seconds)
    return False


def session_id(world):
    return int(world.agent.status()["zookeeper"]["session_id"], 16)


def are_ours(world, names=None, but_not=()):
    """All are up and of the living session, which is another than `but_not`.
    The watcher's word for the nodes, the agent's for its session."""
    session = session_id(world)
    events = [world.watch.node(name) for name in names or world.redis]
    return session not in but_not and all(
        event is not None and event.owner == session for event in events) \
        and all(world.watch.state(name) == "up"
                for name in names or world.redis)


def session_file(world):
    """What a successor would resume: session, password and so on."""
    with open(os.path.join(world.agent.run_dir, "session")) as file:
        return dict(line.split() for line in file)


def alarm(world, what, path):
    """The alarm of this kind about this path, or None."""
    return next((alarm for alarm in world.agent.status()["alarms"]
                 if alarm["what"] == what and alarm["path"] == path), None)


def pause(world, seconds):
    """Part of the fault itself, or the time in which nothing may happen."""
    time.sleep(seconds)


def outlive_sessions(world):
    """A session nobody kept alive is over after this; on a slow machine
    ZooKeeper itself may be late."""
    pause(world, world.promises.E * max(1, PATIENCE / 2))
