"""How a prober gets in: the password it reads for each probe, what it does
with it, and what it does when it cannot."""
import contextlib
import json
import os
import re
import secrets
import subprocess

import pytest

from certificates import Authority, tls_addr, tls_settings
from driver import DEEP, DRIVER, probe, prober_of, row
from hostile import REPLIES, Hostile, after_request

UP = ("master", "up", "yes", "yes")
OURS = ("agent", "unknown", "unknown", "unknown")
SHUT = ("auth", "unknown", "unknown", "unknown")
MAP_BYTES_MOST = 256 << 20


@pytest.fixture
def secret():
    return f"kept-nowhere-{secrets.token_hex(8)}"


@pytest.fixture
def password_file(workspace):
    """Writes a password file; gives the options that name it."""
    path = os.path.join(workspace, "queue.pw")

    def write(text, mode=0o600):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        with open(path, "w") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
        return ["--password-file", path]
    return write


@contextlib.contextmanager
def driver_at_work(*arguments):
    """A driver that waits at its end for us; its results come by `next`."""
    with subprocess.Popen([DRIVER, "--wait-at-end", *arguments], text=True,
                          stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as driver:
        try:
            yield driver, (json.loads(line) for line in driver.stdout)
        finally:
            driver.stdin.close()
            driver.stdout.read()
    assert driver.returncode == 0


def places_of(text, pid):
    """The maps of a process that hold the text, among those it can write."""
    found = []
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            begin, end, rights = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
            size = int(end, 16) - int(begin, 16)
            # A sanitizer's shadow is as wide as the world, and no memory.
            if "w" in rights and size <= MAP_BYTES_MOST:
                with contextlib.suppress(OSError):
                    memory.seek(int(begin, 16))
                    if text.encode() in memory.read(size):
                        found.append(line.split()[-1])
    return found


def may_read_memory(pid):
    with contextlib.suppress(OSError), open(f"/proc/{pid}/mem", "rb"):
        return True
    return False


# --- AUTH ---------------------------------------------------------------------
def test_password_and_user_are_given(start_redis, secret, password_file):
    redis = start_redis({"requirepass": secret})
    words = password_file(secret + "\n")
    result = probe(redis.addr, *DEEP, *words)
    assert row(result) == UP
    assert list(result["stage_us"]) == ["auth", "connect", "info", "ping"]
    assert row(probe(redis.addr, *DEEP, *words, "--user", "default")) == UP
    assert row(probe(redis.addr, *DEEP, *words, "--user", "nobody")) == SHUT
    assert probe(redis.addr, *words)["state"] == "up"  # PING alone
    assert row(probe(redis.addr, *DEEP, *password_file("another"))) == SHUT


def test_new_password_is_used_by_the_next_probe(start_redis, secret,
                                                password_file):
    redis = start_redis({"requirepass": secret})
    with driver_at_work(*DEEP, "--repeat", "200", "--gap-ms", "10",
                        *password_file("of yesterday"),
                        redis.addr) as (_, results):
        assert row(next(results)) == SHUT
        password_file(secret)
        assert UP in map(row, results)
        password_file("of tomorrow")
        assert SHUT in map(row, results)


def test_no_password_stays_in_a_prober(start_redis, workspace, secret,
                                       password_file):
    authority = Authority(workspace)
    redis = start_redis({**tls_settings(authority, authority.issue("right")),
                         "requirepass": secret})
    words = [*DEEP, "--repeat", "10", "--gap-ms", "2",
             *password_file(secret + "\n")]
    tls = ["--tls", "--tls-ca", authority.file]
    for addr, more in (redis.addr, []), (tls_addr(redis), tls):
        with driver_at_work(*words, *more, addr) as (driver, results):
            for _ in range(10):
                assert row(next(results)) == UP
            prober = prober_of(driver.pid)
            if not may_read_memory(prober):
                pytest.skip("only root may read another's memory")
            assert places_of(secret, prober) == []
            # The search does find what is there.
            assert places_of("sentinel-agent:canary", prober) != []


@pytest.mark.parametrize("text, mode, words", [
    ("s3cret\n", 0o640, "can be read by others: chmod 600 it"),
    ("s3cret\ns3cret\n", 0o600, "has several lines"),
    ("s3cret\0s3cret", 0o600, "has a NUL in it"),
    ("s3cret" * 100, 0o600, "is longer than 512 bytes"),
    ("\n", 0o600, "is empty")],
    ids=["open to others", "two lines", "a NUL", "too long", "empty"])
def test_bad_password_file_is_named_and_nobody_is_called(password_file, text,
                                                         mode, words):
    with Hostile(Hostile.hold) as server:
        options = password_file(text, mode)
        result = probe(server.addr, *DEEP, *options)
        assert server.accepted == 0
    assert row(result) == OURS
    assert options[1] in result["detail"] and words in result["detail"]
    assert "s3cret" not in json.dumps(result)
    assert result["stage_us"] == {}


def test_link_to_a_password_file_is_not_followed(start_redis, workspace,
                                                 password_file):
    link = os.path.join(workspace, "link.pw")
    os.symlink(password_file("s3cret")[1], link)
    result = probe(start_redis().addr, *DEEP, "--password-file", link)
    assert row(result) == OURS
    assert "is a link" in result["detail"]


def test_password_nobody_asked_for_is_a_warning_only(start_redis,
                                                     password_file):
    result = probe(start_redis().addr, *DEEP, *password_file("s3cret"))
    assert row(result) == UP


def test_blip_of_the_first_connection_says_all_of_it_again(password_file):
    heard = []

    def serve(fake, peer):
        heard.append(peer.recv(4096))
        if len(heard) == 1:
            fake.reset(peer)
        else:
            peer.sendall(b"+OK\r\n" + REPLIES)
            fake.hold(peer)

    with Hostile(serve) as fake:
        assert row(probe(fake.addr, *DEEP, *password_file("s3cret"))) == UP
    assert len(heard) == 2 and heard[0] == heard[1]
    assert heard[0].startswith(b"*2\r\n$4\r\nAUTH\r\n$6\r\ns3cret\r\n")


# --- who is behind it -----------------------------------------------------------
@pytest.mark.parametrize("is_unix", [False, True], ids=["tcp", "unix"])
def test_server_that_was_loading_and_is_silent_still_loads(start_redis,
                                                           is_unix):
    redis = start_redis(unix=is_unix)
    known = probe(redis.addr)
    assert known["redis_pid"] == redis.pid and known["start_ticks"] > 0
    words = [*DEEP, "--was-loading", "--pid", redis.pid, "--start-ticks"]
    redis.stop()
    result = probe(redis.addr, *words, known["start_ticks"])
    assert result["reason"] == "loading"
    result = probe(redis.addr, *words, known["start_ticks"] - 1)
    assert result["reason"] == "timeout"
    redis.cont()
    result = probe(redis.addr, *words, known["start_ticks"])
    assert row(result) == UP
    assert result["redis_pid"] == redis.pid
    assert result["start_ticks"] == known["start_ticks"]


def test_number_is_believed_when_the_start_fits(start_redis):
    redis = start_redis()
    told = redis.ask("INFO", "server").decode()
    uptime = int(re.search(r"uptime_in_seconds:(\d+)", told).group(1))
    for lie, pid in (0, redis.pid), (60, 0):
        info = f"role:master\r\nprocess_id:{redis.pid}\r\n" \
            f"uptime_in_seconds:{uptime + lie}\r\n".encode()
        answer = b"+PONG\r\n*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n" \
            b"$%d\r\n%s\r\n:0\r\n" % (len(info), info)
        with Hostile(after_request(answer, Hostile.hold)) as fake:
            result = probe(fake.addr, *DEEP)
        assert row(result) == UP
        assert result["redis_pid"] == pid


# --- limits -----------------------------------------------------------------
def limit_of(pid, name):
    with open(f"/proc/{pid}/limits") as file:
        line = next(line for line in file if line.startswith(name))
    return line[len(name):].split()[:2]


def test_cpu_is_granted_a_few_seconds_at_a_time(start_redis):
    with driver_at_work(start_redis().addr) as (driver, results):
        assert next(results)["state"] == "up"
        soft, hard = limit_of(prober_of(driver.pid), "Max cpu time")
        assert 5 <= int(soft) <= 10 and hard == "3600"
