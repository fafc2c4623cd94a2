"""`sentinelctl probe`: what it may be pointed at, what it prints, its exit
codes, and that nothing of it is left behind, whatever its prober does."""
import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from agent import BUILD, processes, reap
from certificates import Authority, tls_addr, tls_settings
from hostile import Hostile
from servers import PATIENCE, die_with_parent, free_port, wait_for

CTL = os.path.join(BUILD, "sentinelctl")
AGENT = os.path.join(BUILD, "sentinel-agent")
PROBER = os.path.join(BUILD, "sentinel-prober")
SECRET = "s3cret-of-the-test"
KEYS = {"name", "addr", "verdict", "steps_us", "facts", "meaning", "action"}


def environment(**more):
    kept = {key: value for key, value in os.environ.items()
            if not key.startswith("SENTINEL_AGENT_") and key != "NO_COLOR"}
    return {**kept, **more}


def probe(*words, seconds=30, cwd=None, **more):
    ran = subprocess.run([CTL, "probe", *words], capture_output=True,
                         timeout=seconds * PATIENCE, cwd=cwd,
                         env=environment(**more))
    ran.stdout, ran.stderr = ran.stdout.decode(), ran.stderr.decode()
    assert all(0x20 <= ord(byte) <= 0x7e or byte == "\n"
               for byte in ran.stdout), repr(ran.stdout)
    assert "Sanitizer" not in ran.stderr and "runtime error" not in ran.stderr
    return ran


def probe_json(*words, code=0, **more):
    ran = probe(*words, "-o", "json", **more)
    assert ran.returncode == code, ran.stdout + ran.stderr
    found = json.loads(ran.stdout)
    assert set(found) == KEYS
    return found


def password_file(workspace, text=SECRET, mode=0o600):
    path = os.path.join(workspace, "probe.pw")
    with open(path, "w") as file:
        file.write(text + "\n")
    os.chmod(path, mode)
    return path


def false_prober(workspace, script):
    """A folder with a program of that name that is none."""
    directory = os.path.join(workspace, "libexec")
    os.makedirs(directory)
    path = os.path.join(directory, "sentinel-prober")
    with open(path, "w") as file:
        file.write("#!/bin/sh\n" + script + "\n")
    os.chmod(path, 0o755)
    return directory


# --- what it may be pointed at ---------------------------------------------
def test_a_master_on_tcp_is_up(start_redis):
    ran = probe(start_redis().addr)
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0].endswith("up: master")
    for step in ("connect", "ping", "total"):
        assert any(line.startswith(step) and line.endswith(" ms")
                   for line in lines), ran.stdout
    for words in ("readable     yes", "writable     yes", "version      ",
                  "meaning      the master serves its clients",
                  "action       nothing to do"):
        assert words in ran.stdout
    assert "\033" not in ran.stdout


@pytest.mark.parametrize("form", ["unix:{}", "{}"])
def test_a_unix_socket_is_a_target(start_redis, form):
    redis = start_redis(unix=True)
    found = probe_json(form.format(redis.path))
    assert found["addr"] == redis.addr
    assert found["verdict"]["state"] == "up"


def test_a_url_is_a_target_and_its_database_read_over(start_redis):
    redis = start_redis()
    for tail in ("", "/", "/15"):
        assert probe(f"redis://{redis.addr}{tail}").returncode == 0


def test_a_replica_is_up_and_names_its_master(start_redis):
    master = start_redis()
    replica = start_redis(replicaof=master)
    wait_for(lambda: b"master_link_status:up" in replica.ask(
        "INFO", "replication"), what="link to the master")
    verdict = probe_json(replica.addr)["verdict"]
    assert (verdict["reason"], verdict["role"]) == ("replica", "replica")
    assert verdict["master"] == master.addr


def test_nothing_is_written(start_redis):
    redis = start_redis()
    probe_json(redis.addr)
    assert b":0\r\n" in redis.ask("DBSIZE")
    assert b"rdb_changes_since_last_save:0\r\n" in redis.ask("INFO",
                                                             "persistence")


