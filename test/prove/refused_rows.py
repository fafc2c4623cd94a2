"""ZooKeeper refuses what we write: told of, probed on, tried again with pauses
that grow, and nobody else is held up."""
from zookeeper_rows import alarm, are_ours, in_time, path_of

TOLD_SECONDS = 3
ROUNDS = 6
# In six rounds of half a second, or of ten, a write is tried so often at most
# when its pauses double up to 30 s; each try is a transaction or two, and the
# host's own node is written now and then.
TRANSACTIONS_MOST = 30
RETRY_SECONDS = 30


def injected(world, path=None):
    """The findings while a write to the victim's node is refused."""
    path = path or path_of(world)
    in_time(world, "the alarm names it", TOLD_SECONDS,
            lambda: alarm(world, "write_refused", path))
    before = world.zookeeper.zxid()
    counted = probes(world)
    world.rounds(ROUNDS)
    tries = world.zookeeper.zxid() - before
    world.check(f"{tries} transactions in {ROUNDS} rounds, few enough",
                tries <= TRANSACTIONS_MOST)
    world.check("probing goes on", all(
        now > then for now, then in zip(probes(world), counted)))


def probes(world):
    return [instance["counters"]["rounds"]
            for instance in world.agent.status()["instances"]]


def healed(world, path):
    """It is tried again at the next of its pauses."""
    in_time(world, "written at the next try", RETRY_SECONDS,
            lambda: are_ours(world))
    in_time(world, "the alarm is over", world.promises.C,
            lambda: not alarm(world, "write_refused", path))
