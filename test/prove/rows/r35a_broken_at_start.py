"""Every broken configuration of the corpus, given to an agent that starts
beside ours, and has our run directory: it says where and leaves."""
import glob
import os
import re
import subprocess

from agent import ROOT
from servers import PATIENCE

NUMBER = "35a"
TITLE = "broken configurations at start"
CORPUS = os.path.join(ROOT, "test", "config", "bad")
LINE = re.compile(r"^[^:\n]+:[1-9]\d*:[1-9]\d*: \S")


def is_refused(world, path):
    said = subprocess.run(
        [*world.agent.argv()[:-4], "-c", path, "--run-dir",
         world.agent.run_dir],
        capture_output=True, text=True, errors="replace",
        timeout=20 * PATIENCE)
    lines = said.stderr.splitlines()
    return said.returncode == 78 and lines and all(
        LINE.match(line) for line in lines)


def inject(world):
    world.quiet()
    paths = glob.glob(f"{CORPUS}/*.yaml")
    taken = [os.path.basename(path) for path in paths
             if not is_refused(world, path)]
    world.check(f"{len(paths)} broken files: 78, with line and column"
                + "".join(f"; not {name}" for name in taken),
                len(paths) > 40 and not taken)
