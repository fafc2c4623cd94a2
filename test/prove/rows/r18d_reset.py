"""A firewall answers for a Redis: with a reset."""
from network import SCENE, needs
from network_rows import mend, unreachable

NUMBER = "18d"
TITLE = "network: RST"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend
expect, inject = unreachable(["refused", "reset"], lambda world: world.cut(
    world.far, "input", "ip protocol tcp reject with tcp reset"))
