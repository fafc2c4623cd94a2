"""A search of the host, with real servers of every kind and strangers named
like them: each server once, at its best address, and nobody else."""
import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys

import pytest

from agent import BUILD
from servers import LIBC, PATIENCE, REDIS_BINARIES, Redis, \
    die_with_parent, free_port, wait_for

DRIVER = os.path.join(BUILD, "test", "fault", "drive_discover")
PROBER = os.path.join(BUILD, "sentinel-prober")
CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
NOBODY = 65534
# A server that is silent costs a second; the whole search has three.
ADDRESS_SECONDS, SEARCH_SECONDS, KILL_SECONDS = 1, 3, 4
SLACK_SECONDS = 1.5

IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(
    not IS_ROOT, reason="needs root: to be another user, or in another "
    "network namespace")


class Search:
    """What one run of the driver said."""

    def __init__(self, run):
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        assert lines, run.stderr
        assert "Sanitizer" not in run.stderr, run.stderr
        self.servers, self.end, self.code = lines[:-1], lines[-1], \
            run.returncode
        assert self.end["live"] == 0

    def at(self, addr):
        """The one server with this address, as its best or another."""
        found = [one for one in self.servers
                 if addr == one["addr"] or addr in one["others"]]
        assert len(found) <= 1, found
        return found[0] if found else None

    def pids(self):
        return [one["pid"] for one in self.servers]


def search(*arguments, program=DRIVER, **options):
    return Search(subprocess.run(
        [program, *map(str, arguments)], text=True, capture_output=True,
        timeout=30 * PATIENCE, **options))


def whole_search(*arguments, **options):
    result = search(*arguments, **options)
    assert (result.end["status"], result.code) == ("whole", 0), result.end
    return result


@contextlib.contextmanager
def other_network():
    """A network namespace of our own, its loopback up, for this thread and
    for what it starts."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    assert LIBC.unshare(CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
    try:
        with socket.socket() as any_socket:
            request = struct.pack("16sh14x", b"lo", 0)
            flags = struct.unpack("16sh14x", fcntl.ioctl(
                any_socket, SIOCGIFFLAGS, request))[1]
            fcntl.ioctl(any_socket, SIOCSIFFLAGS,
                        struct.pack("16sh14x", b"lo", flags | IFF_UP))
        yield
    finally:
        assert LIBC.setns(before, CLONE_NEWNET) == 0
        os.close(before)


@pytest.fixture
def alone():
    """Where we may, the test has a network to itself: what it finds there is
    its own. Elsewhere other servers of the machine may be found beside."""
    if not IS_ROOT:
        yield False
        return
    with other_network():
        yield True


STRANGER = """
import ctypes, signal, socket, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
ctypes.CDLL(None).prctl(15, sys.argv[1].encode())
listeners = [socket.create_server(("127.0.0.1", 0)) for _ in
             range(int(sys.argv[3]))]
print(listeners[0].getsockname()[1], flush=True)
while True:
    peer, _ = listeners[0].accept()
    if sys.argv[2] == "http":
        peer.recv(1000)
        peer.sendall(b"HTTP/1.1 400 Bad Request\\r\\n\\r\\n")
        peer.close()
