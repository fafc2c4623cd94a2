"""Another client takes our session and closes it: all nodes go at once."""
import signal
import time

from kazoo.client import KazooClient

from zookeeper_rows import are_ours, in_time, replaced, session_file, \
    session_id

NUMBER = "12"
TITLE = "ZooKeeper: our session ended by another client"
BACK_SECONDS = 2


def inject(world):
    before = session_id(world)
    kept = session_file(world)
    publisher = world.agent.helper("sentinel-publisher")
    publisher.signal(signal.SIGSTOP)  # else it takes its session back
    thief = KazooClient(hosts=world.zookeeper.servers, client_id=(
        int(kept["session"], 16), bytes.fromhex(kept["password"])))
    thief.start(timeout=20)
    thief.stop()
    begun = time.monotonic()
    thief.close()
    publisher.signal(signal.SIGCONT)
    replaced(world)
    in_time(world, "all nodes are back under a new session", BACK_SECONDS,
            lambda: are_ours(world, but_not=[before]), begun)
