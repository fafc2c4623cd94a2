"""A router says that the host of a Redis cannot be reached."""
from network import SCENE, needs
from network_rows import UNHEARD, mend, unreachable

NUMBER = "18e"
TITLE = "network: host unreachable"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend
expect, inject = unreachable(UNHEARD, lambda world: world.cut(
    world.far, "input",
    "ip protocol tcp reject with icmp type host-unreachable"))