def test_a_name_is_looked_up_and_timed(start_redis):
    redis = start_redis({"bind": "* -::*", "protected-mode": "no"})
    name = socket.gethostname()  # "localhost" is not looked up
    try:
        socket.create_connection((name, redis.port), 5).close()
    except OSError as error:
        pytest.skip(f"this host cannot reach itself by its name: {error}")
    found = probe_json(f"{name}:{redis.port}")
    assert found["steps_us"]["resolve"] > 0
    assert found["addr"] == f"{name}:{redis.port}"


def test_a_name_without_address_is_told_as_dns():
    found = probe_json("nothing.invalid:6379", "--timeout", "10s", code=1)
    assert found["verdict"]["state"] == "unknown"
    assert found["verdict"]["reason"] == "dns"
    assert "getent hosts" in found["action"]


# --- what it says -----------------------------------------------------------
def test_json_is_one_object_with_everything(start_redis):
    found = probe_json(start_redis().addr)
    assert found["name"] == ""
    assert found["meaning"] and found["action"]
    assert found["verdict"]["conditions"] == []
    assert all(isinstance(took, int) and took > 0
               for took in found["steps_us"].values())
    assert {"connect", "ping", "info"} <= set(found["steps_us"])
    facts = found["facts"]
    assert facts["mode"] == "standalone"
    assert facts["memory_used_bytes"] > 0
    assert facts["clients_limit"] > 0


def test_figures_stand_below_the_verdict(start_redis):
    ran = probe(start_redis().addr)
    for label in ("uptime", "memory", "clients", "replication",
                  "persistence"):
        assert f"\n{label} " in ran.stdout, ran.stdout
    assert "certificate" not in ran.stdout


def test_a_port_where_nobody_listens_is_down():
    found = probe_json(f"127.0.0.1:{free_port()}", code=1)
    assert found["verdict"]["state"] == "down"
    assert found["verdict"]["reason"] == "refused"
    assert "systemctl start" in found["action"]
    assert found["facts"] == {}


def test_a_stopped_server_is_down_within_the_timeout(start_redis):
    redis = start_redis()
    redis.stop()
    started = time.monotonic()
    found = probe_json(redis.addr, "--timeout", "300ms", code=1)
    assert found["verdict"]["reason"] == "timeout"
    assert time.monotonic() - started < 3 * PATIENCE
    redis.cont()


def test_a_strangers_bytes_are_no_commands_of_the_terminal():
    def serve(fake, peer):
        peer.recv(4096)
        peer.sendall(b"-ERR \x1b[2J\x9b31m \xff\x00evil\r\n")

    with Hostile(serve) as fake:
        ran = probe(fake.addr)  # looks at every byte
        assert ran.returncode == 1


def on_a_terminal(*words, **more):
    leader, follower = pty.openpty()
    process = subprocess.Popen([CTL, "probe", *words], stdout=follower,
                               stderr=follower, env=environment(**more),
                               preexec_fn=die_with_parent)
    os.close(follower)
    text = b""
    try:
        while True:
            text += os.read(leader, 65536)
    except OSError:  # EIO: nobody holds the other side any more
        pass
    os.close(leader)
    process.wait(30 * PATIENCE)
    return text


def test_colour_is_for_terminals_that_want_it(start_redis):
    addr = start_redis().addr
    assert b"\033[32mup" in on_a_terminal(addr, TERM="xterm")
    assert b"\033" not in on_a_terminal(addr, TERM="xterm", NO_COLOR="1")
    assert b"\033" not in on_a_terminal(addr, TERM="dumb")


def test_closed_descriptors_are_nobody_elses_channel(start_redis):
    """A shell's >&- and the like: nothing of ours takes their numbers."""
    addr = start_redis().addr
    for closing in ("0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"):
        code = subprocess.run(["/bin/sh", "-c", f'"$0" probe {addr} {closing}',
                               CTL], env=environment(),
                              stdout=subprocess.DEVNULL).returncode
        assert code == 0, closing


def test_a_full_disk_is_told(start_redis):
    for output in ("table", "json"):
        with open("/dev/full", "w") as full:
            ran = subprocess.run(
                [CTL, "probe", start_redis().addr, "-o", output], stdout=full,
                stderr=subprocess.PIPE, env=environment())
        assert ran.returncode == 2
        assert b"cannot write" in ran.stderr


