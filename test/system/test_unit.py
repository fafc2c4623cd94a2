"""The unit file, without systemd: its words are right and leave little open, a
whole life of the agent fits inside its filter of system calls, and its limits
hold what a thousand instances take.

The programs are the release build's, which is what is installed: sanitizers
have system calls and memory of their own.
"""
import os
import signal
import struct
import subprocess
import sys

import pytest

import sandbox
from agent import HELPERS, ROOT
from certificates import Authority, tls_addr, tls_settings
from manager import Manager
from nobody import AS_NOBODY, NOBODY, own
from servers import wait_for
from test_debug import have_told

UNIT = os.path.join(ROOT, "packaging", "systemd", "sentinel-agent.service.in")
RELEASE = os.path.join(ROOT, "build")
COUNT, MOST = 1000, 4096  # measured; SETTINGS_INSTANCES_MOST
PATHS = ("/", "/status", "/tasks", "/goroutines?debug=2", "/metrics", "/sd",
         "/debug/procs", "/debug/heap", "/debug/fds", "/debug/charts",
         "/bounds", "/buildinfo", "/config", "/events", "/healthz",
         "/check/tcp")


@pytest.fixture(autouse=True)
def release_build():
    if not os.path.exists(os.path.join(RELEASE, "sentinel-agent")):
        pytest.skip("the release build is not there: make")


def need_sandbox():
    reason = sandbox.missing()
    if reason:
        pytest.skip(reason)


# --- its words ------------------------------------------------------------
@pytest.fixture
def installed(workspace):
    """As `make install` writes it."""
    with open(UNIT, encoding="utf-8") as file:
        text = file.read().replace("@SBINDIR@", RELEASE)
    path = os.path.join(workspace, "sentinel-agent.service")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("@CONFDIR@", "/etc/sentinel-agent"))
    return path


def analyze(*words):
    need_sandbox()
    return subprocess.run(["systemd-analyze", *words], capture_output=True,
                          text=True, timeout=60)


def test_systemd_understands_each_line(installed):
    ran = analyze("verify", "--man=no", installed)
    assert [line for line in ran.stderr.splitlines()
            if "sentinel-agent" in line] == []


def test_what_is_left_open_scores_at_most_1_2(installed):
    ran = analyze("security", "--offline=true", "--threshold=12", installed)
    assert ran.returncode == 0, ran.stdout


# --- a life inside --------------------------------------------------------
def test_the_sandbox_kills_what_the_unit_forbids():
    need_sandbox()
    for code in ("import os; os.setuid(1)", "import os; os.nice(1)",
                 "import mmap; mmap.mmap(-1, 1, prot=7)"):
        ran = subprocess.run([sys.executable, sandbox.__file__, UNIT,
                              sys.executable, "-c", code], timeout=60,
                             capture_output=True)
        assert ran.returncode == -signal.SIGSYS, code


