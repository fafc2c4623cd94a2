"""Every broken configuration of the corpus on SIGHUP: it is refused and told,
and the old one runs on."""
import glob
import os
import shutil

from agent import ROOT
from operator_rows import reload, signal_reload

NUMBER = "35b"
TITLE = "broken configurations on SIGHUP"
CORPUS = os.path.join(ROOT, "test", "config", "bad")


def inject(world):
    world.quiet()
    for included in glob.glob(f"{CORPUS}/*.d"):
        shutil.copytree(included, world.path(os.path.basename(included)),
                        dirs_exist_ok=True)
    before = reload(world)
    begun, wrong = world.agent.pid, []
    paths = sorted(glob.glob(f"{CORPUS}/*.yaml"))
    for path in paths:
        shutil.copyfile(path, world.agent.config)
        told = signal_reload(world)
        if told["ok"] or f"{world.directory}/" not in told["error"]:
            wrong.append(os.path.basename(path))
    world.check(f"{len(paths)} broken files are refused, and said to be"
                + "".join(f"; not {name}" for name in wrong), not wrong)
    after = world.agent.status()["config"]
    world.check("none of them took effect",
                after["reloads"] == before["reloads"])
    world.check("the supervisor is the same", world.agent.pid == begun)


def heal(world):
    told = reload(world)
    assert told["ok"], told["error"]