def test_a_cluster_that_is_not_whole_is_told(start_redis):
    redis = start_redis({"cluster-enabled": "yes"})
    found = probe_json(redis.addr, code=1)
    assert found["facts"]["mode"] == "cluster"
    assert found["verdict"]["reason"] == "clusterdown"


# --- passwords ---------------------------------------------------------------
def test_a_password_comes_from_a_file(start_redis, workspace):
    redis = start_redis({"requirepass": SECRET})
    path = password_file(workspace)
    found = probe_json(redis.addr, "--password-file", path)
    assert found["verdict"]["state"] == "up"
    assert SECRET not in json.dumps(found)


def test_a_file_is_found_from_the_folder_one_stands_in(start_redis, workspace):
    redis = start_redis({"requirepass": SECRET})
    password_file(workspace)
    found = probe_json(redis.addr, "--password-file", "probe.pw",
                       cwd=workspace)
    assert found["verdict"]["state"] == "up"


def test_a_user_is_named_in_the_url_or_by_an_option(start_redis, workspace):
    redis = start_redis({"user": f"probe on >{SECRET} +@all ~*"})
    redis.ask("ACL", "SETUSER", "default", "off")
    path = password_file(workspace)
    for words in ([f"redis://probe@{redis.addr}"],
                  [f"redis://pro%62e@{redis.addr}/0"],
                  [redis.addr, "--user", "probe"]):
        found = probe_json(*words, "--password-file", path)
        assert found["verdict"]["state"] == "up", found


def test_without_the_password_the_health_is_unknown(start_redis, workspace):
    redis = start_redis({"requirepass": SECRET})
    path = password_file(workspace, "not-it")
    for words in ([redis.addr], [redis.addr, "--password-file", path]):
        found = probe_json(*words, code=1)
        assert found["verdict"]["state"] == "unknown"
        assert found["verdict"]["reason"] == "auth"
        assert "ACL GETUSER" in found["action"]


@pytest.mark.parametrize("mode", [0o644, None])
def test_a_password_file_of_no_use_is_our_own_trouble(
        start_redis, workspace, mode):
    redis = start_redis({"requirepass": SECRET})
    path = password_file(workspace, mode=mode or 0o600)
    if mode is None:
        os.unlink(path)
    found = probe_json(redis.addr, "--password-file", path, code=2)
    assert found["verdict"]["reason"] == "agent"
    assert "probe.pw" in found["verdict"]["detail"]
    assert SECRET not in json.dumps(found)


@pytest.mark.parametrize("url", [
    f"redis://probe:{SECRET}@127.0.0.1:6379", f"rediss://:{SECRET}@host/0",
    f"redis://probe:{SECRET[:4]}@{SECRET[4:]}@host"])
def test_a_password_in_a_url_is_refused_and_not_repeated(url):
    ran = probe(url)
    assert ran.returncode == 64
    assert "--password-file" in ran.stderr
    for part in (SECRET, SECRET[:4], SECRET[4:]):
        assert part not in ran.stdout + ran.stderr


# --- TLS ----------------------------------------------------------------------
@pytest.fixture
def authority(workspace):
    return Authority(workspace)


def test_a_tls_server_is_up_and_its_certificate_told(start_redis, authority):
    redis = start_redis(tls_settings(authority, authority.issue("right")))
    url = f"rediss://{tls_addr(redis)}"
    words = ["--ca", authority.file, "--server-name", "redis.internal"]
    found = probe_json(url, *words)
    assert found["verdict"]["state"] == "up"
    assert found["steps_us"]["tls"] > 0
    assert found["facts"]["certificate_expires_at_s"] > time.time()
    assert re.search(r"^certificate  good for \d days?$",
                     probe(url, *words).stdout, re.MULTILINE)
    by_options = probe_json(tls_addr(redis), "--tls", "--ca", "ca.pem",
                            cwd=authority.directory)
    assert by_options["verdict"]["state"] == "up"


