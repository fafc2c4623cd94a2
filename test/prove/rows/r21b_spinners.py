"""Eight processes spin on the one CPU that we may use, and come before us."""
import os

import losses
import scarcity

NUMBER = "21"
TITLE = "eight spinners on our only CPU"
SCENE = losses.SCENE
IS_ALONE = True


def inject(world):
    cpu = max(os.sched_getaffinity(0))
    scarcity.pin(world, {cpu}, scarcity.NICE)
    with scarcity.Hardship(world, scarcity.duration(world)):
        world.spinners = scarcity.spin(cpu)


def heal(world):
    for spinner in world.spinners:
        spinner.kill()
        spinner.wait()
    scarcity.pin(world, os.sched_getaffinity(0), 0)
