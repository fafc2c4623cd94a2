"""One prober, driven as the supervisor drives it, against real servers in
every state they have and against servers that misbehave: the right reason in
time, the prober alive afterwards, and nobody else moved."""
import contextlib
import json
import os
import resource
import shutil
import signal
import socket
import subprocess

import pytest

from agent import BUILD
from hostile import Hostile, full_backlog
from servers import PATIENCE, free_port, wait_for

DRIVER = os.path.join(BUILD, "test", "fault", "drive_prober")
TIMEOUT_MS = 600
SLACK_MS = 500
DEEP = ("--deep", "--canary")


def drive(*arguments, **options):
    """Runs the driver: its results, its last line, its exit code."""
    run = subprocess.run([DRIVER, *map(str, arguments)], text=True,
                         capture_output=True, timeout=60 * PATIENCE, **options)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert lines, run.stderr
    return lines[:-1], lines[-1], run.returncode


def probe(addr, *options, neighbour=None, **keywords):
    """One probe's result, and its neighbour's if there is one; both in time,
    and the prober left in peace."""
    addresses = [addr] if neighbour is None else [addr, neighbour]
    results, end, code = drive("--timeout-ms", TIMEOUT_MS, *(options or DEEP),
                               *addresses, **keywords)
    assert (code, end["end"], end["code"]) == (0, "exit", 0)
    assert len(results) == len(addresses)
    for result in results:
        assert result["ms"] <= (TIMEOUT_MS + SLACK_MS) * PATIENCE
    found = {result["addr"]: result for result in results}
    if neighbour is not None:
        assert found[neighbour]["reason"] == "master"
        assert found[neighbour]["writable"] == "yes"
    return found[addr]


def row(result):
    return tuple(result[key] for key in
                 ("reason", "state", "readable", "writable"))


def prober_of(driver):
    """The process id of the prober of this driver."""
    with open(f"/proc/{driver}/task/{driver}/children") as file:
        return int(file.read().split()[0])


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


# --- servers that are none -----------------------------------------------------------
DENIED = b"-DENIED Redis is running in protected mode because protected " \
    b"mode is enabled and no password is set for the default user.\r\n"
REPLIES = b"+PONG\r\n*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n" \
    b"$13\r\nrole:master\r\n\r\n:0\r\n"


def after_request(data, then):
    """Reads the flight, sends `data`, goes on with `then`."""
    def serve(fake, peer):
        peer.recv(4096)
        peer.sendall(data)
        then(fake, peer)
    return serve


def leave(fake, peer):
    """Closes; all of the flight was read, so it is no reset."""


def half_close(fake, peer):
    peer.shutdown(socket.SHUT_WR)
    fake.hold(peer)


