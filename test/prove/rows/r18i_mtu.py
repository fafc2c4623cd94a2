"""The way to a Redis takes small packets only, and says so."""
from network import SCENE, needs, run
from network_rows import ROUNDS, mend

NUMBER = "18i"
TITLE = "network: a smaller MTU"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend


def expect(world):
    world.quiet()


def inject(world):
    run("ip", "link", "set", "near", "mtu", "576")
    world.rounds(ROUNDS)
