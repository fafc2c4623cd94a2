"""One prober, driven as the supervisor drives it, by build/test/fault's
drive_prober."""
import json
import os
import subprocess

from agent import BUILD
from servers import PATIENCE

DRIVER = os.path.join(BUILD, "test", "fault", "drive_prober")
TIMEOUT_MS = 600
SLACK_MS = 500
DEEP = ("--deep", "--canary")
# What a prober rightly says when this machine gave it no CPU for a while: it
# tells nothing of the server, so it is asked again, so often at most.
STARVED = "the agent ran late: this host is short of CPU"
STARVED_TRIES = 5


def drive(*arguments, under=(), **options):
    """Runs the driver, `under` another command if need be: its results, its
    last line, its exit code. Again if the machine starved it."""
    for _ in range(STARVED_TRIES):
        told = drive_once(*arguments, under=under, **options)
        if all(result.get("detail") != STARVED for result in told[0]):
            break
    return told


def drive_once(*arguments, under=(), **options):
    run = subprocess.run([*under, DRIVER, *map(str, arguments)], text=True,
                         capture_output=True, timeout=60 * PATIENCE, **options)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert lines, run.stderr
    return lines[:-1], lines[-1], run.returncode


def probe(addr, *options, neighbour=None, **keywords):
    """One probe's result, and its neighbour's if there is one; both in time,
    and the prober left in peace."""
    addresses = [addr] if neighbour is None else [addr, neighbour]
    results, end, code = drive("--timeout-ms", TIMEOUT_MS, *(options or DEEP),
                               *addresses, **keywords)
    assert (code, end["end"], end["code"]) == (0, "exit", 0)
    assert len(results) == len(addresses)
    for result in results:
        assert result["ms"] <= (TIMEOUT_MS + SLACK_MS) * PATIENCE
    found = {result["addr"]: result for result in results}
    if neighbour is not None:
        assert found[neighbour]["reason"] == "master"
        assert found[neighbour]["writable"] == "yes"
    return found[addr]


def row(result):
    return tuple(result[key] for key in
                 ("reason", "state", "readable", "writable"))


def prober_of(driver):
    """The process id of the prober of this driver."""
    with open(f"/proc/{driver}/task/{driver}/children") as file:
        return int(file.read().split()[0])
