"""Our dead session's nodes still stand, and who comes next knows nothing of
that session: it takes them over where they are."""
import os
import time

from servers import wait_for
from zookeeper_rows import are_ours, in_time, outlive_sessions, replaced, \
    session_id

NUMBER = "14"
TITLE = "ZooKeeper: node of our own dead session, no session file"
SCENE = {"session": 4.0}  # more than a restart takes: its nodes must stand


def inject(world):
    before = session_id(world)
    mark = world.watch.mark()
    world.leave_dead()
    world.agent.kill()
    wait_for(lambda: not world.agent.helpers(), 20, "the helpers' end")
    os.unlink(os.path.join(world.agent.run_dir, "session"))
    world.is_kept = True
    replaced(world)
    in_time(world, "all nodes are the new session's",
            world.promises.C_replaced,
            lambda: are_ours(world, but_not=[before]), time.monotonic())
    outlive_sessions(world)
    world.check("and stand when the dead one has ended",
                are_ours(world, but_not=[before]))
    states = {state for name in world.redis
              for state in world.watch.states(name, mark)}
    world.check("nobody said anything but `up`", states <= {"up", "deleted"})


def heal(world):
    world.is_kept = True