HOSTILE = {
    "silent": (after_request(b"", Hostile.hold), "timeout", 1),
    "reset at once": (lambda fake, peer: fake.reset(peer), "reset", 2),
    "closes at once": (after_request(b"", leave), "reset", 2),
    "reset in the first reply":
        (after_request(b"+PO", Hostile.reset), "reset", 2),
    "half close in the first reply": (after_request(b"+PO", half_close),
                                      "reset", 2),
    "reset between replies":
        (after_request(b"+PONG\r\n*3\r\n$6\r\nmas", leave), "other", 1),
    "half close between replies": (after_request(b"+PONG\r\n", half_close),
                                   "other", 1),
    "byte by byte, in time":
        (lambda fake, peer: fake.drip(peer, REPLIES, 0.001), "master", 1),
    "byte by byte, too slow":
        (lambda fake, peer: fake.drip(peer, REPLIES, 0.3), "timeout", 1),
    "flood of replies":
        (lambda fake, peer: fake.flood(peer, b"+PONG\r\n" * 9000),
         "protocol", 1),
    "flood of one string":
        (after_request(b"$100000000\r\n",
                       lambda fake, peer: fake.flood(peer, b"x" * 65536)),
         "protocol", 1),
    "array bomb": (after_request(b"*2147483647\r\n", Hostile.hold),
                   "protocol", 1),
    "nested bomb": (after_request(b"*1\r\n" * 64, Hostile.hold),
                    "protocol", 1),
    "wide bomb": (after_request(b"*4096\r\n" + b"*4096\r\n" * 8,
                                Hostile.hold), "protocol", 1),
    "endless line":
        (lambda fake, peer: fake.flood(peer, b"+" + b"A" * 4096),
         "protocol", 1),
    "surplus reply": (after_request(REPLIES + b"+MORE\r\n", Hostile.hold),
                      "protocol", 1),
    "HTTP": (after_request(b"HTTP/1.1 400 Bad Request\r\n\r\n", leave),
             "protocol", 1),
    "protected mode": (after_request(DENIED, leave), "protected", 1),
    "bad integer": (after_request(b":12x\r\n", Hostile.hold), "protocol", 1),
    "negative length": (after_request(b"$-77\r\n", Hostile.hold),
                        "protocol", 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_server_moves_nobody_else(start_redis, name):
    serve, reason, connections = HOSTILE[name]
    good = start_redis()
    with Hostile(serve) as fake:
        result = probe(fake.addr, neighbour=good.addr)
        assert result["reason"] == reason
        assert fake.accepted == connections
        state = {"master": "up", "other": "degraded",
                 "protected": "unknown"}.get(reason, "down")
        assert result["state"] == state


def test_strangers_bytes_are_escaped(start_redis):
    ugly = b"-\x1b[2J\x00\xff after 1234 ms \"'\\\r\n"
    with Hostile(after_request(ugly, Hostile.hold)) as fake:
        result = probe(fake.addr)
        assert result["reason"] == "other"
        assert result["detail"].isprintable() and result["detail"].isascii()
        assert "after # ms" in result["detail"]
        assert len(result["detail"]) <= 160


def test_blip_of_one_connection_is_looked_at_again():
    blips = []

    def serve(fake, peer):
        if not blips:
            blips.append(1)
            fake.reset(peer)
        else:
            after_request(REPLIES, Hostile.hold)(fake, peer)

    with Hostile(serve) as fake:
        result = probe(fake.addr)
        assert row(result) == ("master", "up", "yes", "yes")
        assert fake.accepted == 2


def test_prober_answers_all_of_a_great_batch(start_redis):
    redis = start_redis()
    dead = f"127.0.0.1:{free_port()}"
    addresses = [redis.addr, dead] * 256
    results, end, code = drive("--timeout-ms", 5000, *addresses)
    assert code == 0 and end["results"] == 512
    assert sorted(r["task"] for r in results) == list(range(1000, 1512))
    assert {r["reason"] for r in results if r["addr"] == dead} == {"refused"}
    assert {r["state"] for r in results if r["addr"] != dead} == {"up"}


# --- trouble of our own -----------------------------------------------------------------
def drive_asleep(answer):
    """One probe during which the prober is stopped until long after its
    deadline; meanwhile the server sends `answer`."""
    drivers = []

    def serve(fake, peer):
        peer.recv(4096)
        prober = prober_of(drivers[0].pid)
        os.kill(prober, signal.SIGSTOP)
        peer.sendall(answer)
        fake.ended.wait(1.2)
        os.kill(prober, signal.SIGCONT)
        fake.hold(peer)

    with Hostile(serve) as fake:
        drivers.append(subprocess.Popen(
            [DRIVER, *DEEP, "--timeout-ms", "400", fake.addr],
            stdout=subprocess.PIPE, text=True))
        result = json.loads(drivers[0].stdout.readline())
        assert drivers[0].wait() == 0
        drivers[0].stdout.close()
    return result


def test_answer_that_came_while_we_slept_counts():
    assert row(drive_asleep(REPLIES)) == ("master", "up", "yes", "yes")


def test_silence_while_we_slept_is_no_evidence():
    result = drive_asleep(b"")
    assert row(result) == ("agent", "unknown", "unknown", "unknown")
    assert "CPU" in result["detail"]


def test_without_descriptors_nobody_is_called_down(start_redis):
    redis = start_redis()
    with Hostile(Hostile.hold) as silent:
        results, end, code = drive(
            "--timeout-ms", 300, *[silent.addr] * 30, redis.addr,
            preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_NOFILE, (24, 24)))
    assert code == 0 and len(results) == 31
    ours = [r for r in results if r["reason"] == "agent"]
    assert ours and {row(r) for r in ours} == \
        {("agent", "unknown", "unknown", "unknown")}
    assert "oo many open files" in ours[0]["detail"]
    assert redis.addr in [r["addr"] for r in ours]


# --- the prober itself --------------------------------------------------------------------
def test_more_than_it_can_hold_is_refused(start_redis):
    with Hostile(Hostile.hold) as silent:
        results, end, code = drive("--timeout-ms", 5000,
                                   *[silent.addr] * 513)
    assert (end["end"], end["code"], code) == ("exit", 70, 70)


def test_one_task_twice_is_refused():
    with Hostile(Hostile.hold) as silent:
        results, end, code = drive("--same-task", silent.addr, silent.addr)
    assert (end["end"], end["code"], results) == ("exit", 70, [])


def test_end_of_its_channel_ends_it(start_redis):
    redis = start_redis()
    results, end, code = drive("--no-retire", redis.addr)
    assert (end["end"], end["code"], len(results)) == ("exit", 0, 1)


def test_retire_waits_for_running_probes(start_redis):
    with Hostile(Hostile.hold) as silent:
        results, end, code = drive("--retire-early", "--timeout-ms", 300,
                                   silent.addr)
    assert [result["reason"] for result in results] == ["timeout"]
    assert (end["end"], end["code"]) == ("exit", 0)


def test_nothing_is_left_after_many_rounds(start_redis):
    redis = start_redis()
    dead = f"127.0.0.1:{free_port()}"
    with Hostile(HOSTILE["reset in the first reply"][0]) as fake:
        process = subprocess.Popen(
            [DRIVER, "--deep", "--repeat", "40", "--gap-ms", "5",
             "--wait-at-end", redis.addr, dead, fake.addr],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        lines = [json.loads(process.stdout.readline()) for _ in range(120)]
        assert len(lines) == 120
        prober = prober_of(process.pid)
        wait_for(lambda: count_sockets(prober) == 1,
                 what="its channel to be the one socket left")
        process.stdin.close()
        end = json.loads(process.stdout.readline())
        assert (end["end"], end["code"]) == ("exit", 0)
        assert process.wait() == 0


def count_sockets(pid):
    count = 0
    for name in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            link = os.readlink(f"/proc/{pid}/fd/{name}")
            count += link.startswith("socket:") and name != "2"
    return count


def test_started_by_hand_it_says_who_starts_it():
    run = subprocess.run([os.path.join(BUILD, "sentinel-prober")],
                         capture_output=True, text=True, timeout=20)
    assert run.returncode == 64
    assert "started by sentinel-agent" in run.stderr
