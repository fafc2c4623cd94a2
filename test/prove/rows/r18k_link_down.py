"""Our own device towards a Redis goes down: that is no evidence about it."""
from network import SCENE, needs, run
from network_rows import mend, unreachable

NUMBER = "18k"
TITLE = "network: our link down"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend
expect, inject = unreachable(
    ["agent"], lambda world: run("ip", "link", "set", "near", "down"),
    states="unknown")
