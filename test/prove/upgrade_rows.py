"""Handing over from one supervisor to the next with SIGUSR2, as an upgrade of
the package does."""
import contextlib
import os
import shutil
import signal
import subprocess
import time

from agent import HELPERS, ROOT
from promises import REPLACE
from servers import die_with_parent, wait_for

PROGRAMS = ("sentinel-agent", *HELPERS)
SCENE = {"session": 6}  # all of an agent starts anew while others use the CPU


def another_build(world):
    """A directory with programs of another build: that which the environment
    names (build/address, say), or else this one's copy."""
    given = os.environ.get("SENTINEL_PROVE_OTHER")
    if given:
        return os.path.join(ROOT, given)
    path = world.path("other")
    os.makedirs(path, exist_ok=True)
    for name in PROGRAMS:
        shutil.copy(os.path.join(world.agent.build, name), path)
    return path


def hand_over(world, build, meanwhile=lambda: None):
    """SIGUSR2, and a successor of this build; `meanwhile` nobody runs. No
    watcher may see it, if it is back within half a session."""
    agent, old = world.agent, world.agent.process
    mark = world.watch.refresh().mark()
    world.leave_dead()
    begun = time.monotonic()
    agent.signal(signal.SIGUSR2)
    code = old.wait(30)
    meanwhile()
    agent.build = build
    world.is_kept = True

    def is_back():
        return agent.process is not old and (
            agent.status()["agent"]["pid"] == agent.pid
            and agent.status()["zookeeper"]["state"] == "steady")
    wait_for(is_back, 30, "successor")
    took = time.monotonic() - begun
    world.wait_healthy()
    moved = world.watch.refresh().since(mark)
    world.check(f"exit code {code} after SIGUSR2", code == 0)
    world.check("a successor works", True, REPLACE, took)
    world.check(f"back after {took:.2f} s: {len(moved)} events",
                not moved or took > world.promises.session / 2)
    world.check("every process is of the new build",
                all(is_of(member.pid, build) for member in agent.members()))


def is_of(pid, build):
    """Where we may not look, it is."""
    try:
        program = os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return True
    return os.path.dirname(program) == os.path.realpath(build)


@contextlib.contextmanager
def loaded():
    """Inside, somebody else wants all of the CPU."""
    spinners = [subprocess.Popen(
        ["nice", "-n", "5", "sh", "-c", "while :; do :; done"],
        preexec_fn=die_with_parent) for _ in range(os.cpu_count())]
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()
