"""Everything of ours is frozen for longer than its dead-man allows: it is
killed and started again, and no node goes."""
import time

import freezer

NUMBER = "27"
TITLE = "the agent frozen for 5 s"
FROZEN_SECONDS = 5
SCENE = {"session": 15}
needs = freezer.needs


def inject(world):
    world.quiet()
    world.log["marks"].add("replaced")
    pid = world.agent.pid
    freezer.freeze(world)
    time.sleep(FROZEN_SECONDS)
    freezer.thaw(world)
    world.wait_healthy()
    world.check("its dead-man ended it", world.agent.pid != pid)


def heal(world):
    freezer.thaw(world)
