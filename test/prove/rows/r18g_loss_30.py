"""Three packets in ten to a Redis are lost."""
from network import SCENE, needs
from network_rows import lossy, mend

NUMBER = "18g"
TITLE = "network: 30 % loss"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend
expect, inject = lossy(0, 3, 6)
