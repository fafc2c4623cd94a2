"""What is sent to a Redis vanishes; it could still speak to us."""
from network import SCENE, needs
from network_rows import TO_VICTIM, UNHEARD, mend, unreachable

NUMBER = "18b"
TITLE = "network: one-way drop, there"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend
expect, inject = unreachable(UNHEARD, lambda world: world.cut(
    world.near, "output", f"{TO_VICTIM} drop"))
