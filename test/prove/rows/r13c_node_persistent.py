"""Somebody puts a persistent node where ours was."""
from foreign_rows import heal, inject

NUMBER = "13c"
TITLE = "ZooKeeper: node made persistent by a stranger"
__all__ = ["heal", "inject"]