def test_a_strangers_certificate_is_refused_unless_told_otherwise(
        start_redis, authority, workspace):
    folder = os.path.join(workspace, "other")
    os.makedirs(folder)
    redis = start_redis(tls_settings(authority, authority.issue("right")))
    other = Authority(folder)
    url = f"rediss://{tls_addr(redis)}"
    for words in (["--ca", other.file],
                  ["--ca", authority.file, "--server-name", "another"]):
        found = probe_json(url, *words, code=1)
        assert found["verdict"]["reason"] == "tls"
        assert "openssl s_client" in found["action"]
    assert probe_json(url, "--insecure")["verdict"]["state"] == "up"


def test_a_client_certificate_is_shown_to_who_asks(start_redis, authority):
    redis = start_redis(tls_settings(authority, authority.issue("right"),
                                     clients="yes"))
    ours = authority.issue("client")
    words = [f"rediss://{tls_addr(redis)}", "--ca", authority.file]
    assert probe_json(*words, code=1)["verdict"]["reason"] == "tls"
    found = probe_json(*words, "--cert", ours.certificate, "--key", ours.key)
    assert found["verdict"]["state"] == "up"


def test_a_configured_instance_brings_its_tls(
        start_redis, authority, workspace):
    redis = start_redis(tls_settings(authority, authority.issue("right")))
    path = os.path.join(workspace, "agent.yaml")
    with open(path, "w") as file:
        file.write("instances:\n  - name: cache-1\n"
                   f"    addr: {tls_addr(redis)}\n"
                   "    tls: {ca: ca.pem, server_name: redis.internal}\n")
    found = probe_json("cache-1", "--config", path)
    assert found["verdict"]["state"] == "up"
    assert found["steps_us"]["tls"] > 0


# --- by name -----------------------------------------------------------------
def write_config(workspace, redis, **more):
    path = os.path.join(workspace, "agent.yaml")
    lines = "".join(f"    {key}: {value}\n" for key, value in more.items())
    with open(path, "w") as file:
        file.write("instances:\n  - name: cache-1\n"
                   f"    addr: {redis.addr}\n{lines}")
    return path


def test_an_instance_is_reached_as_the_configuration_says(
        start_redis, workspace):
    redis = start_redis({"requirepass": SECRET})
    password_file(workspace)
    config = write_config(workspace, redis, password_file="probe.pw")
    by_flag = probe_json("cache-1", "--config", config)
    by_environment = probe_json("cache-1", SENTINEL_AGENT_CONFIG=config)
    by_relative_name = probe_json("cache-1", "--config", "agent.yaml",
                                  cwd=workspace)
    for found in (by_flag, by_environment, by_relative_name):
        assert found["name"] == "cache-1"
        assert found["addr"] == redis.addr
        assert found["verdict"]["state"] == "up"
    assert probe("cache-1", "--config", config).stdout.startswith(
        f"cache-1 ({redis.addr})")


def test_the_configured_timeout_counts_and_the_flag_before_it(
        start_redis, workspace):
    redis = start_redis()
    config = write_config(workspace, redis, timeout="1m")
    redis.stop()
    started = time.monotonic()
    found = probe_json("cache-1", "--config", config, "--timeout", "200ms",
                       code=1)
    assert found["verdict"]["reason"] == "timeout"
    assert time.monotonic() - started < 5 * PATIENCE
    redis.cont()


def test_the_running_agent_names_its_own_configuration(
        start_redis, make_agent):
    redis = start_redis()
    agent = make_agent({"one": redis}).start()
    found = probe_json("one", SENTINEL_AGENT_RUN_DIR=agent.run_dir)
    assert found["addr"] == redis.addr
    url = f"http://127.0.0.1:{agent.port}"
    assert probe_json("one", "--url", url)["verdict"]["state"] == "up"


def test_an_agent_started_with_a_relative_file_is_understood(
        start_redis, make_agent, monkeypatch):
    agent = make_agent({"one": start_redis()})
    folder, agent.config = os.path.split(agent.config)
    monkeypatch.chdir(folder)
    agent.start()
    found = probe_json("one", SENTINEL_AGENT_RUN_DIR=agent.run_dir, cwd="/")
    assert found["verdict"]["state"] == "up"


