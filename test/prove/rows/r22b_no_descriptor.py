"""The supervisor may open nothing more (EMFILE), and every prober is gone."""
import scarcity

NUMBER = "22"
TITLE = "EMFILE in the supervisor, and the probers are killed"


def inject(world):
    world.descriptors = scarcity.limit_descriptors(world, 3)
    with scarcity.Hardship(world):
        scarcity.kill_helpers(world, "sentinel-prober")
        world.expect(list(world.redis), "unknown", "B", reasons=["agent"])
        scarcity.wait_said(world, "prober_not_started")
        world.wait_expected()


def heal(world):
    scarcity.limit_descriptors(world, world.descriptors)
