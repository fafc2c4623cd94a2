"""A prober against real servers in every state they have: the right reason, in
time."""
import contextlib
import os
import shutil
import socket
import subprocess

import pytest

from driver import DRIVER, TIMEOUT_MS, probe, row
from hostile import full_backlog
from servers import free_port, wait_for


@contextlib.contextmanager
def command(redis, *words):
    """Sends one command and does not wait for its answer."""
    with redis.connect() as peer:
        peer.sendall(b"*%d\r\n" % len(words) + b"".join(
            b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words))
        yield peer


# --- healthy servers --------------------------------------------------------
@pytest.mark.parametrize("options", [{}, {"ipv6": True}, {"unix": True}],
                         ids=["ipv4", "ipv6", "unix"])
def test_healthy_master_is_known_whole(start_redis, options):
    redis = start_redis(**options)
    result = probe(redis.addr)
    assert row(result) == ("master", "up", "yes", "yes")
    info = redis.ask("INFO").decode()
    assert f"run_id:{result['run_id']}\r\n" in info
    assert f"redis_version:{result['version']}\r\n" in info
    assert result["redis_pid"] == redis.pid
    assert result["role"] == "master"
    assert result["conditions"] == []
    assert result["detail"] == ""


def test_healthy_replica_names_its_master(start_redis):
    master = start_redis()
    replica = start_redis(replicaof=master)
    wait_for(lambda: b"master_link_status:up" in replica.ask("INFO"))
    result = probe(replica.addr)
    assert row(result) == ("replica", "up", "yes", "no")
    assert result["master"] == master.addr
    assert result["role"] == "replica"


def test_shallow_round_asks_ping_alone(start_redis):
    redis = start_redis()
    before = redis.ask("INFO", "commandstats")
    result = probe(redis.addr, "--timeout-ms", TIMEOUT_MS)
    after = redis.ask("INFO", "commandstats").decode()
    assert row(result) == ("", "up", "yes", "unknown")
    assert b"cmdstat_role" not in before
    assert "cmdstat_role" not in after and "cmdstat_setrange" not in after


def test_canary_writes_nothing(start_redis):
    redis = start_redis()
    for _ in range(3):
        assert probe(redis.addr)["writable"] == "yes"
    assert redis.ask("DBSIZE") == b":0\r\n"
    info = redis.ask("INFO").decode()
    assert "rdb_changes_since_last_save:0\r\n" in info
    redis.ask("RPUSH", "sentinel-agent:canary", "a list")
    assert probe(redis.addr)["writable"] == "yes"
    assert redis.ask("LLEN", "sentinel-agent:canary") == b":1\r\n"


def test_without_canary_nothing_is_said_of_writes(start_redis):
    redis = start_redis({"min-replicas-to-write": 1})
    assert row(probe(redis.addr, "--deep")) == \
        ("master", "up", "yes", "unknown")


# --- nobody there -------------------------------------------------------------
def test_nobody_listens(workspace):
    result = probe(f"127.0.0.1:{free_port()}")
    assert row(result) == ("refused", "down", "no", "no")
    assert result["certain"]
    result = probe(f"unix:{workspace}/missing.sock")
    assert row(result) == ("refused", "down", "no", "no")
    assert result["detail"] == "the socket does not exist"
    result = probe(f"unix:{workspace}")
    assert row(result) == ("refused", "down", "no", "no")