def test_an_agent_without_a_file_has_no_names():
    def serve(fake, peer):
        peer.recv(4096)
        body = (b'{"agent":{"pid":1,"heartbeat_age_ms":5},'
                b'"config":{"file":""},"instances":[]}')
        peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                     b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    with Hostile(serve) as fake:
        ran = probe("one", "--url", f"http://{fake.addr}")
        assert ran.returncode == 64, ran.stderr
        assert "address" in ran.stderr


def test_a_name_that_is_not_there_is_a_wrong_command_line(
        start_redis, workspace):
    config = write_config(workspace, start_redis())
    ran = probe("cache-2", "--config", config)
    assert ran.returncode == 64
    assert "cache-2" in ran.stderr and config in ran.stderr


def test_a_bad_configuration_is_told_and_is_ours(workspace):
    path = os.path.join(workspace, "bad.yaml")
    with open(path, "w") as file:
        file.write("instances: 7\n")
    for file in (path, os.path.join(workspace, "nothing.yaml")):
        ran = probe("cache-1", "--config", file)
        assert ran.returncode == 2, ran.stderr
        assert file in ran.stderr


def test_without_an_agent_a_name_asks_for_the_file(workspace):
    ran = probe("cache-1", SENTINEL_AGENT_RUN_DIR=workspace)
    assert ran.returncode == 2
    assert "--config" in ran.stderr


# --- the agent's part of it ---------------------------------------------------
def test_the_agent_prints_an_instance_for_programs(start_redis, workspace):
    redis = start_redis()
    password_file(workspace)
    config = write_config(workspace, redis, user="probe", timeout="2s",
                          password_file="probe.pw")
    ran = subprocess.run([AGENT, "-c", config, "--print-instance", "cache-1"],
                         capture_output=True, text=True, env=environment())
    assert (ran.returncode, ran.stderr) == (0, "")
    told = dict(line.split("\t") for line in ran.stdout.splitlines())
    assert told["addr"] == redis.addr
    assert told["user"] == "probe"
    assert told["password_file"] == os.path.join(workspace, "probe.pw")
    assert told["timeout_ms"] == "2000"
    assert told["canary"] == "true"
    assert "tls" not in told
    assert SECRET not in ran.stdout


@pytest.mark.parametrize("words,code", [
    (["--print-instance", "cache-1"], 78),
    (["--print-instance", "cache-2", "-c", "{config}"], 64),
    (["--print-instance", "cache-1", "-c", "/nothing.yaml"], 78),
    (["--print-instance"], 64)])
def test_the_agent_says_why_it_prints_none(
        start_redis, workspace, words, code):
    config = write_config(workspace, start_redis())
    ran = subprocess.run(
        [AGENT, *(word.format(config=config) for word in words)],
        capture_output=True, text=True, env=environment())
    assert ran.returncode == code
    assert ran.stdout == "" and ran.stderr


def test_installed_programs_find_each_other(start_redis, workspace):
    """sentinelctl in bin, sentinel-agent in sbin, helpers in libexec."""
    redis = start_redis()
    config = write_config(workspace, redis)
    for folder, program in (("bin", CTL), ("sbin", AGENT),
                            ("libexec", PROBER)):
        os.makedirs(os.path.join(workspace, folder))
        shutil.copy(program, os.path.join(workspace, folder))
    ran = subprocess.run(
        [os.path.join(workspace, "bin", "sentinelctl"), "probe", "cache-1",
         "--config", config, "--libexec", os.path.join(workspace, "libexec")],
        capture_output=True, text=True, env=environment())
    assert ran.returncode == 0, ran.stdout + ran.stderr


# --- a wrong command line ------------------------------------------------------
@pytest.mark.parametrize("words", [
    [], [""], ["one two"], ["a:1", f"redis://u:{SECRET}@b"], ["::1:6379"], ["host:0"], ["host:65536"],
    ["http://host"], ["redis://"], ["redis://host/x"], ["a:1", "b:2"],
    ["--write", "a:1"], ["a:1", "--timeout", "0"],
    ["a:1", "--timeout", "5"], ["a:1", "--timeout", "2m"],
    ["a:1", "-o", "csv"], ["a:1", "-o", "name"], ["a:1", "--user", "x"],
    ["redis://x@a:1"], ["a:1", "--cert", "c.pem"], ["a:1", "--key", "k"],
    ["/run/r.sock", "--tls"], ["a:1", "--password-file"],
    ["a:1", "--password-file", "x" * 300], ["x" * 9000]])
