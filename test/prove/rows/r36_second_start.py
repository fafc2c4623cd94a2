"""An agent that is started where there is no place for it says so at once,
and the one that runs hears nothing of it."""
import os
import time

from agent import Agent
from promises import AT_ONCE
from stage import MODES_BIND

NUMBER = "36"
TITLE = "started twice; port taken; run directory unwritable"
TAKEN, CANNOT_CREATE = 75, 73


def refused(world, what, code, words, **options):
    """A second agent, `what` is wrong with it: this exit code, soon, and
    these words."""
    settings = options.pop("settings", {})
    second = Agent(world.directory, {"one": "127.0.0.1:1"}, name="second",
                   settings=settings, **options)
    begun = time.monotonic()
    second.spawn()
    found = second.wait_exit(30)
    took = time.monotonic() - begun
    world.check(f"{what}: exit code {code}, found {found}", found == code,
                AT_ONCE, took)
    world.check(f"{what}: the log says so", words in second.tail())
    world.check(f"{what}: no process is left", not second.members())


def inject(world):
    world.quiet()
    helpers = [helper.pid for helper in world.agent.helpers()]
    refused(world, "started twice", TAKEN, "another agent holds",
            run_dir=world.agent.run_dir)
    refused(world, "port taken", TAKEN, "address is taken", settings={
        "http": {"listen": f"127.0.0.1:{world.agent.port}"}})
    closed = world.path("closed")
    os.makedirs(closed, mode=0o500, exist_ok=True)
    refused(world, "run directory unwritable", CANNOT_CREATE,
            "the run directory cannot be used", run_dir=closed,
            under=MODES_BIND)
    world.rounds(2)
    world.check("the first one's processes are the same", helpers == [
        helper.pid for helper in world.agent.helpers()])
