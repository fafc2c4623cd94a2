"""Every state of the table at the same time, under one agent: each node says
what the table says, none moves another, and what is healed comes back."""
import contextlib
import glob
import json
import os
import re

import pytest

from agent import BUILD
from servers import PATIENCE, wait_for
from states import MODES_BIND, STATES, Stage, found_in, is_as

ROUNDS = 5  # PING alone in some of them
MEMORY_MOST_KB = 64 * 1024
DESCRIPTORS_MOST = 16
PAGES = ["/status", "/metrics", "/", "/tasks", "/goroutines?debug=2"]
IS_SANITIZED = "address" in BUILD


@pytest.fixture
def stage(workspace):
    with Stage(workspace) as stage:
        yield stage


def differences(nodes, wanted):
    """What nodes say otherwise than the table; name -> their words."""
    found = {name: found_in(nodes[name]) for name in wanted if name in nodes}
    return {name: found.get(name) for name, expected in wanted.items()
            if name not in found or not is_as(found[name], expected)}


def wait_nodes(watch, wanted, seconds=30):
    try:
        wait_for(lambda: not differences(watch.nodes(), wanted), seconds)
    except AssertionError:
        wrong = differences(watch.nodes(), wanted)
        raise AssertionError("\n".join(
            f"{name}:\n  {said}, not\n  {wanted[name]}"
            for name, said in wrong.items())) from None


def wait_rounds(agent, count=ROUNDS):
    begun = agent.status()["round"]["number"]
    wait_for(lambda: agent.status()["round"]["number"] > begun + count,
             60, "further rounds")


def assert_still(watch, mark, names):
    """No node of these was written since the mark, but for one whose prober
    this machine gave no CPU: that is said, and rightly."""
    moved = [event for event in watch.refresh().since(mark)
             if event.path.rsplit("/", 1)[1] in names]
    starved = {event.path for event in moved
               if event.data and b"the agent ran late" in event.data}
    moved = [event for event in moved if event.path not in starved]
    assert not moved, moved


def texts_of(agent, watch):
    """name -> bytes of everything a stranger could read of the agent."""
    texts = {path: agent.request(path)[1].encode() for path in PAGES}
    texts["nodes"] = json.dumps(watch.nodes()).encode()
    paths = [agent.log, *glob.glob(f"{agent.run_dir}/*")]
    for member in agent.members():
        paths += [f"/proc/{member.pid}/cmdline",
                  f"/proc/{member.pid}/environ"]
    for path in paths:
        try:
            with open(path, "rb") as file:
                texts[path] = file.read()
        except OSError:  # a socket, or a prober that has just been replaced
            pass
    return texts


def memory_of(pid):
    """What a process may write to, piece by piece; nothing where the kernel
    does not let us look, or the process has just been replaced."""
    with contextlib.suppress(PermissionError, FileNotFoundError,
                             ProcessLookupError), \
            open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            begin, end = re.match("([0-9a-f]+)-([0-9a-f]+) ", line).groups()
            if " rw" in line:
                with contextlib.suppress(OSError):
                    memory.seek(int(begin, 16))
                    yield memory.read(int(end, 16) - int(begin, 16))


def is_in_memory(pid, secrets):
    return any(secret.encode() in piece
               for piece in memory_of(pid) for secret in secrets)


def assert_secret(agent, watch, secrets):
    """None of them is seen anywhere, nor left in memory between probes."""
    assert len(secrets) > 5
    for place, text in texts_of(agent, watch).items():
        for secret in secrets:
            assert secret.encode() not in text, f"a secret is seen in {place}"
    if not IS_SANITIZED:  # its shadow is too large to be read
        assert is_in_memory(os.getpid(), secrets), "the search finds nothing"
        for member in agent.members():
            wait_for(lambda: not is_in_memory(member.pid, secrets), 5,
                     f"wiped secret in {member}")


def peak_memory_kb(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmHWM:\s*(\d+) kB", file.read())[1])


def assert_probers_are_well(agent):
    assert agent.get("/tasks")["reaped"] == 0, "a prober was killed"
    if not IS_SANITIZED:
        for prober in agent.helpers("sentinel-prober"):
            assert peak_memory_kb(prober.pid) < MEMORY_MOST_KB
    wait_for(lambda: all(prober.descriptors() <= DESCRIPTORS_MOST for prober
                         in agent.helpers("sentinel-prober")),
             what="few descriptors between the rounds")


def slowly(ms):
    return f"{int(ms * PATIENCE)}ms"


def test_all_states_at_once(zookeeper, stage, make_agent, watch):
    subjects = {name: state.bring(stage) for name, state in STATES.items()}
    assert len(subjects) >= 30
    watch = watch(zookeeper)
    agent = make_agent(
        {name: {"addr": subject.addr, **subject.access}
         for name, subject in subjects.items()}, zookeeper.servers,
        settings={"interval": slowly(1000), "deep_interval": slowly(3000),
                  "timeout": slowly(600)},
        under=MODES_BIND).start()
    wait_for(lambda: watch.nodes().get("loading_then_silent", {})
             .get("role") == "master", what="role of one that loads")
    for subject in subjects.values():
        if subject.then:
            subject.then()
    wanted = {name: state.found for name, state in STATES.items()}
    # The node goes on saying what a loading server told before its silence.
    wanted["loading_then_silent"] = wanted["loading_then_silent"]._replace(
        role="master")
    wait_nodes(watch, wanted)

    mark = watch.refresh().mark()
    wait_rounds(agent)
    assert_still(watch, mark, subjects)
    assert_probers_are_well(agent)
    assert_secret(agent, watch, stage.secrets)

    mark = watch.mark()
    healed = {name for name, subject in subjects.items() if subject.undo}
    for name in healed:
        subjects[name].undo()
    wait_nodes(watch, {name: STATES[name].healed if name in healed else found
                       for name, found in wanted.items()})
    assert_still(watch, mark, subjects.keys() - healed)
    assert_probers_are_well(agent)
    assert_secret(agent, watch, stage.secrets)
