"""The prober at work cannot be killed: the others are probed without it, and
it is reaped when it can die."""
import cgroup
import losses
from servers import wait_for

NUMBER = "28"
TITLE = "a prober that cannot be killed"
SCENE = losses.SCENE


def needs():
    return cgroup.missing("freezer", version=1)  # of 2 SIGKILL wakes it


def zombies(world):
    return [task["pid"] for task in world.agent.get("/tasks")["tasks"]
            if task["kind"] == "zombie"]


def inject(world):
    world.quiet()
    prober = wait_for(lambda: losses.find(world, "prober"), 20, "prober")
    world.freezer = cgroup.Cgroup("freezer")
    world.freezer.add(prober)
    world.freezer.freeze()
    wait_for(lambda: prober.pid in zombies(world), 40,
             "prober that is counted as killed and not gone")
    world.rounds(3)
    world.check("it is counted while it cannot die",
                prober.pid in zombies(world) and prober.is_alive())
    world.freezer.thaw()
    wait_for(lambda: not zombies(world), 20, "end of the prober")
    world.check("it is reaped when it can die", not prober.is_same())


def heal(world):
    world.freezer.thaw()
    world.freezer.remove()
