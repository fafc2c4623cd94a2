"""Another user of the host reads our files and our /proc, connects to our
socket, signals and traces us: it gets nothing."""
import json
import os
import shutil
import stat
import subprocess

from nobody import AS_NOBODY
from password_rows import SCENE, Guarded  # noqa: F401  (a row's setting)

NUMBER = "42a"
TITLE = "another user: files, /proc, socket, signals"
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INTRUDER = os.path.join(HERE, "intruder.py")
PROGRAM = "intruder.py"
guarded = []


def needs():
    if os.geteuid() != 0:
        return "only root can become somebody else"
    return None if shutil.which("setpriv") else "there is no setpriv"


def inject(world):
    world.quiet()
    guarded.append(Guarded(world))
    # It may pass through what is above the run directory, and run this.
    os.chmod(world.directory, stat.S_IRWXU | stat.S_IXGRP | stat.S_IXOTH)
    program = shutil.copy(INTRUDER, world.path(PROGRAM))
    os.chmod(program, 0o755)
    members = world.agent.members()
    said = subprocess.run(
        [*AS_NOBODY, "/usr/bin/python3", program, world.agent.run_dir,
         guarded[-1].path, *(str(member.pid) for member in members)],
        capture_output=True, text=True, timeout=60)
    told = json.loads(said.stdout)
    got = set(told["got"]) - {"read its own environment"}
    world.check(f"of {told['tried']} tries another user got nothing"
                + "".join(f"; but: {what}" for what in sorted(got)),
                not got and len(told["got"]) == 1 and len(members) >= 4)
    world.check("nothing was planted", not os.path.lexists(
        os.path.join(world.agent.run_dir, "planted")))


def heal(world):
    os.chmod(world.directory, stat.S_IRWXU)
    while guarded:
        guarded.pop().open()
