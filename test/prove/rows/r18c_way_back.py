"""A Redis hears us, and its answers vanish."""
from network import SCENE, needs
from network_rows import FROM_VICTIM, UNHEARD, mend, unreachable

NUMBER = "18c"
TITLE = "network: one-way drop, back"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend
expect, inject = unreachable(UNHEARD, lambda world: world.cut(
    world.near, "input", f"{FROM_VICTIM} drop"))
