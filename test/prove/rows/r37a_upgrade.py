"""SIGUSR2 and a successor of another build, there and back, under load."""
from upgrade_rows import SCENE, another_build, hand_over, loaded  # noqa: F401

NUMBER = "37a"
TITLE = "upgrade and downgrade with SIGUSR2 under load"
TIMES = 2


def inject(world):
    ours, other = world.agent.build, another_build(world)
    with loaded():
        for build in (other, ours) * TIMES:
            hand_over(world, build)
