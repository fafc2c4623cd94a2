"""Large packets of a Redis vanish, and nobody says so: PING is answered, all
that is longer is not."""
from network import SCENE, needs
from network_rows import FROM_VICTIM, mend

NUMBER = "18j"
TITLE = "network: large packets vanish"
IS_ISOLATED = True
__all__ = ["SCENE", "needs"]
heal = mend


def expect(world):
    world.quiet(world.calm)
    world.exempt([world.victim])  # the oracle asks PING
    world.expect(world.victim, "down", "B", ["timeout"])


def inject(world):
    world.cut(world.near, "input", f"{FROM_VICTIM} meta length > 600 drop")
