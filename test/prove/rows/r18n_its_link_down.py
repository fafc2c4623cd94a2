"""The device of a Redis' host goes down, at the far end of the way."""
from network import SCENE, needs, run
from network_rows import UNHEARD, mend, unreachable

NUMBER = "18n"
TITLE = "network: its link down"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend


def cut(world):
    with world.far.entered():
        run("ip", "link", "set", "far", "down")


expect, inject = unreachable(UNHEARD, cut)
