"""A successor without a scoreboard finds a lie in the node of a Redis that is
dead: it publishes what it probes, and takes no date of the future."""
import json
import os
import time

from node_rows import FUTURE_MS, HOSTILE, data_of, path_of
from servers import wait_for

NUMBER = "41b"
TITLE = "hostile node data found at start"
SCENE = {"session": 6}
LIE = "a lie from the future"


def inject(world):
    world.quiet(world.calm)
    world.exempt([world.victim])  # its node says what a stranger wrote
    path, before = path_of(world, world.victim), time.time() * 1000
    world.leave_dead()
    world.agent.kill()
    world.agent.assert_gone(20)
    os.unlink(os.path.join(world.agent.run_dir, "board"))
    world.redis[world.victim].kill()
    world.watch.client.set(path, HOSTILE[LIE])
    world.is_kept = True
    world.expect(world.victim, "down", "B", ["refused"])
    world.wait_expected()
    node = json.loads(data_of(world, world.victim))
    world.check("it took no `since` from a lie",
                before - 60000 < node["since"] < FUTURE_MS / 2)


def heal(world):
    world.is_kept = True
    world.redis[world.victim].restart()
    wait_for(lambda: world.agent.get("/goroutines"), 30, "console")
