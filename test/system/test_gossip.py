"""What a helper says can cost only that helper: garbage, half a frame, a
flood, nothing. Each is a wrapper that stands in for the program for its first
life and is the real one after."""
import os

import pytest

from agent import BUILD
from servers import wait_for

# The wrapper is Python: it speaks on descriptor 3, as the program would.
WRAPPER = """#!/usr/bin/python3 -S
import os, sys, time
real = {real!r}
marker = {marker!r}
if "--generation" not in sys.argv:
    os.execv(real, sys.argv)
try:
    os.close(os.open(marker, os.O_CREAT | os.O_EXCL, 0o600))
except FileExistsError:
    os.execv(real, [real] + sys.argv[1:])
{misbehave}
"""

GARBAGE = "os.write(3, os.urandom(256))\ntime.sleep(60)"
HALF = "os.write(3, b'\\x40\\x00\\x00\\x00\\x01')\ntime.sleep(60)"
FLOOD = """
block = b'\\x00' * 65536
while True:
    os.write(3, block)
"""
# Length 5, its own generation, a kind that nobody has.
WRONG_KIND = """
number = int(sys.argv[sys.argv.index("--generation") + 1])
os.write(3, (5).to_bytes(4, "little") + number.to_bytes(4, "little")
         + bytes([255]))
time.sleep(60)
"""
NOTHING = "time.sleep(60)"
QUIT = "os.close(3)\ntime.sleep(60)"
GONE = "sys.exit(7)"
CRASH = "os.abort()"

SPEECHES = {"garbage": GARBAGE, "half a frame": HALF, "flood": FLOOD,
            "wrong kind": WRONG_KIND, "nothing": NOTHING,
            "end of stream": QUIT, "exit": GONE, "abort": CRASH}
HELPERS = ["prober", "publisher", "console"]


def make_libexec(workspace, name, misbehave):
    """A libexec directory where one program misbehaves in its first life."""
    directory = os.path.join(workspace, "libexec")
    os.mkdir(directory)
    for helper in HELPERS:
        path = os.path.join(directory, f"sentinel-{helper}")
        real = os.path.join(BUILD, f"sentinel-{helper}")
        if helper != name:
            os.symlink(real, path)
            continue
        with open(path, "w") as file:
            file.write(WRAPPER.format(
                real=real, misbehave=misbehave,
                marker=os.path.join(workspace, "misbehaved")))
        os.chmod(path, 0o755)
    return directory


@pytest.mark.parametrize("speech", SPEECHES)
@pytest.mark.parametrize("name", HELPERS)
def test_a_helper_that_talks_nonsense_is_replaced(
        zookeeper, start_redis, make_agent, watch, workspace, name, speech):
    libexec = make_libexec(workspace, name, SPEECHES[speech])
    redis = {"one": start_redis(), "two": start_redis()}
    watch = watch(zookeeper)
    agent = make_agent(redis, zookeeper.servers, libexec=libexec)
    agent.start(60)
    for instance in redis:
        watch.wait_state(instance, "up", 60)
    assert os.path.exists(os.path.join(workspace, "misbehaved"))
    # The impostor ends, and nothing is left of it in the count.
    wait_for(lambda: not [helper for helper in agent.helpers()
                          if helper.name.startswith("python")], 60,
             "end of the one that talks nonsense")
    agent.wait_settled(60)
    wait_for(lambda: not [task for task in agent.get("/tasks")["tasks"]
                          if task["kind"] == "zombie"], 30, "no zombie")
    # The other two never noticed.
    for instance in redis:
        assert watch.states(instance) == ["up"]
    others = [helper for helper in ("prober", "publisher", "console")
              if helper != name]
    for service in agent.status().get("services", []):
        if service["kind"] in others:
            assert service["restarts"] == 0, service
