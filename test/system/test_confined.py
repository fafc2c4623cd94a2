"""What our processes gave up: a library that was taken over (trespass.so)
tries from inside each of them what it has no business to."""
import ctypes
import errno
import os
import re

import pytest

from agent import BUILD, HELPERS
from manager import Manager
from nobody import NOBODY
from servers import wait_for

PRELOAD = os.path.join(BUILD, "test", "fault", "trespass.so")
CREATE_RULESET = 444  # landlock_create_ruleset; 1 asks for the version
CHANGES = ("make", "write", "cut", "remove", "execute")
TREE = ("sentinel-agent", *HELPERS)
WITHHELD = ("NOTIFY_SOCKET=", "WATCHDOG_", "LISTEN_")


def landlock_version():
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(CREATE_RULESET, None, 0, 1)


def need_landlock():
    if landlock_version() < 1:
        pytest.skip("needs a kernel with Landlock")


class Trespass:
    """Places where the library tries, and what it said of each program."""

    def __init__(self, directory, agent):
        self.directory = os.path.join(directory, "trespass")
        self.agent = agent
        os.mkdir(self.directory)
        for name in ("write", "cut", *TREE):
            self.put(name)
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        agent.environment.update({
            "LD_PRELOAD": PRELOAD, "TRESPASS": self.directory,
            "TRESPASS_KEEP": agent.run_dir,
            "ASAN_OPTIONS": sanitizer + ":verify_asan_link_order=0"})

    def put(self, name):
        """Anybody may change it, as far as its mode is asked."""
        with open(os.path.join(self.directory, name), "w") as file:
            file.write(name)
        os.chmod(file.name, 0o666)
        os.chmod(self.directory, 0o777)

    def last(self, program):
        """Its last word, as a dictionary; or None."""
        with open(self.agent.log, errors="replace") as file:
            lines = re.findall(rf"trespass (name={program} .*)\n",
                               file.read())
        if not lines:
            return None
        pairs = dict(pair.split("=") for pair in lines[-1].split())
        del pairs["name"]
        return {key: int(value) for key, value in pairs.items()}

    def wait_bound(self, program):
        """Until what it tried last was all refused; that word."""
        def is_bound():
            last = self.last(program)
            return last if last and last["make"] else None
        return wait_for(is_bound, 30, f"bound {program}")


def expected(keep):
    refused = {name: errno.EACCES for name in CHANGES}
    if landlock_version() < 3:
        del refused["cut"]
    return {**refused, "dumpable": 0, "read": 0, "keep": keep}


def assert_bound(last, keep):
    for name, value in expected(keep).items():
        assert last[name] == value, (name, last)


def test_helpers_change_and_execute_nothing_but_in_the_run_directory(
        zookeeper, start_redis, make_nobodys, workspace):
    need_landlock()
    agent = make_nobodys({"one": start_redis()}, zookeeper.servers)
    trespass = Trespass(workspace, agent)
    agent.start().wait_ready()
    assert_bound(trespass.wait_bound("sentinel-prober"), errno.EACCES)
    assert_bound(trespass.wait_bound("sentinel-publisher"), 0)
    assert_bound(trespass.wait_bound("sentinel-console"), 0)
    # The supervisor must make files and start programs; it is hidden.
    agents = wait_for(lambda: trespass.last("sentinel-agent"), 30,
                      "word of the supervisor")
    assert agents["dumpable"] == 0
    assert agents["make"] == agents["execute"] == 0
    # They work on: a session and a history are kept.
    for name in ("session", "history"):
        wait_for(lambda: os.path.getsize(os.path.join(agent.run_dir, name)),
                 30, name)
    agent.wait_state("one", "up")


def test_all_but_the_supervisor_give_up_privileges(
        zookeeper, start_redis, make_agent):
    agent = make_agent({"one": start_redis()}, zookeeper.servers)
    agent.start().wait_ready().wait_settled()
    for helper in agent.helpers():
        def status(pid=helper.pid):
            with open(f"/proc/{pid}/status") as file:
                return dict(line.rstrip("\n").split(":\t", 1) for line in file
                            if ":\t" in line)
        # A spare may be young: it has said nothing yet.
        wait_for(lambda: status()["NoNewPrivs"] == "1", 10,
                 f"NoNewPrivs of {helper}")
        assert status()["Seccomp"] == "0"  # as the documents say
        with open(f"/proc/{helper.pid}/limits") as file:
            assert re.search(r"Max core file size +0 +0 ", file.read())


def test_nobody_looks_into_them(zookeeper, start_redis, make_nobodys):
    """The kernel gives the files of what is not dumpable to root."""
    agent = make_nobodys({"one": start_redis()}, zookeeper.servers)
    agent.start().wait_ready().wait_settled()
    for process in agent.members():
        wait_for(lambda: os.stat(f"/proc/{process.pid}/mem").st_uid == 0, 10,
                 f"hidden {process}")
        with open(f"/proc/{process.pid}/status") as file:
            assert f"Uid:\t{NOBODY}\t" in file.read()


def test_nothing_of_the_manager_s_is_inherited(
        zookeeper, start_redis, make_agent, workspace):
    manager = Manager(os.path.join(workspace, "notify"))
    foreign, end = os.pipe()
    try:
        agent = make_agent({"one": start_redis()}, zookeeper.servers)
        manager.serve(agent, watchdog_s=30)
        agent.environment.update({"LISTEN_FDS": "1", "LISTEN_PID": "1",
                                  "LISTEN_FDNAMES": "x"})
        agent.inherit = (foreign,)
        agent.start().wait_ready().wait_settled()
        inode = os.fstat(foreign).st_ino
        assert f"pipe:[{inode}]" in links(agent.pid)
        for helper in agent.helpers():
            with open(f"/proc/{helper.pid}/environ", "rb") as file:
                environment = file.read().decode().split("\0")
            assert len(environment) > 3
            assert not [entry for entry in environment
                        if entry.startswith(WITHHELD)]
            found = links(helper.pid)
            assert f"pipe:[{inode}]" not in found
            assert os.path.join(agent.run_dir, "agent.lock") not in found
            listens = set(found) & set(listeners(agent))
            assert bool(listens) == helper.name.startswith("sentinel-cons")
    finally:
        manager.close()
        os.close(foreign)
        os.close(end)


def links(pid):
    """What its descriptors are, as the kernel says it."""
    found = []
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.append(os.readlink(f"/proc/{pid}/fd/{number}"))
        except FileNotFoundError:
            pass  # closed meanwhile
    return found


def listeners(agent):
    """The console's TCP socket, as a link."""
    with open("/proc/net/tcp") as file:
        rows = [line.split() for line in file][1:]
    port = f":{agent.port:04X}"
    return [f"socket:[{row[9]}]" for row in rows
            if row[1].endswith(port) and row[3] == "0A"]
