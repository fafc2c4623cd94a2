"""One packet in ten to a Redis is lost."""
from network import SCENE, needs
from network_rows import lossy, mend

NUMBER = "18f"
TITLE = "network: 10 % loss"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend
expect, inject = lossy(0)
