"""Somebody puts a node with children where ours was."""
import foreign_rows
from foreign_rows import heal

NUMBER = "13d"
TITLE = "ZooKeeper: node given children by a stranger"
__all__ = ["heal"]


def inject(world):
    foreign_rows.inject(world, children=["one", "two"])
