"""Answers take nine tenths of the deadline."""
from slowed import SCENE, borne, heal

NUMBER = "19b"
TITLE = "network: latency of nine tenths of a deadline"
IS_ISOLATED = True
__all__ = ["SCENE", "heal"]
expect, inject = borne(9)
