"""The rows about a broken way to one Redis, or to ZooKeeper."""
from network import AGENTS_ZOOKEEPER, FAR, ORACLE

TO_VICTIM = f"ip daddr {FAR}"
FROM_VICTIM = f"ip saddr {FAR}"
TO_ZOOKEEPER = f"ip daddr {AGENTS_ZOOKEEPER}"
FROM_ZOOKEEPER = f"ip saddr {AGENTS_ZOOKEEPER}"
ROUNDS = 8
# How a connection that is not even refused is told; the first of them may
# have been under way.
UNHEARD = ["timeout", "backlog"]


def mend(world):
    world.mend()


def unreachable(reasons, cut, states="down"):
    """expect and inject of a row in which the victim cannot be reached."""
    def expect(world):
        world.quiet(world.calm)
        # That it is not `up` is due within B, and checked of every row; a host
        # short of CPU may say `unknown` before it knows better.
        world.expect(world.victim, states, 2 * world.promises.B, reasons)
    return expect, cut


def lossy(*drops):
    """expect and inject of a row in which packets to the victim are lost, by
    a pattern that never takes two in a row: with fall 2 nobody notices. What
    opens a connection is counted apart, for its loss costs the probe. The
    oracle is spared, as its packets would disturb the pattern."""
    lost = ", ".join(map(str, drops))
    rules = [f"meta mark {ORACLE} accept"]
    rules += [f"{TO_VICTIM} tcp flags & syn {opens} syn numgen inc mod 10 "
              f"{{ {lost} }} counter drop" for opens in ("==", "!=")]

    def expect(world):
        world.quiet()

    def inject(world):
        world.cut(world.near, "output", *rules)
        world.rounds(ROUNDS)
        taken = world.dropped()
        world.check(f"{taken} packets were lost", taken > 0)
    return expect, inject
