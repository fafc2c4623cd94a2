"""Secrets of two kinds, used, refused, unreadable, at the most talkative log
level, and while our processes crash: in no node, answer, log, argv,
environment, file or core."""
import contextlib
import os
import resource
import signal

import canary
from agent import HELPERS
from operator_rows import reload
from password_rows import SCENE, Guarded  # noqa: F401  (a row's setting)
from servers import wait_for
from stage import write_secret

NUMBER = "43"
TITLE = "the canary secret"
NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
IS_SPENT = True  # its nodes belong to who knows the second secret


def crash(world):
    """Each helper in turn, and the supervisor, where it stands; with leave
    to write a core."""
    for name in (*HELPERS, "sentinel-agent"):
        old = [member for member in world.agent.members()
               if member.name == name[:15]][0]
        with contextlib.suppress(PermissionError, ValueError):
            resource.prlimit(old.pid, resource.RLIMIT_CORE, NO_LIMIT)
        old.signal(signal.SIGABRT)
        wait_for(lambda: not old.is_alive(), what=f"end of {old}")
        world.wait_healthy()


def cores(world):
    """Where the kernel puts them, if it is a plain name, and beside us."""
    return {name for place in (".", world.directory, world.agent.run_dir)
            for name in os.listdir(place) if name.startswith("core")}


def inject(world):
    before = cores(world)
    guarded = Guarded(world)
    credential, wrong = world.path("zk.credential"), canary.make()
    to_zookeeper = canary.make()
    write_secret(credential, f"agent:{to_zookeeper}")
    world.agent.settings["log"] = {"level": "debug"}
    world.agent.settings["zookeeper"]["auth"] = {
        "scheme": "digest", "credential_file": credential}
    told = reload(world)
    world.check("the credential is taken", told["ok"])
    world.wait_healthy()
    secrets = (guarded.secret, to_zookeeper, wrong)
    texts = dict(canary.places(world))
    world.check("the search finds what is there: both files' names", all(
        any(word in text for text in texts.values())
        for word in (os.path.basename(guarded.path).encode(),
                     b"zk.credential")))
    canary.check_unseen(world, *secrets)

    write_secret(guarded.path, wrong)
    world.expect(world.victim, "unknown", "C", ["auth"])
    world.wait_expected()
    canary.check_unseen(world, *secrets)

    os.chmod(guarded.path, 0o644)
    world.expect(world.victim, "unknown", "C", ["agent"])
    world.wait_expected()
    canary.check_unseen(world, *secrets)

    write_secret(guarded.path, guarded.secret)
    world.wait_healthy()
    world.agent.signal(signal.SIGUSR1)
    crash(world)
    canary.check_unseen(world, *secrets)
    world.check("no core was left", cores(world) == before)
    guarded.control.close()
