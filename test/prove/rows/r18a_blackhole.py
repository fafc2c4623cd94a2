"""Whatever is sent to a Redis vanishes, and so does what it sends."""
from network import SCENE, needs
from network_rows import FROM_VICTIM, TO_VICTIM, UNHEARD, mend, unreachable

NUMBER = "18a"
TITLE = "network: a black hole before Redis"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend


def cut(world):
    world.cut(world.near, "output", f"{TO_VICTIM} drop")
    world.cut(world.near, "input", f"{FROM_VICTIM} drop")


expect, inject = unreachable(UNHEARD, cut)
