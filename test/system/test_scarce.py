"""What our processes need runs out under them: processes, descriptors, room,
memory. The supervisor stays, says so in few lines, does not spin, and heals by
itself; who is ended for his memory is replaced, and no watcher sees it."""
import os
import resource
import signal
import subprocess

import pytest

import cgroup
from agent import BUILD
from hardship import Hardship, fill, kill_helpers, log_of, wait_said
from nobody import own
from servers import wait_for

WINDOW_SECONDS = 3


def assert_calm(hardship):
    """Measures, it does not wait for anything: the time is the divisor."""
    hardship.begin_window()
    wait_for(lambda: hardship.seconds() > WINDOW_SECONDS, WINDOW_SECONDS + 5)
    for sentence, is_true in hardship.findings():
        assert is_true, f"not so: {sentence}\n{hardship.agent.tail(8000)}"


def limit(agent, name, soft):
    """The supervisor's alone: its helpers have what they were born with. None:
    as we have it, for so it was started."""
    most, hard = resource.getrlimit(getattr(resource,
                                            f"RLIMIT_{name.upper()}"))
    words = [str(number) if number >= 0 else "unlimited"
             for number in (most if soft is None else soft, hard)]
    subprocess.run([*agent.under, "prlimit", f"--pid={agent.pid}",
                    f"--{name}={':'.join(words)}"], check=True)


def heal_and_wait(agent, name="one"):
    """All processes stand again and rounds go on."""
    agent.wait_state(name, "up", agent.bound_seconds())
    agent.wait_settled(30)


def test_no_more_processes(zookeeper, start_redis, make_nobodys):
    agent = make_nobodys({"one": start_redis()}, zookeeper.servers)
    agent.start().wait_ready().wait_settled()
    hardship = Hardship(agent)
    limit(agent, "nproc", 1)
    kill_helpers(agent, "sentinel-prober")
    kill_helpers(agent, "sentinel-publisher")
    wait_said(agent, "prober_not_started")
    wait_said(agent, "helper_not_started")
    agent.wait_state("one", "unknown", 2 * agent.bound_seconds())
    assert_calm(hardship)
    assert not agent.helpers("sentinel-prober")
    limit(agent, "nproc", None)
    heal_and_wait(agent)


def test_no_more_descriptors(zookeeper, start_redis, make_agent):
    agent = make_agent({"one": start_redis()}, zookeeper.servers)
    agent.start().wait_ready().wait_settled()
    hardship = Hardship(agent)
    limit(agent, "nofile", 3)
    kill_helpers(agent, "sentinel-prober")
    kill_helpers(agent, "sentinel-publisher")
    wait_said(agent, "prober_not_started")
    wait_said(agent, "helper_not_started")
    agent.wait_state("one", "unknown", 2 * agent.bound_seconds())
    assert_calm(hardship)
    limit(agent, "nofile", None)
    heal_and_wait(agent)


@pytest.mark.parametrize("most", [12, 20, 26])
def test_few_descriptors_from_the_start(start_redis, make_agent, most):
    """Refused in a sentence, or it lives: with all, or with `unknown`."""
    agent = make_agent({"one": start_redis()},
                       under=("prlimit", f"--nofile={most}"))
    agent.spawn()
    hardship = Hardship(agent)
    wait_said(agent, f"few_descriptors limit={most} ")
    try:
        code = agent.wait_exit(4)
    except subprocess.TimeoutExpired:
        assert_calm(hardship)
        return
    assert code in (69, 71, 73), agent.tail()
    assert "event=not_started" in log_of(agent) or "descriptors" in agent.tail()
    agent.assert_gone()


def small_disk(path, size):
    """A file system of its own, or the reason why there is none."""
    os.makedirs(path, mode=0o700)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o",
                              f"size={size},mode=0700", "none", path],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"needs to mount a small disk: {mounted.stderr.strip()}")


