"""Every state a server can be in, by the table of docs/probing.md: how to bring
a real server there, what a probe must find, and how it is healed.

    with Stage(directory) as stage:
        subject = STATES["busy"].bring(stage)
        ... probe subject.addr ...
        subject.undo()

A state is a function that takes a stage, the place that owns its servers, and
gives back a Subject. Real servers where a server can be brought there; fakes
for what no Redis does. Each stands by itself: thirty of them fit one stage.
"""
import contextlib
import itertools
import os
import re
import resource
import shutil
import socket
from collections import namedtuple

import hostile
from servers import Redis, free_port, wait_for

# What a probe must find; `detail` is a pattern of the whole sentence.
Found = namedtuple("Found", "reason state readable writable role conditions "
                   "detail")
MASTER = Found("master", "up", "yes", "yes", "master", [], "")
REPLICA = Found("replica", "up", "yes", "no", "replica", [], "")
STATES = {}
# What to run a program under so that it may open no more than modes allow.
MODES_BIND = [] if os.geteuid() != 0 else [
    "setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def found_in(result):
    """What a result or a node says, by the same words."""
    found = Found(*(result[field] for field in Found._fields))
    return found._replace(conditions=sorted(found.conditions))


def is_as(found, expected):
    return found._replace(detail="") == expected._replace(detail="") \
        and re.fullmatch(expected.detail, found.detail) is not None


class State:
    """One row, or one way into it."""

    def __init__(self, bring, found, healed):
        self.name = bring.__name__
        self.bring = bring
        self.found = found
        self.healed = healed

    def __repr__(self):
        return self.name


class Subject:
    """A server in a state. `access` is what its instance's configuration
    says beside the address; `known` what an agent would remember of it
    (`was_loading`, and the `pid` of its process); `then` completes a state
    that takes time, or must be seen halfway first; `undo` heals it, None where nothing
    can."""

    def __init__(self, addr, undo=None, access=None, known=None, then=None):
        self.addr = addr
        self.undo = undo
        self.access = access or {}
        self.known = known or {}
        self.then = then


class Stage:
    """Owns servers and files until it is closed."""

    def __init__(self, directory):
        self.directory = directory
        self.numbers = itertools.count(1)
        self.stack = contextlib.ExitStack()
        self.secrets = []

    def redis(self, *settings, **options):
        return self.own(Redis(*settings, **options)).start()

    def own(self, thing):
        """Something with close()."""
        self.stack.callback(thing.close)
        return thing

    def path(self, name):
        """A path of its own, short enough for a socket."""
        return os.path.join(self.directory, f"{next(self.numbers)}.{name}")

    def secret(self):
        """A password nobody else has: it must be seen nowhere."""
        self.secrets.append("hush-" + os.urandom(12).hex())
        return self.secrets[-1]

    def secret_file(self, secret):
        path = self.path("password")
        write_secret(path, secret)
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()


def write_secret(path, secret):
    """At once: nobody reads half of it."""
    with open(path + ".new", "w") as file:
        file.write(f"{secret}\n")
    os.chmod(file.name, 0o600)
    os.rename(file.name, path)


def row(reason, state, readable, writable, role="unknown", conditions=None,
        detail=".+", healed=MASTER):
    """Enters the function below it into the table. The deciding reason is the
    only condition unless more are named."""
    if conditions is None:
        conditions = [] if state == "up" else [reason]
    found = Found(reason, state, readable, writable, role, sorted(conditions),
                  detail)

    def enter(bring):
        STATES[bring.__name__] = State(bring, found, healed)
        return bring
    return enter


def agents_fault(detail):
    return row("agent", "unknown", "unknown", "unknown", detail=detail)


def down(reason, detail=".+", role="unknown"):
    return row(reason, "down", "no", "no", role, detail=detail)


def shut(reason, detail=".+"):
    """The door is shut to us, which says nothing about others."""
    return row(reason, "unknown", "unknown", "unknown", detail=detail)


def degraded(reason, readable="yes", writable="no", role="master", **more):
    return row(reason, "degraded", readable, writable, role, **more)


# --- 1: trouble of our own ----------------------------------------------------
@agents_fault(".*[Pp]ermission denied.*")
def socket_out_of_reach(stage):
    """For an agent that modes bind: root loses CAP_DAC_OVERRIDE first."""
    redis = stage.redis(unix=True)
    os.chmod(redis.path, 0)
    return Subject(redis.addr, lambda: os.chmod(redis.path, 0o700))


def known_by_file(stage):
    """A server with a password, and the file that holds it."""
    secret = stage.secret()
    redis = stage.redis({"requirepass": secret})
    return redis, stage.secret_file(secret)


@agents_fault(r".*\.password\b.*")
def password_file_open_to_all(stage):
    redis, path = known_by_file(stage)
    return Subject(redis.addr, lambda: os.chmod(path, 0o600),
                   {"password_file": path},
                   then=lambda: os.chmod(path, 0o644))


@agents_fault(r".*\.password\b.*")
def password_file_missing(stage):
    redis, path = known_by_file(stage)
    return Subject(redis.addr, lambda: os.rename(path + ".away", path),
                   {"password_file": path},
                   then=lambda: os.rename(path, path + ".away"))


# --- 2 to 4: nobody there -----------------------------------------------------
@down("refused", "connection refused: nobody listens")
def port_closed(stage):
    port = free_port()
    return Subject(f"127.0.0.1:{port}", lambda: stage.redis(port=port))


@down("refused", "the socket does not exist")
def socket_missing(stage):
    path = stage.path("sock")
    return Subject(f"unix:{path}", lambda: stage.redis(path=path))


@down("refused", "connection refused: nobody listens")
def socket_left_behind(stage):
    path = stage.path("sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
    return Subject(f"unix:{path}", lambda: stage.redis(path=path))


@shut("dns")
def name_unknown(stage):
    """.invalid is a promise (RFC 6761): it never resolves."""
    return Subject("redis.invalid:6379")


def full_backlog(stage, path):
    """Nobody accepts and the queue is full, until healed: a master."""
    listener = stage.own(contextlib.ExitStack())
    addr = listener.enter_context(hostile.full_backlog(path))

    def undo():
        listener.close()
        if path is None:
            stage.redis(port=int(addr.rsplit(":", 1)[1]))
        else:
            os.unlink(path)
            stage.redis(path=path)
    return Subject(addr, undo)


@down("backlog")
def backlog_full(stage):
    return full_backlog(stage, None)


@down("backlog")
def socket_backlog_full(stage):
    return full_backlog(stage, stage.path("sock"))


# --- 6, 7: no Redis there -----------------------------------------------------
def fake(stage, serve):
    return Subject(stage.own(hostile.Hostile(serve)).addr)


@down("reset")
def resets(stage):
    return fake(stage, hostile.reset_at_once)


@down("protocol")
def http_server(stage):
    return fake(stage, hostile.http_server)


@down("protocol")
def endless_line(stage):
    return fake(stage, hostile.endless_line)


@down("protocol")
def surplus_reply(stage):
    return fake(stage, hostile.surplus_reply)


@down("protocol")
def array_bomb(stage):
    return fake(stage, hostile.array_bomb)


# --- 8 to 10: turned away -----------------------------------------------------
@row("maxclients", "degraded", "unknown", "unknown")
def maxclients(stage):
    redis = stage.redis()
    control = stage.own(redis.connect())
    for _ in range(5):
        stage.own(redis.connect())
    control.sendall(b"CONFIG SET maxclients 5\r\n")
    assert control.recv(100) == b"+OK\r\n"

    def undo():
        control.sendall(b"CONFIG SET maxclients 1000\r\n")
        assert control.recv(100) == b"+OK\r\n"
    return Subject(redis.addr, undo)


def outside_address():
    """An address of this machine that is not loopback, or None. Nothing is
    sent: connecting a datagram socket only chooses a route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            host = probe.getsockname()[0]
        except OSError:
            return None
    return None if host.startswith("127.") else host


@shut("protected")
def protected_mode(stage):
    """Redis listens where it lets nobody in; without such an address a fake
    says its words."""
    host = outside_address()
    if host is None:
        return fake(stage, hostile.protected_mode)
    redis = stage.redis({"bind": f"{host} 127.0.0.1"}, host=host)
    local = Redis(port=redis.port)  # the same server, let in
    stage.own(local)
    return Subject(redis.addr, lambda: local.ask(
        "CONFIG", "SET", "protected-mode", "no"))


@shut("auth", ".*password.*")
def password_wanted(stage):
    secret = stage.secret()
    redis = stage.redis({"requirepass": secret})

    def undo():
        with redis.connect() as peer:
            peer.sendall(f"AUTH {secret}\r\nCONFIG SET requirepass \"\"\r\n"
                         .encode())
            wait_for(lambda: redis.ask("PING") == b"+PONG\r\n")
    return Subject(redis.addr, undo)


@shut("auth", "the user or password was refused.*")
def password_wrong(stage):
    """Healed by the right one in the file: it is read again."""
    secret = stage.secret()
    redis = stage.redis({"requirepass": secret})
    path = stage.secret_file(stage.secret())
    return Subject(redis.addr, lambda: write_secret(path, secret),
                   {"password_file": path})


@shut("auth", "the user or password was refused.*")
def password_changed(stage):
    """It was let in before."""
    redis, path = known_by_file(stage)
    with open(path) as file:
        secret = file.read().strip()
    return Subject(redis.addr, lambda: write_secret(path, secret),
                   {"password_file": path},
                   then=lambda: write_secret(path, stage.secret()))


def acl_user(stage, *rights):
    """A user `probe` with these rights; how to get in as it."""
    secret = stage.secret()
    redis = stage.redis()
    assert redis.ask("ACL", "SETUSER", "probe", "reset", "on", f">{secret}",
                     *rights) == b"+OK\r\n"
    return redis, {"user": "probe", "password_file": stage.secret_file(secret)}


@shut("auth", "the user may run none of PING, ROLE and INFO.*")
def user_without_rights(stage):
    redis, access = acl_user(stage)
    return Subject(redis.addr, lambda: redis.ask(
        "ACL", "SETUSER", "probe", "~*", "+@all"), access)


@row(*MASTER[:5], detail=".*")
def user_without_ping(stage):
    """Another command answers: it is alive."""
    redis, access = acl_user(stage, "+info", "+role", "+setrange",
                             "~sentinel-agent:canary")
    return Subject(redis.addr, None, access)


@row(*MASTER[:5], detail=".*")
def user_with_least_rights(stage):
    redis, access = acl_user(stage, "+ping", "+info", "+role", "+setrange",
                             "+cluster|info", "~sentinel-agent:canary")
    return Subject(redis.addr, None, access)


@row(*MASTER[:5], detail=".+")
def password_not_needed(stage):
    """A warning, no more."""
    path = stage.secret_file(stage.secret())
    return Subject(stage.redis().addr, None, {"password_file": path})


# --- 11, 12: silent -----------------------------------------------------------
def begin_loading(stage):
    """A server that takes its time, 40 ms a key, and answers after each: its
    first tenth is loaded in 80 s."""
    redis = stage.redis({"enable-debug-command": "yes", "rdbcompression": "no",
                         "loading-process-events-interval-bytes": 1024})
    assert redis.ask("DEBUG", "POPULATE", "20000", "key", "1024") == b"+OK\r\n"
    assert redis.ask("SAVE", seconds=30) == b"+OK\r\n"
    redis.kill()
    redis.settings["key-load-delay"] = 40000
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
    redis = stage.redis()
    redis.stop()
    return Subject(redis.addr, redis.cont, known={"pid": redis.pid})


@down("timeout", ".*stopped.*")
def stopped_behind_a_socket(stage):
    """The kernel itself says who listens there."""
    redis = stage.redis(unix=True)
    redis.stop()
    return Subject(redis.addr, redis.cont)


@down("timeout")
def asleep(stage):
    redis = stage.redis({"enable-debug-command": "yes"})
    stage.own(redis.begin("DEBUG", "SLEEP", "3600"))
    return Subject(redis.addr, redis.restart, known={"pid": redis.pid})


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


@degraded("masterdown", "no", "no", "replica",
          conditions=["masterdown", "link_down"], healed=MASTER)
def masterdown(stage):
    return orphan(stage, {"replica-serve-stale-data": "no"})


@degraded("clusterdown", "no")
def clusterdown(stage):
    redis = stage.redis({"cluster-enabled": "yes"})
    return Subject(redis.addr, lambda: redis.ask(
        "CLUSTER", "ADDSLOTSRANGE", "0", "16383"))


@row("shutdown", "draining", "yes", "no", "master",
     conditions=["shutdown", "paused"])
def shutting_down(stage):
    """It waits for a replica that has not got its last write."""
    redis = stage.redis({"shutdown-timeout": 3600})
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


def setting(redis, key, value):
    return lambda: redis.ask("CONFIG", "SET", key, value)


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
    master = stage.own(Redis(port=free_port()))
    replica = stage.redis(replicaof=master)
    return Subject(replica.addr, master.start)


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
    replica = stage.redis(replicaof=master)
    wait_for(lambda: is_linked(replica), what="link")
    master.stop()

    def is_silent():
        info = replica.ask("INFO", "replication")
        return int(re.search(rb"last_io_seconds_ago:(-?\d+)", info)[1]) >= 4
    return Subject(replica.addr, master.cont, {"max_lag": "2s"},
                   then=lambda: wait_for(is_silent, what="silence"))


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


@row("other", "degraded", "unknown", "unknown", detail=".*after # ms.*")
def error_nobody_knows(stage):
    """With bytes that would paint a terminal."""
    return fake(stage, hostile.ugly_error)


@row("other", "degraded", "unknown", "unknown")
def closes_between_replies(stage):
    return fake(stage, hostile.closes_between)
