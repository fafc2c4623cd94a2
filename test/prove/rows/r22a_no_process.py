"""No process can be made (EAGAIN), and every prober is gone."""
import cgroup
import hardship
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
        hardship.kill_helpers(world.agent, "sentinel-prober")
        world.expect(list(world.redis), "unknown", "B", reasons=["agent"])
        hardship.wait_said(world.agent, "prober_not_started")
        world.wait_expected()


def heal(world):
    world.pids.remove()
