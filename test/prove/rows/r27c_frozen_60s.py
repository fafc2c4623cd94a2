"""Everything of ours is frozen for a minute: its nodes go with the session, and
all is right again when it wakes."""
import time

import freezer

NUMBER = "27"
TITLE = "the agent frozen for 60 s"
IS_FAST = False
FROZEN_SECONDS = 60
needs = freezer.needs


def inject(world):
    world.log["marks"].add("replaced")
    frozen = freezer.freeze(world)
    world.expect(list(world.redis), "gone", "E", by=frozen)
    time.sleep(FROZEN_SECONDS)


def heal(world):
    freezer.thaw(world)
