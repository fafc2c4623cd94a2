"""No process can be made (EAGAIN), and every prober is gone."""
import cgroup
import scarcity

NUMBER = "22"
TITLE = "fork: EAGAIN, and the probers are killed"


def needs():
    return cgroup.missing("pids")


def inject(world):
    world.pids = cgroup.Cgroup("pids")
    world.pids.limit_pids(1)
    world.pids.add(scarcity.supervisor(world))
    with scarcity.Hardship(world):
        scarcity.kill_helpers(world, "sentinel-prober")
        world.expect(list(world.redis), "unknown", "B", reasons=["agent"])
        scarcity.wait_said(world, "prober_not_started")
        world.wait_expected()


def heal(world):
    world.pids.remove()