class Life:
    """An agent of all that the programs can do, inside the sandbox; as
    another user where that can be."""

    def __init__(self, workspace, zookeeper, start_redis, make_agent,
                 state_path):
        authority = Authority(workspace)
        shown = authority.issue("shown")
        self.redis = {"tcp": start_redis(), "socket": start_redis(unix=True),
                      "tls": start_redis(tls_settings(authority, shown))}
        self.redis["named"] = self.redis["tcp"]
        self.as_user = AS_NOBODY if os.geteuid() == 0 else ()
        self.agent = make_agent(
            {"tcp": {"addr": self.redis["tcp"].addr,
                     "advertise": "10.0.0.7:6379"},
             "socket": {"addr": self.redis["socket"].addr,
                        "advertise": "10.0.0.7:6380"},
             "tls": {"addr": tls_addr(self.redis["tls"]),
                     "advertise": "10.0.0.7:6381",
                     "tls": {"ca": authority.file,
                             "server_name": "redis.internal"}},
             "named": {"addr": f"localhost:{self.redis['tcp'].port}",
                       "advertise": "10.0.0.7:6382"}},
            zookeeper.servers, build=RELEASE,
            settings={"publish": {
                "state": state_path, "heartbeat": "1s",
                "registrations": [{"style": "compat", "when": "readable",
                                   "path": f"/services{state_path}"}]}},
            under=(*self.as_user, sys.executable, sandbox.__file__, UNIT))
        self.manager = Manager(os.path.join(workspace, "notify"))
        self.manager.serve(self.agent, watchdog_s=10)
        os.makedirs(self.agent.run_dir, mode=0o700)
        if self.as_user:
            own(workspace, self.agent.run_dir, self.manager.path,
                *(self.redis["socket"].directory, self.redis["socket"].path))

    def wait_up(self, seconds=30):
        for name in self.redis:
            self.agent.wait_state(name, "up", seconds)

    def order(self, *words):
        """By root, over the agent's own socket."""
        ran = subprocess.run([os.path.join(RELEASE, "sentinelctl"), *words],
                             env={**os.environ, "SENTINEL_AGENT_RUN_DIR":
                                  self.agent.run_dir},
                             capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran

    def assert_well(self):
        """No call was refused: whoever made one is dead."""
        with open(self.agent.log, errors="replace") as file:
            assert "SIGSYS" not in file.read()


@pytest.fixture
def life(workspace, zookeeper, start_redis, make_agent, state_path):
    need_sandbox()
    made = Life(workspace, zookeeper, start_redis, make_agent, state_path)
    yield made
    made.manager.close()


def test_a_whole_life_takes_no_system_call_that_the_unit_forbids(life):
    agent = life.agent.start().wait_ready()
    life.wait_up()
    for path in PATHS:
        assert agent.request(path, timeout=20)[0] == 200, path
    agent.signal(signal.SIGUSR1)
    life.order("drain", "tls", "--reason", "a test")
    agent.wait_state("tls", "maint")
    life.order("undrain", "tls")
    agent.settings["interval"] = "600ms"
    agent.write_config()
    life.order("reload")
    life.wait_up()

    life.redis["tls"].kill()  # watched, and found out of band
    agent.wait_state("tls", "down")
    life.redis["tls"].restart()
    for name in HELPERS:
        agent.wait_settled()
        agent.helpers(name)[0].signal(signal.SIGKILL)
    life.wait_up()
    life.assert_well()

    agent.signal(signal.SIGUSR2)
    assert agent.wait_exit() == 0
    agent.start().wait_ready()
    life.wait_up()
    life.assert_well()
    agent.terminate()
    life.assert_well()


def test_a_search_of_the_host_takes_no_call_that_the_unit_forbids(
        start_redis, make_agent):
    need_sandbox()
    redis = start_redis()
    agent = make_agent(settings={"discover": "on"}, build=RELEASE,
                       under=(sys.executable, sandbox.__file__, UNIT))
    agent.start(60)
    wait_for(lambda: redis.addr in {
        found["addr"] for found in agent.status()["instances"]}, 60, "find")
    with open(agent.log, errors="replace") as file:
        assert "SIGSYS" not in file.read()


# --- its secrets ----------------------------------------------------------
def write_credential(path, text, user):
    """As systemd since 254: root's, and a list lets the user read. Its entries
    are tag, rights, whose: owner, this user, group, the list's limit, all."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o400)
    entries = ((1, 4, -1), (2, 4, user), (4, 0, -1), (16, 4, -1), (32, 0, -1))
    try:
        os.setxattr(path, "system.posix_acl_access", struct.pack("<I", 2) +
                    b"".join(struct.pack("<HHi", *entry)
                             for entry in entries))
    except OSError as error:
        pytest.skip(f"no lists of rights on this disk: {error}")
    assert os.stat(path).st_mode & 0o777 == 0o440


def test_a_credential_of_systemd_opens_a_server(workspace, start_redis,
                                                make_nobodys):
    redis = start_redis()
    redis.ask("ACL", "SETUSER", "probe", "on", ">secret", "+@all", "~*")
    paths = {"mine": NOBODY, "anothers": NOBODY - 1}
    agent = make_nobodys({name: {
        "addr": redis.addr, "user": "probe",
        "password_file": os.path.join(workspace, name)} for name in paths})
    for name, user in paths.items():
        write_credential(os.path.join(workspace, name), "secret\n", user)
    agent.write_config()
    checked = subprocess.run([*agent.argv(), "-t"], text=True,
                             capture_output=True, timeout=60)
    assert checked.stderr.count("has the mode 0440") == 1, checked
    assert "anothers" in checked.stderr, checked
    del agent.settings["instances"][1]
    agent.start().wait_state("mine", "up")


# --- its limits -----------------------------------------------------------
def bytes_of(size):
    return int(size[:-1]) << {"K": 10, "M": 20, "G": 30}[size[-1]]


def test_the_limits_hold_as_many_instances_as_can_be_listed(
        zookeeper, start_redis, make_agent):
    """A thousand are measured. What all take is less than so many times that,
    for the programs take something by themselves. It is one server a thousand
    times: as many would be held by a descriptor each, to see their ends."""
    unit = sandbox.directives(UNIT)
    redis = start_redis({"maxclients": 10000})
    agent = make_agent({f"i{number}": redis for number in range(COUNT)},
                       zookeeper.servers, build=RELEASE,
                       settings={"interval": "5s", "timeout": "4s"})
    agent.start(60).wait_ready(60)
    found = wait_for(lambda: have_told(agent), 60, "vitals of all")
    memory = sum(proc["pss_kb"] for proc in found) * 1024
    tasks = sum(proc["threads"] for proc in found)
    descriptors = max(proc["fds"] for proc in found) + COUNT
    print(f"of {COUNT}: {memory / 1e6:.1f} MB, {tasks} tasks, "
          f"{descriptors} descriptors in one process")
    times = MOST / COUNT
    assert memory * times < bytes_of(unit["MemoryHigh"][0])
    assert tasks * times < int(unit["TasksMax"][0])
    assert descriptors * times < int(unit["LimitNOFILE"][0])
