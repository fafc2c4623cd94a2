"""States of a server that lets a probe in, from row 11 of docs/probing.md on:
silent, loading, busy, cut off, refusing writes, behind, or well."""
import os
import re
import resource
import shutil

import hostile
from agent import Process
from certificates import tls_addr, tls_settings
from servers import wait_for
from stage import (MASTER, REPLICA, Subject, degraded, down, fake, row, setting)


# --- 11, 12: silent -----------------------------------------------------------
# It takes its time for each key, and answers after each: the first tenth of
# them is loaded in 2 minutes.
LOADS_SLOWLY = {"loading-process-events-interval-bytes": 1024}
LOAD_DELAY_US = 60000
KEYS = 20000


def populated(stage, settings=None):
    redis = stage.redis({"enable-debug-command": "yes", "rdbcompression": "no",
                         **(settings or {})})
    assert redis.ask("DEBUG", "POPULATE", KEYS, "key", 1024) == b"+OK\r\n"
    return redis


def begin_loading(stage):
    """A server that loads what it saved."""
    redis = populated(stage, LOADS_SLOWLY)
    assert redis.ask("SAVE", seconds=30) == b"+OK\r\n"
    redis.kill()
    redis.settings["key-load-delay"] = LOAD_DELAY_US
    redis.restart()
    wait_for(lambda: redis.ask("PING").startswith(b"-LOADING"))
    return redis


def load_quickly(redis):
    wait_for(lambda: redis.ask("CONFIG", "SET", "key-load-delay", "0")
             == b"+OK\r\n" or redis.ask("PING") == b"+PONG\r\n")


@row("loading", "loading", "no", "no")
def loading_then_silent(stage):
    """Loading when last seen, and no answer since: still the same process."""
    redis = begin_loading(stage)

    def undo():
        redis.cont()
        redis.settings["key-load-delay"] = 0
        redis.restart()
    return Subject(redis.addr, undo, then=redis.stop,
                   known={"was_loading": True, "pid": redis.pid})


@down("timeout", ".*stopped.*")
def stopped(stage):
    """It told its process before."""
    redis = stage.redis()
    return Subject(redis.addr, redis.cont, known={"pid": redis.pid},
                   then=redis.stop)


@down("timeout", ".*its process is gone, and another one accepts")
def replaced_by_a_silent_one(stage):
    redis = stage.redis()
    process = Process(redis.pid)
    silent = []

    def replace():
        redis.kill()
        silent.append(stage.own(
            hostile.Hostile(hostile.silent, port=redis.port)))

    def undo():
        silent[0].close()
        redis.restart()
    return Subject(redis.addr, undo, known={"process": process}, then=replace)


@down("timeout", ".*stopped.*")
def stopped_behind_a_socket(stage):
    """The kernel itself says who listens there."""
    redis = stage.redis(unix=True)
    redis.stop()
    return Subject(redis.addr, redis.cont)


@down("timeout", ".*stopped.*")
def stopped_behind_tls(stage):
    redis = stage.redis(tls_settings(
        stage.authority, stage.authority.issue(stage.name("tls"))))
    return Subject(tls_addr(redis), redis.cont,
                   {"tls": {"ca": stage.authority.file}},
                   {"pid": redis.pid}, redis.stop)


@down("timeout")
def asleep(stage):
    redis = stage.redis({"enable-debug-command": "yes"})
    stage.own(redis.begin("DEBUG", "SLEEP", "3600"))
    return Subject(redis.addr, redis.restart, known={"pid": redis.pid})


@down("timeout")
def paused_whole(stage):
    redis = stage.redis()
    assert redis.ask("CLIENT", "PAUSE", "3600000", "ALL") == b"+OK\r\n"
    return Subject(redis.addr, redis.restart)  # UNPAUSE would wait, too


@down("timeout")
def silent(stage):
    return fake(stage, hostile.silent)


# --- 13 to 17: it says so itself ----------------------------------------------
@down("busy", "a script or function runs too long")
def busy(stage):
    redis = stage.redis({"busy-reply-threshold": 50})
    os.setpriority(os.PRIO_PROCESS, redis.pid, 10)  # it spins: others first
    stage.own(redis.begin("EVAL", "while true do end", "0"))
    wait_for(lambda: redis.ask("PING").startswith(b"-BUSY"))
    return Subject(redis.addr, lambda: redis.ask("SCRIPT", "KILL"))


@row("loading", "loading", "no", "no", "master",
     detail="loading its data set, 0% done")
def loading(stage):
    redis = begin_loading(stage)
    return Subject(redis.addr, lambda: load_quickly(redis))


@row("loading", "loading", "no", "no", "replica", ["loading", "syncing"],
     "loading its data set, 0% done", healed=REPLICA)