def test_socket_file_without_a_listener(workspace):
    path = os.path.join(workspace, "left.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
    assert probe(f"unix:{path}")["reason"] == "refused"


def test_unix_socket_out_of_reach_is_our_trouble(start_redis):
    redis = start_redis(unix=True)
    if os.geteuid() != 0:
        os.chmod(redis.path, 0)
        result = probe(redis.addr)
    else:
        os.chmod(redis.directory, 0o700)
        if subprocess.run(["test", "-x", DRIVER], user="nobody").returncode:
            pytest.skip("nobody cannot run the build directory's programs")
        result = probe(redis.addr, user="nobody")
    assert row(result) == ("agent", "unknown", "unknown", "unknown")
    assert "ermission denied" in result["detail"]


def test_names_are_not_resolved_yet():
    result = probe("redis.invalid:6379")
    assert row(result) == ("dns", "unknown", "unknown", "unknown")


def test_full_backlog(workspace, start_redis):
    good = start_redis()
    with full_backlog() as addr:
        result = probe(addr, neighbour=good.addr)
        assert row(result) == ("backlog", "down", "no", "no")
        assert result["ms"] >= TIMEOUT_MS - 5
    with full_backlog(os.path.join(workspace, "full.sock")) as addr:
        result = probe(addr, neighbour=good.addr)
        assert row(result) == ("backlog", "down", "no", "no")


# --- servers in trouble ----------------------------------------------------------
def test_stopped_server_times_out(start_redis):
    redis, good = start_redis(), start_redis()
    redis.stop()
    result = probe(redis.addr, neighbour=good.addr)
    assert row(result) == ("timeout", "down", "no", "no")
    assert result["ms"] >= TIMEOUT_MS - 5
    redis.cont()
    wait_for(lambda: probe(redis.addr)["state"] == "up")


def test_loading(start_redis):
    redis = start_redis({"enable-debug-command": "yes",
                         "loading-process-events-interval-bytes": 1024})
    assert redis.ask("DEBUG", "POPULATE", "20000") == b"+OK\r\n"
    assert redis.ask("SAVE") == b"+OK\r\n"
    redis.kill()
    redis.settings["key-load-delay"] = 1000
    redis.restart()
    result = probe(redis.addr)
    assert row(result) == ("loading", "loading", "no", "no")
    assert result["conditions"] == ["loading"]
    assert "0% done" in result["detail"]


def test_busy(start_redis):
    redis = start_redis({"busy-reply-threshold": 50})
    with command(redis, "EVAL", "while true do end", "0"):
        wait_for(lambda: redis.ask("PING").startswith(b"-BUSY"))
        assert row(probe(redis.addr)) == ("busy", "down", "no", "no")


def test_misconf(start_redis, workspace):
    data = os.path.join(workspace, "data")
    os.mkdir(data)
    redis = start_redis({"dir": data, "save": "3600 1"})
    shutil.rmtree(data)
    redis.ask("SET", "key", "value")
    redis.ask("BGSAVE")
    wait_for(lambda: b"rdb_last_bgsave_status:err" in redis.ask("INFO"))
    assert row(probe(redis.addr)) == ("misconf", "degraded", "yes", "no")
    redis.ask("CONFIG", "SET", "stop-writes-on-bgsave-error", "no")
    assert row(probe(redis.addr)) == ("misconf", "degraded", "yes", "yes")


def test_gates_before_writes(start_redis):
    full = start_redis({"maxmemory": 1})
    assert row(probe(full.addr)) == ("oom", "degraded", "yes", "no")
    lonely = start_redis({"min-replicas-to-write": 1})
    assert row(probe(lonely.addr)) == ("noreplicas", "degraded", "yes", "no")


def test_paused_writes(start_redis):
    redis, good = start_redis(), start_redis()
    assert redis.ask("CLIENT", "PAUSE", "60000", "WRITE") == b"+OK\r\n"
    result = probe(redis.addr, neighbour=good.addr)
    assert row(result) == ("paused", "degraded", "yes", "no")
    assert result["role"] == "master" and result["run_id"]


def test_replica_away_from_its_master(start_redis):
    master = start_redis()
    replica = start_redis(replicaof=master)
    strict = start_redis({"replica-serve-stale-data": "no"}, replicaof=master)
    for each in replica, strict:
        wait_for(lambda: b"master_link_status:up" in each.ask("INFO"))
    master.kill()
    for each in replica, strict:
        wait_for(lambda: b"master_link_status:down" in each.ask("INFO"))
    result = probe(replica.addr)
    assert row(result) == ("link_down", "degraded", "stale", "no")
    result = probe(strict.addr)
    assert row(result) == ("masterdown", "degraded", "no", "no")
    assert result["conditions"] == ["masterdown", "link_down"]
    fresh = start_redis(replicaof=master)
    result = probe(fresh.addr)
    assert row(result) == ("syncing", "degraded", "no", "no")


def test_shutting_down(start_redis):
    master = start_redis({"shutdown-timeout": 60})
    replica = start_redis(replicaof=master)
    wait_for(lambda: b"state=online" in master.ask("INFO", "replication"))
    replica.stop()
    master.ask("SET", "key", "value")
    with command(master, "SHUTDOWN"):
        wait_for(lambda: b"shutdown_in_milliseconds" in master.ask("INFO"))
        result = probe(master.addr)
        assert row(result) == ("shutdown", "draining", "yes", "no")
        assert result["conditions"] == ["shutdown", "paused"]


def test_maxclients(start_redis):
    redis = start_redis()
    with contextlib.ExitStack() as stack:
        with redis.connect() as control:
            for _ in range(5):
                stack.enter_context(redis.connect())
            control.sendall(b"CONFIG SET maxclients 5\r\n")
            assert control.recv(100) == b"+OK\r\n"
            stack.enter_context(redis.connect())
            result = probe(redis.addr)
    assert row(result) == ("maxclients", "degraded", "unknown", "unknown")


def test_password_wanted(start_redis):
    redis = start_redis({"requirepass": "s3cret"})
    assert row(probe(redis.addr)) == \
        ("auth", "unknown", "unknown", "unknown")
    assert row(probe(redis.addr, "--timeout-ms", TIMEOUT_MS)) == \
        ("auth", "unknown", "unknown", "unknown")


def test_least_privilege_is_enough(start_redis):
    redis = start_redis()
    redis.ask("ACL", "SETUSER", "default", "on", "nopass", "resetkeys",
              "~sentinel-agent:canary", "-@all", "+ping", "+info", "+role",
              "+setrange")
    assert row(probe(redis.addr)) == ("master", "up", "yes", "yes")
