"""A prober against real servers: what else it tells of them, what it leaves
alone, how long it takes. The states themselves are in test_states."""
import os

import pytest

from driver import TIMEOUT_MS, probe, row
from hostile import full_backlog
from servers import free_port, wait_for


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


# --- nobody there -------------------------------------------------------------
def test_refused_leaves_no_doubt(workspace):
    assert probe(f"127.0.0.1:{free_port()}")["certain"]
    assert probe(f"unix:{workspace}/missing.sock")["certain"]


def test_directory_is_no_socket(workspace):
    assert row(probe(f"unix:{workspace}")) == ("refused", "down", "no", "no")


def test_full_backlog_delays_nobody_else(workspace, start_redis):
    good = start_redis()
    with full_backlog() as addr:
        result = probe(addr, neighbour=good.addr)
        assert result["ms"] >= TIMEOUT_MS - 5
    with full_backlog(os.path.join(workspace, "full.sock")) as addr:
        result = probe(addr, neighbour=good.addr)
        assert result["ms"] < TIMEOUT_MS


# --- servers in trouble ---------------------------------------------------------
def test_silent_servers_delay_nobody_else(start_redis):
    stopped, paused, good = start_redis(), start_redis(), start_redis()
    stopped.stop()
    assert paused.ask("CLIENT", "PAUSE", "60000", "WRITE") == b"+OK\r\n"
    for redis in stopped, paused:
        result = probe(redis.addr, neighbour=good.addr)
        assert result["ms"] >= TIMEOUT_MS - 5
    # What came before the stall is used.
    assert result["role"] == "master" and result["run_id"]


def test_shallow_round_finds_trouble(start_redis):
    redis = start_redis({"requirepass": "s3cret"})
    assert row(probe(redis.addr, "--timeout-ms", TIMEOUT_MS)) == \
        ("auth", "unknown", "unknown", "unknown")
