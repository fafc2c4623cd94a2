"""A secret that must be seen nowhere, and everywhere it could be seen."""
import contextlib
import glob
import os
import subprocess

PAGES = ("/", "/status", "/tasks", "/metrics", "/bounds", "/config", "/events",
         "/sd", "/buildinfo", "/healthz", "/readyz", "/goroutines?debug=2",
         "/debug/procs", "/debug/fds", "/debug/heap", "/debug/charts")
VERBS = (["status", "-o", "json"], ["doctor"], ["tasks"], ["events"])


def make():
    return "hush-" + os.urandom(12).hex()


def places(world):
    """(where, bytes) of all that a stranger, or a colleague, could read."""
    agent = world.agent
    for page in PAGES:
        yield page, agent.request(page)[1].encode()
    for event in list(world.watch.events):
        yield event.path, event.data
    yield "-T", run([os.path.join(agent.build, "sentinel-agent"), "-T", "-c",
                     agent.config])
    for verb in VERBS:
        yield "sentinelctl " + verb[0], run(
            [os.path.join(agent.build, "sentinelctl"), *verb],
            SENTINEL_AGENT_RUN_DIR=agent.run_dir)
    files = [agent.log, *glob.glob(f"{agent.run_dir}/*")]
    for member in agent.members():
        files += [f"/proc/{member.pid}/{name}"
                  for name in ("cmdline", "environ", "comm", "status")]
    for path in files:
        # A socket; or a prober that was replaced just now.
        with contextlib.suppress(OSError), open(path, "rb") as file:
            yield path, file.read()


def run(argv, **environment):
    """What it says, on both channels."""
    said = subprocess.run(argv, capture_output=True, timeout=60,
                          env={**os.environ, **environment})
    return said.stdout + said.stderr


def check_unseen(world, *secrets):
    """And that there was something to search."""
    found, searched = [], 0
    for where, text in places(world):
        searched += bool(text)
        found += [where for secret in secrets if secret.encode() in text]
    world.check(f"a secret in none of {searched} places"
                + "".join(f"; not {where}" for where in found),
                not found and searched > len(PAGES))
