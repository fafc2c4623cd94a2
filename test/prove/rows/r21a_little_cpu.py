"""All of ours together get little CPU: they are late, and blame nobody."""
import time

import cgroup
import losses
import scarcity

NUMBER = "21"
TITLE = "CPU at 5 %, then at 1 %"
SCENE = losses.SCENE
IS_ALONE = True
SHARES = (5, 1)


def needs():
    return cgroup.missing("cpu")


def inject(world):
    world.cpu = cgroup.Cgroup("cpu")
    for percent in SHARES:
        world.cpu.limit_cpu(percent)
        end = time.monotonic() + scarcity.duration(world) / len(SHARES)
        while time.monotonic() < end:
            world.cpu.add(*world.agent.members())  # also who is new
            time.sleep(0.05)
    # On a busy machine they may get less than that anyway.
    world.check(f"they had to wait {world.cpu.throttled()} times", True)


def heal(world):
    world.cpu.remove()