def loading_its_masters_data(stage):
    master = populated(stage)
    replica = stage.redis({**LOADS_SLOWLY, "key-load-delay": LOAD_DELAY_US},
                          replicaof=master)
    wait_for(lambda: replica.ask("PING").startswith(b"-LOADING"))
    return Subject(replica.addr, setting(replica, "key-load-delay", 0))


@degraded("masterdown", "no", "no", "replica",
          conditions=["masterdown", "link_down"], healed=MASTER)
def masterdown(stage):
    return orphan(stage, {"replica-serve-stale-data": "no"})


@degraded("clusterdown", "no")
def clusterdown(stage):
    redis = stage.redis({"cluster-enabled": "yes"})
    return Subject(redis.addr, lambda: redis.ask(
        "CLUSTER", "ADDSLOTSRANGE", "0", "16383"))


@degraded("clusterdown", "no")
def clusterdown_without_write_check(stage):
    """CLUSTER INFO tells it, which is asked of what is known for a cluster."""
    redis = stage.redis({"cluster-enabled": "yes"})
    return Subject(redis.addr, None, {"canary": False}, {"is_cluster": True})


@row("master", "up", "yes", "unknown", "master",
     detail="writes are not checked: no node has the slot")
def slot_of_write_check_unserved(stage):
    """The cluster serves what slots it has."""
    redis = stage.redis({"cluster-enabled": "yes",
                         "cluster-require-full-coverage": "no"})
    slot = int(redis.ask("CLUSTER", "KEYSLOT", "sentinel-agent:canary")[1:])
    redis.ask("CLUSTER", "ADDSLOTSRANGE", "0", slot - 1, slot + 1, "16383")
    wait_for(lambda: b"cluster_state:ok" in redis.ask("CLUSTER", "INFO"))
    return Subject(redis.addr,
                   lambda: redis.ask("CLUSTER", "ADDSLOTS", slot),
                   known={"is_cluster": True})


@row("shutdown", "draining", "yes", "no", "master",
     conditions=["shutdown", "paused"])
def shutting_down(stage):
    """It waits for a replica that has not got its last write."""
    redis = stage.redis({"shutdown-timeout": 3600, "repl-timeout": 3600})
    replica = stage.redis(replicaof=redis)
    wait_for(lambda: b"state=online" in redis.ask("INFO", "replication"))
    replica.stop()
    redis.ask("SET", "key", "value")
    stage.own(redis.begin("SHUTDOWN"))
    wait_for(lambda: b"shutdown_in_milliseconds" in redis.ask("INFO"))
    return Subject(redis.addr, lambda: redis.ask("SHUTDOWN", "ABORT"))


# --- 18, 19: reads only -------------------------------------------------------
def unsaved(stage, settings=None):
    """A server whose snapshots fail: their directory is gone."""
    data = stage.path("data")
    os.mkdir(data)
    redis = stage.redis({"dir": data, "save": "3600 1",
                         "enable-protected-configs": "yes",
                         **(settings or {})})
    shutil.rmtree(data)
    redis.ask("SET", "key", "value")
    redis.ask("BGSAVE")
    wait_for(lambda: b"rdb_last_bgsave_status:err" in redis.ask("INFO"))

    def undo():
        redis.ask("CONFIG", "SET", "dir", redis.directory)
        redis.ask("BGSAVE")
        wait_for(lambda: b"rdb_last_bgsave_status:ok" in redis.ask("INFO"))
    return Subject(redis.addr, undo)


@degraded("misconf")
def snapshot_failed(stage):
    return unsaved(stage)


@degraded("misconf", writable="yes")
def snapshot_failed_but_writes_go_on(stage):
    return unsaved(stage, {"stop-writes-on-bgsave-error": "no"})


@degraded("misconf", detail=".*append-only file.*")
def log_of_writes_failed(stage):
    """The disk is full, for this process."""
    redis = stage.redis({"appendonly": "yes", "appendfsync": "everysec"})
    resource.prlimit(redis.pid, resource.RLIMIT_FSIZE, (200, -1))
    redis.ask("SET", "key", "x" * 1000)
    wait_for(lambda: b"aof_last_write_status:err" in redis.ask("INFO"))
    return Subject(redis.addr, lambda: resource.prlimit(
        redis.pid, resource.RLIMIT_FSIZE, (-1, -1)))


@degraded("oom")
def out_of_memory(stage):
    redis = stage.redis({"maxmemory": 1})
    return Subject(redis.addr, setting(redis, "maxmemory", 0))


@degraded("noreplicas")
def too_few_replicas(stage):
    redis = stage.redis({"min-replicas-to-write": 1})
    return Subject(redis.addr, setting(redis, "min-replicas-to-write", 0))


@degraded("paused")
def paused(stage):
    redis = stage.redis()
    assert redis.ask("CLIENT", "PAUSE", "3600000", "WRITE") == b"+OK\r\n"
    return Subject(redis.addr, lambda: redis.ask("CLIENT", "UNPAUSE"))


