"""Everything of ours is frozen for less than its dead-man allows. On waking
it begins one round, not all it has missed, and blames nobody."""
import time

import freezer
from servers import wait_for

NUMBER = "27"
TITLE = "the agent frozen for 1 s"
INTERVAL_SECONDS = 0.1
FROZEN_SECONDS = 1
SCENE = {"settings": {"interval": "100ms"}}
needs = freezer.needs


def number(world):
    return world.agent.status()["round"]["number"]


def inject(world):
    world.quiet()
    begun = time.monotonic()
    before = wait_for(lambda: number(world), 20)
    asked = freezer.freeze(world)
    time.sleep(FROZEN_SECONDS)
    freezer.thaw(world)
    thawed = time.monotonic()
    after = wait_for(lambda: max(0, number(world) - before), 20, "a round")
    # One under way, one on waking, and those that were due beside its sleep.
    awake = asked - begun + time.monotonic() - thawed
    due = 2 + awake / INTERVAL_SECONDS
    slept = (thawed - asked) / INTERVAL_SECONDS
    world.check(f"{after} rounds on waking, for {slept:.0f} that were missed",
                after <= due)
    world.rounds(3)


def heal(world):
    freezer.thaw(world)
