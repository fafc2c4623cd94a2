"""Each packet to and from a Redis is lost by chance, three in ten: two
probes in a row may well be lost, so this one may be called down; it may not
be called so for longer than it lasts, and nobody else may."""
from network import SCENE, needs
from network_rows import FROM_VICTIM, ROUNDS, TO_VICTIM, mend

NUMBER = "18h"
TITLE = "network: 30 % loss by chance, both ways"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend


def expect(world):
    world.quiet(world.calm)
    world.exempt([world.victim])


def inject(world):
    for hook, packets in (("output", TO_VICTIM), ("input", FROM_VICTIM)):
        world.cut(world.near, hook,
                  f"{packets} numgen random mod 10 < 3 counter drop")
    world.rounds(ROUNDS)
    taken = world.dropped()
    world.check(f"{taken} packets were lost", taken > 0)
