"""The supervisor may open nothing more (EMFILE), and every prober is gone."""
import hardship
import scarcity

NUMBER = "22"
TITLE = "EMFILE in the supervisor, and the probers are killed"


def inject(world):
    world.descriptors = scarcity.limit_descriptors(world, 3)
    with scarcity.Hardship(world):
        hardship.kill_helpers(world.agent, "sentinel-prober")
        world.expect(list(world.redis), "unknown", "B", reasons=["agent"])
        hardship.wait_said(world.agent, "prober_not_started")
        world.wait_expected()


def heal(world):
    scarcity.limit_descriptors(world, world.descriptors)