def test_a_wrong_command_line_is_refused(words):
    ran = probe(*words)
    assert ran.returncode == 64, ran.stdout
    assert ran.stdout == "" and ran.stderr.startswith("sentinelctl: ")
    assert SECRET not in ran.stderr


def test_options_of_probe_are_not_for_other_verbs():
    for words in (["status", "--tls"], ["--timeout=1s", "version"]):
        ran = subprocess.run([CTL, *words], capture_output=True, text=True)
        assert ran.returncode == 64
        assert "another verb" in ran.stderr


def test_help_tells_of_it_and_of_no_writing():
    text = subprocess.run([CTL, "help", "probe"], capture_output=True,
                          text=True).stdout
    assert "probe TARGET" in text and "--password-file" in text
    assert "--write" not in text
    assert all(len(line) <= 80 for line in text.splitlines())


# --- a prober in trouble ---------------------------------------------------------
def children_of(pid):
    return [process for process in processes() if process.parent == pid]


def assert_agent_fault(ran, words):
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "unknown: agent" in ran.stdout
    assert words in ran.stdout


def test_no_prober_is_our_own_fault(workspace):
    ran = probe("127.0.0.1:6379", "--libexec", workspace)
    assert_agent_fault(ran, f"no sentinel-prober in {workspace}")


@pytest.mark.parametrize("script,words", [
    ("exit 3", "gave up with code 3"),
    ("kill -SEGV $$", "died of signal 11"),
    ("echo nonsense in many words >&3; exec sleep 60", "spoke nonsense"),
    ("exec 3>&-; exec sleep 60", "died of signal 9"),
    ("exec cat /dev/zero >&3", "spoke nonsense")])
def test_a_false_prober_is_our_own_fault(workspace, script, words):
    libexec = false_prober(workspace, script)
    assert_agent_fault(probe("127.0.0.1:6379", "--libexec", libexec), words)


def test_a_prober_that_says_nothing_is_given_up(workspace):
    libexec = false_prober(workspace, "exec sleep 60")
    started = time.monotonic()
    ran = probe("127.0.0.1:6379", "--libexec", libexec)
    assert_agent_fault(ran, "gave no answer")
    assert time.monotonic() - started < 10 * PATIENCE


def test_a_program_that_is_none_cannot_be_started(workspace):
    libexec = false_prober(workspace, "")
    with open(os.path.join(libexec, "sentinel-prober"), "wb") as file:
        file.write(b"\x7fELF nonsense")
    ran = probe("127.0.0.1:6379", "--libexec", libexec)
    assert_agent_fault(ran, "could not be started")


@pytest.fixture
def waiting(start_redis):
    """A sentinelctl whose prober waits for a stopped server."""
    redis = start_redis()
    redis.stop()
    process = subprocess.Popen(
        [CTL, "probe", redis.addr, "--timeout", "1m"], env=environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True, preexec_fn=die_with_parent)

    def prober():
        return [child for child in children_of(process.pid)
                if child.name == "sentinel-prober"]
    process.prober = wait_for(prober, what="prober")[0]
    yield process
    process.kill()
    process.communicate()
    redis.cont()


@pytest.mark.parametrize("number,end", [
    (signal.SIGINT, os.killpg),  # as a terminal does: to the prober too
    (signal.SIGTERM, os.kill), (signal.SIGKILL, os.kill)])
def test_ended_in_the_middle_it_leaves_no_child(waiting, number, end):
    end(waiting.pid, number)
    assert waiting.wait(10 * PATIENCE) == -number

    def is_gone():
        reap(waiting.prober.pid)  # orphans are this Python's
        return not waiting.prober.is_alive()
    wait_for(is_gone, what="end of the prober")


def test_a_prober_killed_under_way_is_told(waiting):
    waiting.prober.signal(signal.SIGKILL)
    assert waiting.wait(10 * PATIENCE) == 2
    assert not waiting.prober.is_same()  # not even as a zombie
