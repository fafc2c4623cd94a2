"""A random mixture of one to three rows, made by a seed: the same seed is
the same mixture, with the same pauses between its faults."""
import time
from types import SimpleNamespace

PAUSE_SECONDS = (0, 2)  # between two faults, and before mending


def make(rows, random, seed):
    able = [row for row in rows if row.IS_MIXABLE and row.needs() is None]
    parts = random.sample(able, random.randint(1, min(3, len(able))))
    pauses = [random.uniform(*PAUSE_SECONDS) for _ in range(2 * len(parts))]
    order = random.sample(parts, len(parts))

    def inject(world):
        for row, pause in zip(parts, pauses):
            row.inject(world)
            time.sleep(pause)  # part of the seed, not a wait for anything

    def heal(world):
        for row, pause in zip(order, pauses[len(parts):]):
            time.sleep(pause)
            row.heal(world)

    return SimpleNamespace(
        name=f"mix{seed:05}", NUMBER=f"seed {seed}", SCENE={},
        TITLE=" + ".join(row.TITLE for row in parts), IS_SPENT=False,
        needs=lambda: None, inject=inject, heal=heal,
        expect=lambda world: None)
