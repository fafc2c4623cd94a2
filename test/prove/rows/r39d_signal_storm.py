"""Storms of SIGHUP and SIGUSR1: a few reloads, and nobody sees any."""
import signal

NUMBER = "39d"
TITLE = "signal storms"
STORM = 200
RELOADS_MOST = 20


def inject(world):
    world.quiet()

    def count():
        config = world.agent.status()["config"]
        return config["reloads"] + config["reloads_refused"]
    before = count()
    for _ in range(STORM):
        world.agent.signal(signal.SIGHUP)
        world.agent.signal(signal.SIGUSR1)
    world.rounds(3)
    reloads = count() - before
    world.check(f"{STORM} times SIGHUP were {reloads} reloads",
                1 <= reloads <= RELOADS_MOST)
    world.check("no reload was refused",
                world.agent.status()["config"]["ok"])
