"""Each pid of our dead is a stranger's at once."""
import json
import os
import subprocess

from servers import PATIENCE

NUMBER = "30"
TITLE = "pid reuse: no stranger is ever signalled"
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                      "pid_reuse.py")
NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
SECONDS = 120
REUSED_LEAST = 7  # of ten


def needs():
    tried = subprocess.run(
        [*NAMESPACE, "sh", "-c", "echo 99 >/proc/sys/kernel/ns_last_pid"],
        capture_output=True, text=True)
    if tried.returncode != 0:
        return ("needs a pid namespace whose pids can be chosen: "
                + tried.stderr.strip())
    return None


def inject(world):
    world.quiet()  # it is another agent's fault, elsewhere
    ran = subprocess.run([*NAMESPACE, SCRIPT, world.zookeeper.servers],
                         capture_output=True, text=True,
                         timeout=SECONDS * PATIENCE)
    if ran.returncode != 0:
        raise AssertionError(ran.stderr[-2000:])
    told = json.loads(ran.stdout)
    world.check(f"strangers sat on {told['reused']} pids of ours",
                told["reused"] >= REUSED_LEAST)
    world.check(f"none of them was signalled; hurt: {told['hurt']}",
                not told["hurt"])