"""


@pytest.fixture
def start_stranger():
    """start_stranger(name, how): something with a server's name that is none.
    Gives its port."""
    with contextlib.ExitStack() as stack:
        def start(name, how, listeners=1):
            process = stack.enter_context(subprocess.Popen(
                [sys.executable, "-c", STRANGER, name, how, str(listeners)],
                stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True))
            stack.callback(process.kill)
            return int(process.stdout.readline())
        yield start


def check_found(found, redis, name, version=True):
    assert found is not None
    assert found["addr"] == redis.addr
    assert found["name"] == name
    assert found["pid"] == redis.pid
    if version:
        info = redis.ask("INFO", "server").decode()
        assert f"redis_version:{found['version']}\r\n" in info


# --- who is found -------------------------------------------------------------
def test_each_server_is_found_and_no_stranger(alone, start_redis,
                                              start_stranger):
    plain = start_redis()
    unix = start_redis(unix=True)
    locked = start_redis({"requirepass": "secret"})
    strangers = [start_stranger("redis_exporter", "http"),
                 start_stranger("redis-proxy", "silent")]
    result = whole_search()
    check_found(result.at(plain.addr), plain, f"redis-{plain.port}")
    check_found(result.at(unix.addr), unix, "redis-redis")
    check_found(result.at(locked.addr), locked, f"redis-{locked.port}",
                version=False)
    assert result.at(locked.addr)["version"] == ""
    assert result.at(plain.addr)["role"] == "master"
    for port in strangers:
        assert result.at(f"127.0.0.1:{port}") is None
    assert result.end["ms"] <= (SEARCH_SECONDS + SLACK_SECONDS) * 1000 * \
        PATIENCE
    if alone:
        assert len(result.servers) == 3
        assert (result.end["processes"], result.end["addresses"],
                result.end["silent"]) == (5, 5, 2)


def test_nothing_to_find_is_a_whole_search(alone):
    result = whole_search()
    if alone:
        assert result.servers == []
        assert result.end["processes"] == 0


def test_a_server_with_many_addresses_is_found_once(alone, start_redis,
                                                    workspace):
    path = os.path.join(workspace, "many.sock")
    redis = start_redis({"bind": "127.0.0.2 127.0.0.1 ::1",
                         "unixsocket": path})
    result = whole_search()
    assert result.pids().count(redis.pid) == 1
    found = result.at(f"127.0.0.1:{redis.port}")
    check_found(found, redis, f"redis-{redis.port}")
    assert found["others"] == [f"127.0.0.2:{redis.port}",
                               f"[::1]:{redis.port}", f"unix:{path}"]


def test_a_server_on_all_addresses_is_asked_on_loopback(alone, start_redis):
    redis = start_redis({"bind": "* -::*", "protected-mode": "no"})
    found = whole_search().at(f"127.0.0.1:{redis.port}")
    check_found(found, redis, f"redis-{redis.port}")
    assert found["others"] == [f"0.0.0.0:{redis.port}", f"[::1]:{redis.port}",
                               f"[::]:{redis.port}"]


def test_a_server_on_ipv6_alone_is_found(alone, start_redis):
    redis = start_redis(ipv6=True)
    check_found(whole_search().at(redis.addr), redis, f"redis-{redis.port}")


def test_a_replica_says_that_it_is_one(alone, start_redis):
    master = start_redis()
    replica = start_redis(replicaof=master)
    wait_for(lambda: b"master_link_status:up" in replica.ask("INFO"))
    assert whole_search().at(replica.addr)["role"] == "replica"


def test_a_cluster_member_is_found_without_its_bus(alone, start_redis):
    # Its bus is 10,000 above; a port too high for that is tried anew.
    redis = start_redis({"cluster-enabled": "yes", "loglevel": "debug"})
    result = whole_search()
    check_found(result.at(redis.addr), redis, f"redis-{redis.port}")
    assert result.pids().count(redis.pid) == 1
    assert "Bad message" not in redis.tail()
    if alone:
        assert result.end["addresses"] == 1


@pytest.mark.parametrize("password", ["", "requirepass secret\n"],
                         ids=["open", "locked"])
def test_a_sentinel_is_not_found(alone, workspace, password):
    port = free_port()
    path = os.path.join(workspace, "sentinel.conf")
    with open(path, "w") as file:
        file.write(f"port {port}\nbind 127.0.0.1\n{password}")
    binary = next(path for path in REDIS_BINARIES if os.path.exists(path))
    with subprocess.Popen(["redis-server", path, "--sentinel"],
                          executable=binary, stdout=subprocess.DEVNULL,
                          preexec_fn=die_with_parent) as sentinel:
        try:
            wait_for(lambda: socket.create_connection(("127.0.0.1", port)))
            result = whole_search()
            assert sentinel.pid not in result.pids()
            assert result.end["silent"] >= 1
        finally:
            sentinel.kill()


def test_a_program_by_any_name_is_found_by_its_title(alone, start_redis,
                                                     workspace):
    program = os.path.join(workspace, "cached")
    shutil.copy(next(path for path in REDIS_BINARIES
                     if os.path.exists(path)), program)
    redis = start_redis()
    redis.kill()
    prepare = redis.prepare
    redis.prepare = lambda is_first: (prepare(is_first)[0], program)
    redis.restart()
    with open(f"/proc/{redis.pid}/comm") as file:
        assert file.read() == "cached\n"
    check_found(whole_search().at(redis.addr), redis, f"redis-{redis.port}")


def test_a_stopped_server_is_found_when_it_goes_on(alone, start_redis):
    stopped, well = start_redis(), start_redis()
    stopped.stop()
    try:
        result = whole_search()
        assert result.at(stopped.addr) is None
        check_found(result.at(well.addr), well, f"redis-{well.port}")
        assert result.end["ms"] <= \
            (ADDRESS_SECONDS + SLACK_SECONDS) * 1000 * PATIENCE
    finally:
        stopped.cont()
    check_found(whole_search().at(stopped.addr), stopped,
                f"redis-{stopped.port}")


def test_a_stranger_with_many_sockets_leaves_room_for_servers(
        alone, start_redis, start_stranger):
    start_stranger("redis-hoard", "http", listeners=100)
    redis = start_redis()
    result = whole_search()
    check_found(result.at(redis.addr), redis, f"redis-{redis.port}")
    assert result.end["left_out"] >= 84


@needs_root
def test_a_server_of_another_network_is_not_found(start_redis):
    outside = start_redis()
    with other_network():
        inside = start_redis()
        result = whole_search()
        assert result.pids() == [inside.pid]
        assert result.end["processes"] == 1
    assert outside.pid in whole_search().pids()


# --- as another user ----------------------------------------------------------
@pytest.fixture
def as_nobody(workspace):
    """as_nobody() is a search by a user who may not look at the servers'
    descriptors."""
    os.chmod(workspace, 0o755)
    driver = shutil.copy(DRIVER, workspace)
    prober = shutil.copy(PROBER, workspace)

    def search_as_nobody():
        return whole_search(
            "--prober", prober, program=driver, cwd="/",
            user=NOBODY, group=NOBODY, extra_groups=[])
    return search_as_nobody


@needs_root
def test_without_rights_a_title_tells_where_to_ask(alone, start_redis,
                                                   as_nobody):
    plain = start_redis()
    locked = start_redis({"requirepass": "secret"})
    unix = start_redis({"unixsocketperm": "777"}, unix=True)
    closed = start_redis(unix=True)
    os.chmod(unix.directory, 0o755)
    os.chmod(closed.directory, 0o755)
    result = as_nobody()
    check_found(result.at(plain.addr), plain, f"redis-{plain.port}")
    check_found(result.at(locked.addr), locked, f"redis-{locked.port}",
                version=False)
    check_found(result.at(unix.addr), unix, "redis-redis")
    assert result.at(closed.addr) is None
    assert len(result.servers) == 3
    assert result.end["hidden"] == 4


@needs_root
def test_without_rights_and_title_its_user_tells_where_to_ask(
        alone, start_redis, start_stranger, as_nobody):
    title = {"proc-title-template": "redis"}
    one, two = start_redis(title), start_redis(title)
    other = start_stranger("neighbour", "http")
    result = as_nobody()
    check_found(result.at(one.addr), one, f"redis-{one.port}")
    check_found(result.at(two.addr), two, f"redis-{two.port}")
    assert result.at(f"127.0.0.1:{other}") is None
    assert result.end["addresses"] == 3
    assert result.end["silent"] == 1


@needs_root
def test_without_rights_a_locked_server_among_others_has_no_process(
        alone, start_redis, as_nobody):
    settings = {"proc-title-template": "redis", "requirepass": "secret"}
    one = start_redis(settings)
    assert as_nobody().at(one.addr)["pid"] == one.pid
    two = start_redis(settings)
    result = as_nobody()
    assert [result.at(redis.addr)["pid"] for redis in (one, two)] == [0, 0]


class RedisOfNobody(Redis):
    """A server of another user, on a unix socket for that user alone."""

    def __init__(self, settings):
        super().__init__(settings, unix=True)
        os.chown(self.directory, NOBODY, NOBODY)

    def prepare(self, is_first):
        argv, binary = super().prepare(is_first)
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
                "--clear-groups", "--", "bash", "-c",
                'exec -a "$0" "$@"', argv[0], binary, *argv[1:]], None


@needs_root
def test_its_own_user_sees_the_sockets_of_a_server(alone, as_nobody):
    with RedisOfNobody({"proc-title-template": "redis"}) as redis:
        redis.start()
        result = as_nobody()
        check_found(result.at(redis.addr), redis, "redis-redis")
        assert result.end["hidden"] == 0


# --- when it goes wrong -------------------------------------------------------
def make_proc(workspace, *pids):
    """A /proc with these processes alone."""
    root = os.path.join(workspace, "proc")
    os.mkdir(root)
    for name in ("net", "self", *map(str, pids)):
        os.symlink(f"/proc/{name}", os.path.join(root, name))
    return root


def test_what_was_found_before_a_hang_counts(alone, start_redis, workspace):
    """Reading the command line of a sick process never ends."""
    redis = start_redis()
    locked = start_redis({"requirepass": "secret"})
    root = make_proc(workspace, redis.pid, locked.pid)
    sick = os.path.join(root, "4194999")
    os.mkdir(sick)
    with open(os.path.join(sick, "comm"), "w") as file:
        file.write("sick\n")
    os.mkfifo(os.path.join(sick, "cmdline"))
    result = search("--root", root)
    assert result.end["status"] in ("EIO", "ETIMEDOUT")
    assert result.end["how"] == "died of SIGKILL"
    assert result.code == 1
    check_found(result.at(redis.addr), redis, f"redis-{redis.port}")
    check_found(result.at(locked.addr), locked, f"redis-{locked.port}",
                version=False)
    assert result.end["ms"] <= (KILL_SECONDS + SLACK_SECONDS) * 1000 * PATIENCE


def test_a_host_without_proc_has_no_servers(workspace):
    result = search("--root", os.path.join(workspace, "nothing"))
    assert result.servers == []
    assert result.end["status"] == "ETIMEDOUT"


def test_a_stopped_search_tells_nothing(alone, start_redis, start_stranger):
    start_redis()
    start_stranger("redis-proxy", "silent")
    result = search("--stop-after-ms", 300)
    assert result.end["status"] == "ECANCELED"
    assert result.servers == []


def test_a_frozen_search_is_ended(alone, start_redis):
    """Stopped, as a debugger or the freezer would: the kernel ends it."""
    redis = start_redis()
    redis.stop()
    with subprocess.Popen([DRIVER], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as driver:
        def helper():
            path = f"/proc/{driver.pid}/task/{driver.pid}/children"
            with open(path) as file:
                children = file.read().split()
            return int(children[0]) if children else None
        os.kill(wait_for(helper), signal.SIGSTOP)
        out, err = driver.communicate(timeout=30 * PATIENCE)
    redis.cont()
    result = Search(subprocess.CompletedProcess([], driver.returncode, out,
                                                err))
    assert result.end["how"] == "died of SIGKILL"
    assert result.end["ms"] <= (KILL_SECONDS + SLACK_SECONDS) * 1000 * PATIENCE