def test_no_room_in_the_run_directory(zookeeper, start_redis, make_agent,
                                      workspace):
    disk = os.path.join(workspace, "disk")
    small_disk(disk, "8m")
    try:
        agent = make_agent({"one": start_redis()}, zookeeper.servers,
                           run_dir=disk)
        agent.start().wait_ready().wait_settled()
        hardship = Hardship(agent)
        filler = os.path.join(disk, "filler")
        fill(filler)
        kill_helpers(agent, "sentinel-publisher")
        kill_helpers(agent, "sentinel-console")
        agent.signal(signal.SIGHUP)
        wait_for(lambda: len(agent.helpers()) >= 4, 20, "helpers again")
        assert_calm(hardship)
        agent.wait_state("one", "up")
        os.unlink(filler)
        heal_and_wait(agent)
        wait_for(lambda: agent.status()["zookeeper"]["state"] == "steady", 30,
                 "steady session")
        agent.terminate()
    finally:
        agent.close()
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_run_directory_at_the_start(start_redis, make_agent,
                                           workspace):
    """Nothing fits, not even the lock: it observes from memory, or says why
    it does not start."""
    disk = os.path.join(workspace, "disk")
    small_disk(disk, "64k")
    agent = make_agent({"one": start_redis()}, run_dir=disk)
    try:
        filler = os.path.join(disk, "filler")
        fill(filler)
        agent.spawn()
        hardship = Hardship(agent)
        wait_for(lambda: agent.state("one") == "up", 30, "an answer")
        assert_calm(hardship)
        agent.terminate()
    finally:
        agent.close()
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_run_directory_that_is_no_longer_ours(
        zookeeper, start_redis, make_nobodys):
    agent = make_nobodys({"one": start_redis()}, zookeeper.servers)
    agent.start().wait_ready().wait_settled()
    hardship = Hardship(agent)
    os.chown(agent.run_dir, 0, 0)
    kill_helpers(agent, "sentinel-publisher")
    kill_helpers(agent, "sentinel-console")
    agent.signal(signal.SIGHUP)
    wait_for(lambda: len(agent.helpers()) >= 4, 20, "helpers again")
    assert_calm(hardship)
    agent.wait_state("one", "up")
    own(agent.run_dir)
    heal_and_wait(agent)
    wait_for(lambda: agent.status()["zookeeper"]["state"] == "steady", 30,
             "steady session")


# --- memory ---------------------------------------------------------------
ROUNDS = 3
PARTS = {"prober": ("prober", "shard"), "publisher": ("publisher", ""),
         "console": ("console", "")}


def part(agent, name):
    """The process that plays this part."""
    def found():
        pids = [agent.pid] if name == "supervisor" else [
            service["pid"] for service in agent.status()["services"]
            if (service["kind"], service["note"]) == PARTS[name]]
        return [member for member in agent.members() if member.pid in pids]
    return wait_for(found, 20, name)[0]


def rounds_pass(agent):
    first = wait_for(lambda: agent.status()["round"]["number"], 30)
    wait_for(lambda: agent.status()["round"]["number"] >= first + ROUNDS, 30,
             f"{ROUNDS} rounds")


@pytest.fixture
def no_memory():
    """A group whose processes are ended at the next page they ask for."""
    why = cgroup.missing("memory")
    if why is not None:
        pytest.skip(why)
    group = cgroup.Cgroup("memory")
    group.limit_memory(0)
    yield group
    group.remove()


@pytest.fixture
def fleet(zookeeper, start_redis, make_agent, watch):
    """Two servers up in the tree: (agent, watch, mark)."""
    seen = watch(zookeeper)
    agent = make_agent({"one": start_redis(), "two": start_redis(unix=True)},
                       zookeeper.servers).start()
    for name in ("one", "two"):
        seen.wait_state(name, "up", 30)
    agent.wait_ready().wait_settled()
    return agent, seen, seen.mark()


@pytest.mark.parametrize("name", ["supervisor", *PARTS])
def test_who_is_ended_for_its_memory_is_replaced(fleet, no_memory, name):
    agent, watch, mark = fleet
    lost = part(agent, name)
    no_memory.add(lost)

    def has_ended():
        if lost.is_alive():
            agent.request("/goroutines")  # the console is asked for a page
        return not lost.is_alive()
    wait_for(has_ended, 60, f"end of the {name}")
    assert no_memory.killed_for_memory() == 1
    if name == "supervisor":
        agent.process.wait(10)
        agent.spawn()  # as its service manager would
    wait_for(lambda: part(agent, name).pid != lost.pid, 40, "successor")
    agent.wait_settled(40)
    rounds_pass(agent)
    watch.refresh().assert_quiet(mark)


@pytest.mark.skipif("address" in BUILD, reason="a sanitizer ends whom it "
                    "cannot give memory, and says so in the log")
def test_who_is_refused_more_memory_lives_or_is_replaced(fleet):
    agent, watch, mark = fleet
    for name in ("supervisor", *PARTS):
        limited = part(agent, name)
        was, hard = resource.prlimit(limited.pid, resource.RLIMIT_AS)
        resource.prlimit(limited.pid, resource.RLIMIT_AS, (1, hard))
        rounds_pass(agent)
        if limited.is_alive():
            resource.prlimit(limited.pid, resource.RLIMIT_AS, (was, hard))
        if agent.process.poll() is not None:
            agent.spawn()
        agent.wait_settled(40)
    rounds_pass(agent)
    watch.refresh().assert_quiet(mark)