# --- 20, 21: replicas ---------------------------------------------------------
def is_linked(redis):
    return b"master_link_status:up" in redis.ask("INFO", "replication")


def orphan(stage, settings=None):
    """A replica that had data, and whose master has gone; it is healed by
    becoming a master itself."""
    master = stage.redis()
    replica = stage.redis(settings, replicaof=master)
    wait_for(lambda: is_linked(replica), what="link")
    master.kill()
    wait_for(lambda: not is_linked(replica), what="end of the link")
    return Subject(replica.addr,
                   lambda: replica.ask("REPLICAOF", "NO", "ONE"))


@degraded("syncing", "no", role="replica", healed=REPLICA)
def never_synced(stage):
    """Its master is not there yet."""
    port, free = stage.closed_port()
    replica = stage.redis({"replicaof": f"127.0.0.1 {port}"})

    def undo():
        free()
        stage.redis(port=port)
    return Subject(replica.addr, undo)


@degraded("syncing", "no", role="replica", healed=REPLICA)
def waits_for_its_first_copy(stage):
    """Its master answers, but gathers replicas for a while."""
    master = stage.redis({"repl-diskless-sync-delay": 3600,
                          "repl-diskless-sync-max-replicas": 0})
    replica = stage.redis(replicaof=master)
    wait_for(lambda: b"connected_slaves:1" in master.ask("INFO"))
    return Subject(replica.addr, setting(
        master, "repl-diskless-sync-max-replicas", 1))


@degraded("link_down", "stale", role="replica")
def link_down(stage):
    return orphan(stage)


@degraded("lag", "yes", role="replica", healed=REPLICA)
def behind_its_master(stage):
    """The link stands, and nothing comes over it."""
    master = stage.redis({"repl-ping-replica-period": 1})
    replica = stage.redis({"repl-timeout": 3600}, replicaof=master)
    wait_for(lambda: is_linked(replica), what="link")
    master.stop()

    def is_silent():
        info = replica.ask("INFO", "replication")
        return int(re.search(rb"last_io_seconds_ago:(-?\d+)", info)[1]) >= 4
    return Subject(replica.addr, master.cont, {"max_lag": "2s"},
                   then=lambda: wait_for(is_silent, what="silence"))


@degraded("lag", "yes", role="replica")
def behind_by_bytes(stage):
    """It has received what it cannot apply yet."""
    host, port = stage.own(hostile.Hostile(hostile.half_a_write)) \
        .addr.split(":")
    replica = stage.redis({"replicaof": f"{host} {port}"})
    wait_for(lambda: re.search(rb"slave_read_repl_offset:\d{4}",
                               replica.ask("INFO", "replication")))
    return Subject(replica.addr, lambda: replica.ask(
        "REPLICAOF", "NO", "ONE"), {"max_gap": "4kb"})


@row(*REPLICA[:5], detail="")
def replica(stage):
    master = stage.redis()
    redis = stage.redis(replicaof=master)
    wait_for(lambda: is_linked(redis), what="link")
    return Subject(redis.addr)


# --- 22, 23: the rest ---------------------------------------------------------
@row(*MASTER[:5], detail="")
def master(stage):
    return Subject(stage.redis().addr)


@row(*MASTER[:5], detail="")
def master_behind_a_socket(stage):
    return Subject(stage.redis(unix=True).addr)


@row("master", "up", "yes", "unknown", "master", detail="")
def master_without_write_check(stage):
    """It would refuse writes, but it was not to be asked."""
    redis = stage.redis({"min-replicas-to-write": 1})
    return Subject(redis.addr, None, {"canary": False})


@row("other", "degraded", "unknown", "unknown", "sentinel",
     detail=".*Sentinel.*")
def sentinel(stage):
    return Subject(stage.redis(arguments=["--sentinel"]).addr)


@row("other", "degraded", "unknown", "unknown",
     detail=r".*: \\x1b\[#J\\x00\\xff after # ms.*")
def error_nobody_knows(stage):
    """With bytes that would paint a terminal."""
    return fake(stage, hostile.ugly_error)


DATABASES = 10000
FILL_DATABASES = "for i = 0, ARGV[1] - 1 do redis.call('SELECT', i) " \
                 "redis.call('SET', 'key', 1) end return {ok = 'OK'}"


@row("other", "degraded", "unknown", "unknown", "master",
     detail="its INFO is longer than the agent reads")
def info_too_long(stage):
    """A line for each of its databases, for each has a key."""
    redis = stage.redis({"databases": DATABASES})
    assert redis.ask("EVAL", FILL_DATABASES, "0", DATABASES,
                     seconds=30) == b"+OK\r\n"
    return Subject(redis.addr, lambda: redis.ask("FLUSHALL"))


@row("other", "degraded", "unknown", "unknown")
def closes_between_replies(stage):
    return fake(stage, hostile.closes_between)
