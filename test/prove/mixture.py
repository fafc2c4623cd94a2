"""A random mixture of one to three rows, made by a seed: the same seed is
the same mixture, with the same pauses between its faults.

Rows of Redis break a server each, its own `world.victim`; of every other
chapter of the fault table a mixture takes one row at most, so that none
breaks or mends what another broke.
"""
import time
from random import Random
from types import SimpleNamespace

from row import replay

MOST = 3
VICTIMS = ("victim", "calm1", "calm3")  # those with a port
LEAST_SECONDS = 2   # pauses, between two faults and before mending, are
PAUSE_ROUNDS = 1.5  # between none and so many rounds, if that is more


class Part:
    """A row, and the server that it may break."""

    def __init__(self, row, victim):
        self.row = row
        self.victim = victim

    def inject(self, world):
        world.victim = self.victim
        self.row.inject(world)

    def heal(self, world):
        world.victim = self.victim
        self.row.heal(world)


def choose(able, random):
    """So many rows that get along."""
    chosen = []
    for row in random.sample(able, len(able)):
        if row.LAYER == "Redis" or row.LAYER not in {
                other.LAYER for other in chosen}:
            chosen.append(row)
    return chosen[:random.randint(1, MOST)]


def rest(world, part):
    """Part of the seed, not a wait for anything."""
    time.sleep(part * max(LEAST_SECONDS,
                          PAUSE_ROUNDS * world.promises.interval))


def make(rows, seed):
    """The mixture of this seed, as a row. Rows that need a scene of their
    own are left out: all of it happens in one world."""
    random = Random(seed)
    able = [row for row in rows if row.IS_MIXABLE and not row.SCENE
            and row.needs() is None]
    parts = [Part(row, victim) for row, victim
             in zip(choose(able, random), VICTIMS)]
    pauses = [random.random() for _ in range(2 * len(parts))]
    order = random.sample(parts, len(parts))

    def inject(world):
        for part, pause in zip(parts, pauses):
            part.inject(world)
            rest(world, pause)

    def heal(world):
        """All of them are mended, whatever happens to one."""
        trouble = None
        for part, pause in zip(order, pauses[len(parts):]):
            rest(world, pause)
            try:
                part.heal(world)
            except Exception as error:
                trouble = error
        world.victim = VICTIMS[0]
        if trouble:
            raise trouble

    return SimpleNamespace(
        name=f"mix{seed:05}", NUMBER=f"seed {seed}", SCENE={},
        TITLE=" + ".join(part.row.TITLE for part in parts),
        PARTS=[part.row.name for part in parts], LAYER="mixtures",
        FAULTS=len(parts), IS_SPENT=False, IS_ISOLATED=False, IS_FAST=True,
        IS_ALONE=False,
        needs=lambda: None, inject=inject, heal=heal,
        expect=lambda world: None,
        replay=lambda is_fast: replay(f"--mix 1 --seed {seed}", is_fast))
