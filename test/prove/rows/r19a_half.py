"""Answers take half of the deadline."""
from slowed import SCENE, borne, heal

NUMBER = "19a"
TITLE = "network: latency of half a deadline"
IS_ISOLATED = True
__all__ = ["SCENE", "heal"]
expect, inject = borne(5)
