"""Nothing fits into the run directory any more (ENOSPC), and who keeps files
there is replaced."""
import os
import signal
import subprocess

import hardship
import losses
import scarcity
from servers import wait_for

NUMBER = "22"
TITLE = "ENOSPC in the run directory; publisher and console killed"
MOUNT = "mount -t tmpfs -o size=8m,mode=0700 none {directory}/agent.run"
SCENE = {"session": losses.SESSION,
         "under": ["unshare", "-m", "sh", "-c", MOUNT + ' && exec "$0" "$@"']}


def needs():
    tried = subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True, text=True)
    if tried.returncode != 0:
        return f"needs a small disk of its own: {tried.stderr.strip()}"
    return None


def filler(world):
    """It lies where only the agent sees it."""
    return f"/proc/{world.agent.pid}/root{world.agent.run_dir}/filler"


def inject(world):
    world.quiet()
    with scarcity.Hardship(world, 3):
        hardship.fill(filler(world))
        for role in sorted(losses.HELPERS):
            lost, _ = losses.lose(world, role, signal.SIGKILL)
            wait_for(lambda: not lost.is_alive(), 10, f"end of the {role}")
            losses.wait_replaced(world, lost, role)
        world.agent.signal(signal.SIGHUP)


def heal(world):
    os.unlink(filler(world))
