"""`sentinelctl`: its verbs against a real agent, its command line, and what is
made of its tables: help, completions, the reference page."""
import csv
import json
import os
import re
import shutil
import subprocess

import pytest
from kazoo.client import KazooClient
from kazoo.security import make_acl

from agent import BUILD, ROOT, Agent
from hostile import Hostile
from servers import PATIENCE, Redis, free_port, private_directory, wait_for

CTL = os.path.join(BUILD, "sentinelctl")
NOWHERE = "/nonexistent"
TREE = f"/ctl/{os.getpid()}"


def environment(run_dir=NOWHERE, **more):
    kept = {key: value for key, value in os.environ.items()
            if not key.startswith("SENTINEL_AGENT_") and key != "NO_COLOR"}
    return {**kept, "SENTINEL_AGENT_RUN_DIR": run_dir, **more}


def run(*words, run_dir=NOWHERE, code=0, seconds=30, **more):
    """What it printed; it must be printable, and the exit code `code`."""
    ran = subprocess.run([CTL, *words], capture_output=True, text=True,
                         timeout=seconds * PATIENCE,
                         env=environment(run_dir, **more))
    assert "Sanitizer" not in ran.stderr and "runtime error" not in ran.stderr
    assert ran.returncode == code, (words, ran.returncode, ran.stdout,
                                    ran.stderr)
    assert all(" " <= byte <= "~" or byte in "\r\n" for byte in ran.stdout)
    return ran


class Scene:
    """An agent that publishes two servers that are up and one that is down."""

    def __init__(self, zookeeper):
        self.directory = private_directory()
        self.redis = {"one": Redis().start(), "two": Redis().start()}
        instances = {**self.redis, "gone": f"127.0.0.1:{free_port()}"}
        self.agent = Agent(self.directory, instances, zookeeper.servers,
                           TREE, settings={"timeout": "3s"}).start()
        self.agent.wait_ready()
        self.agent.wait_state("gone", "down")
        self.servers = zookeeper.servers

    def run(self, *words, **options):
        return run(*words, run_dir=self.agent.run_dir, **options)

    def json(self, *words, **options):
        return json.loads(self.run(*words, "-o", "json", **options).stdout)

    def close(self):
        self.agent.close()
        for server in self.redis.values():
            server.close()
        shutil.rmtree(self.directory)


@pytest.fixture(scope="module")
def scene(zookeeper):
    made = Scene(zookeeper)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def keeper(zookeeper):
    client = KazooClient(hosts=zookeeper.servers)
    client.start(timeout=30)
    yield client
    client.stop()
    client.close()


# --- the command line ----------------------------------------------------------
def verbs():
    text = run("--help").stdout.split("\n\n")[1]
    return re.findall(r"^  ([a-z]+)(?: (\S+))?  ", text, re.MULTILINE)


def test_every_verb_is_helped_with():
    names = [name for name, _ in verbs()]
    assert {"status", "top", "watch", "tasks", "events", "probe", "ls",
            "discover", "check", "drain", "undrain", "doctor",
            "version", "help"} <= set(names)
    for name in names:
        text = run("help", name).stdout
        assert text.startswith(f"sentinelctl {name}")
        assert "Exit codes:" in text
        assert all(len(line) <= 80 for line in text.splitlines())
        assert run(name, "--help").stdout == text
    text = run("--help").stdout
    assert run("help").stdout == text
    assert all(len(line) <= 80 for line in text.splitlines())


@pytest.mark.parametrize("words", [
    [], ["statu"], ["status", "x"], ["check"], ["help", "x"], ["top", "a"],
    ["top", "--sort", "size"], ["top", "--interval", "5"],
    ["events", "--since", "yesterday"], ["watch", "--since", ""],
    ["status", "-o", "xml"], ["check", "-o", "csv", "x"], ["ls", "a", "b"],
    ["--print-completion", "tcsh"], ["--print-reference"], ["ls", "--tls"],
    ["drain", "", "--reason", "x"], ["undrain", ""], ["probe", ""],
    ["status", "--url", "ftp://x"], ["ls", "--zookeeper", "x" * 5000]])
def test_a_wrong_command_line_exits_64(words):
    ran = run(*words, code=64)
    assert ran.stdout == ""
    assert ";;" not in ran.stderr


def test_what_an_option_wants_is_said():
    error = run("probe", "a:1", "--timeout", "5", code=64).stderr
    assert error == ("sentinelctl: --timeout: wants a DURATION, 10ms to 1m: of "
                     "a lookup and of a probe, 1s else; of each answer of "
                     "ZooKeeper, 5s else; see sentinelctl --help\n")
    error = run("version", "-o", "csv", code=64).stderr
    assert error == "sentinelctl: version prints table or json, and no csv\n"
    assert "did you mean events?" in run("event", code=64).stderr


@pytest.mark.parametrize("verb", ["status", "top", "watch", "events", "tasks",
                                  "version"])
def test_no_agent_is_2_and_says_what_to_try(verb):
    error = run(verb, code=2).stderr
    assert "no answer from /nonexistent/console.sock" in error
    assert "SENTINEL_AGENT_RUN_DIR" in error


def test_the_agent_is_found_by_url_too(scene):
    url = f"http://127.0.0.1:{scene.agent.port}/"
    for verb in ("top", "tasks", "events"):
        run(verb, "--url", url)


def test_a_full_disk_is_told_by_all(scene):
    for verb in ("status", "tasks", "events", "version", "top", "--help"):
        with open("/dev/full", "w") as full:
            ran = subprocess.run(
                [CTL, verb], stdout=full, stderr=subprocess.PIPE,
                env=environment(scene.agent.run_dir))
        assert ran.returncode == 2, verb
        assert b"cannot write: No space left on device" in ran.stderr


# --- what all have ---------------------------------------------------------------
def test_every_verb_tells_in_json(scene):
    assert scene.json("status", code=1)["v"] == 1
    states = [one["state"] for one in scene.json("top")["instances"]]
    assert states == ["down", "up", "up"]
    assert scene.json("tasks")["live"] > 0
    assert scene.json("version")["sentinel-agent"]["agent"]
    assert scene.json("check", scene.agent.config)["ok"] is True
    assert scene.json("probe", "one")["verdict"]["state"] == "up"
    assert scene.json("events")["events"]
    assert scene.json("ls", TREE)["hosts"]


def test_a_strangers_bytes_are_shown_harmless():
    evil = "\\u001b]0;x\\u0007\\u009b2J\\r"
    bodies = {
        "/status": '{"v":1,"agent":{"host":"%s","heartbeat_age_ms":1},'
                   '"instances":[{"name":"%s","state":"%s","detail":"%s"}],'
                   '"alarms":[{"what":"%s"}]}',
        "/tasks": '{"tasks":[{"kind":"%s","instance":"%s","step":"%s",'
                  '"kernel":"%s","service":"%s"}]}',
        "/events": '{"last":1,"events":[{"id":1,"at":1,"name":"%s","to":"%s",'
                   '"from":"%s","reason":"%s","detail":"%s"}]}',
        "/buildinfo": '{"agent":"%s","a":"%s","b":"%s","c":"%s","d":"%s"}'}

    def serve(fake, peer):
        path = peer.recv(4096).split()[1].decode().split("?")[0]
        body = (bodies[path] % ((evil,) * 5)).encode()
        peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                     b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    with Hostile(serve) as fake:
        for words in (["status"], ["status", "-o", "csv"],
                      ["status", "-o", "name"], ["top"], ["tasks"],
                      ["events"], ["version"]):
            code = 1 if words[0] == "status" else 0
            ran = run(*words, "--url", f"http://{fake.addr}", code=code)
            assert "\\x1b" in ran.stdout


def test_what_the_console_may_not_see_of_a_task_is_looked_at_here(workspace):
    """Where others' processes are hidden, who calls may be root."""
    body = json.dumps({"v": 1, "live": 1, "tasks": [
        {"id": 1, "kind": "process", "pid": os.getpid(), "kernel": ""},
        {"id": 2, "kind": "process", "pid": 2 ** 30, "kernel": ""},
        {"id": 3, "kind": "process", "pid": 1, "kernel": "D in nfs_wait"}]})

    def serve(_, peer):
        peer.recv(4096)
        peer.sendall(f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length:"
                     f" {len(body)}\r\n\r\n{body}".encode())

    with Hostile(serve, os.path.join(workspace, "console.sock")) as fake:
        here = json.loads(run("tasks", "-o", "json",
                              run_dir=workspace).stdout)["tasks"]
        assert fake.accepted == 1
    said = {task["id"]: task["kernel"] for task in here}
    assert re.fullmatch("[RSD]( in .+)?", said[1])
    assert (said[2], said[3]) == ("", "D in nfs_wait")


@pytest.mark.parametrize("body", [
    "{}", '{"agent":{},"instances":[]}', '{"tasks":{},"events":3}',
    '{"agent":{"heartbeat_age_ms":"x"},"instances":[]}'])
def test_a_broken_agent_is_not_taken_for_a_silent_one(body):
    def serve(_, peer):
        peer.recv(4096)
        peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                     b"Content-Length: %d\r\n\r\n%s"
                     % (len(body), body.encode()))

    with Hostile(serve) as fake:
        for verb in ("status", "top", "tasks", "events"):
            ran = run(verb, "--url", f"http://{fake.addr}", code=2)
            assert "not as a sentinel-agent does" in ran.stderr
            assert ran.stdout == ""


# --- events and tasks --------------------------------------------------------------
def test_events_are_those_after_an_id_or_a_moment(scene):
    told = scene.json("events")["events"]
    assert [one["id"] for one in told] == sorted(one["id"] for one in told)
    assert {"name": "gone", "to": "down"}.items() <= next(
        one for one in told if one["name"] == "gone"
        and one["to"] == "down").items()
    later = scene.json("events", "--since", str(told[0]["id"]))["events"]
    assert later[:len(told) - 1] == told[1:]  # more may have come
    assert told == scene.json("events", "--since", "1h")["events"][:len(told)]
    assert "DETAIL" in scene.run("events").stdout
    lines = scene.run("events", "-o", "csv").stdout.splitlines()
    assert lines[0] == "id,at,name,from,to,reason,role,detail"
    assert len(lines) > len(told)
    first = list(csv.DictReader(lines))[0]
    assert first == {key: str(told[0][key]) for key in first}


def test_tasks_are_named_and_aged(scene):
    told = scene.json("tasks")
    assert told["started"] == told["finished"] + told["reaped"] + told["live"]
    ages = [task["age_ms"] for task in told["tasks"]]
    assert ages == sorted(ages, reverse=True)
    text = scene.run("tasks").stdout
    assert "console" in text and "publisher" in text and "WAITS IN" in text
    rows = list(csv.DictReader(
        scene.run("tasks", "-o", "csv").stdout.splitlines()))
    assert list(rows[0]) == ["id", "kind", "what", "step", "age_ms",
                             "deadline_ms", "pid", "kernel"]
    console = next(row for row in rows if row["what"] == "console")
    assert int(console["age_ms"]) > 0 and console["deadline_ms"] == ""
    pids = {str(helper.pid) for helper in scene.agent.helpers()}
    assert pids & set(text.split())


@pytest.mark.parametrize("verb", ["status", "events", "ls"])
def test_what_lists_prints_names_and_wide(scene, verb):
    code = 1 if verb == "status" else 0
    names = scene.run(verb, "-o", "name", code=code).stdout.split()
    wide = scene.run(verb, "-o", "wide", code=code).stdout
    assert names
    assert all(os.path.basename(name) in wide for name in names)


def test_the_names_of_tasks_are_their_ids(scene):
    told = scene.run("tasks", "-o", "name").stdout.split()
    assert told and all(int(one) > 0 for one in told)
    assert "WAITS IN" in scene.run("tasks", "-o", "wide").stdout


# --- discover and check ----------------------------------------------------------------
def discover(output, wanted):
    """What it prints once it found them all: a search among many servers of
    others may be cut short."""
    def search():
        ran = subprocess.run([CTL, "discover", "-o", output], text=True,
                             capture_output=True, timeout=30 * PATIENCE,
                             env=environment())
        assert ran.returncode in (0, 1), ran.stderr  # 1: some were hidden
        return all(redis.addr in ran.stdout for redis in wanted) and ran.stdout
    return wait_for(search, 30, "servers found")


def test_what_is_found_can_be_pasted_into_a_configuration(scene, workspace):
    path = os.path.join(workspace, "found.yaml")
    with open(path, "w") as file:
        file.write(discover("yaml", scene.redis.values()))
    assert ": good, " in run("check", path).stdout


def test_what_is_found_is_told_in_a_table_and_in_json(scene):
    assert discover("table", scene.redis.values()).startswith("NAME")
    assert discover("csv", scene.redis.values()).startswith("name,addr,role,")
    told = json.loads(discover("json", scene.redis.values()))
    found = {one["addr"]: one for one in told["servers"]}
    for redis in scene.redis.values():
        assert found[redis.addr]["role"] == "master"
        assert found[redis.addr]["name"] == f"redis-{redis.port}"


def test_a_search_that_dies_is_told(workspace):
    program = os.path.join(workspace, "sentinel-prober")
    with open(program, "w") as file:
        file.write("#!/bin/sh\nexit 9\n")
    os.chmod(program, 0o755)
    error = run("discover", "--libexec", workspace, code=2).stderr
    assert "gave up with code 9" in error
    error = run("discover", "--libexec", NOWHERE, code=2).stderr
    assert "--libexec" in error


def test_a_bad_configuration_is_78_with_a_line_a_fault(workspace):
    path = os.path.join(workspace, "bad.yaml")
    with open(path, "w") as file:
        file.write("interval: 10\ntimout: 1s\n")
    error = run("check", path, code=78).stderr
    assert re.search(rf"^{re.escape(path)}:1:\d+: ", error, re.MULTILINE)
    assert re.search(rf"^{re.escape(path)}:2:\d+: ", error, re.MULTILINE)
    told = json.loads(run("check", path, "-o", "json", code=78).stdout)
    assert told["ok"] is False
    assert [(one["file"], one["line"]) for one in told["complaints"]] == \
        [(path, 1), (path, 2)]
    assert run("check", os.path.join(workspace, "none.yaml"),
               code=78).stderr != ""


# --- ls ----------------------------------------------------------------------------------
def test_the_fleet_is_grouped_by_host(scene):
    tree = scene.json("ls")
    host = next(one for one in tree["hosts"] if one["host"] == "h1")
    assert [one["name"] for one in host["instances"]] == \
        ["gone", "one", "two"]
    assert host["stale"] is False and host["agent"]["owner"] != "0x0"
    assert host["instances"][0]["data"]["state"] == "down"
    lines = scene.run("ls").stdout.splitlines()
    assert lines[1].split()[:2] == ["test/h1", "fresh"]
    assert lines[2].split()[:2] == ["gone", "down"]


def test_ls_takes_a_path_and_prints_names(scene):
    names = scene.run("ls", "test/h1/one", "-o", "name").stdout
    assert names == f"{TREE}/test/h1/one\n"
    assert scene.json("ls", "test/h2")["hosts"] == []
    assert "nothing stands below test/h2" in scene.run("ls", "test/h2").stderr


def test_ls_is_a_row_an_instance_for_a_program(scene):
    rows = list(csv.DictReader(
        scene.run("ls", "-o", "csv").stdout.splitlines()))
    gone = next(row for row in rows if row["name"] == "gone")
    assert gone["path"] == f"{TREE}/test/h1/gone"
    assert (gone["state"], gone["stale"]) == ("down", "false")
    assert int(gone["mtime"]) >= int(gone["since"]) > 0


def test_ls_needs_no_agent_and_no_configuration(scene):
    ran = run("ls", "--zookeeper", scene.servers, "--root", TREE)
    assert "test/h1" in ran.stdout
    assert "test/h1" in run("ls", "--config", scene.agent.config).stdout
    error = run("ls", code=2).stderr
    assert "--config" in error


def test_ls_without_zookeeper_is_2(scene):
    ran = run("ls", "--zookeeper", f"127.0.0.1:{free_port()}", "--timeout",
              "500ms", code=2)
    assert ran.stdout == "" and "no ZooKeeper" in ran.stderr


def test_a_host_whose_heartbeat_stopped_is_stale(scene, keeper, workspace):
    config = os.path.join(workspace, "quick.yaml")
    root = f"{TREE}-stale"
    with open(config, "w") as file:
        file.write(f'zookeeper: {{servers: "{scene.servers}"}}\n'
                   f"publish: {{state: {root}, heartbeat: 1s}}\n")
    keeper.create(f"{root}/test/h9/.agent", b'{"version":"1"}',
                  makepath=True)

    def stale():
        ran = subprocess.run([CTL, "ls", "--config", config], text=True,
                             capture_output=True, timeout=30 * PATIENCE,
                             env=environment())
        return ran.returncode == 1 and ran
    ran = wait_for(stale, 20, "stale host")
    assert "stale" in ran.stdout and "1 host is stale" in ran.stderr
    keeper.delete(root, recursive=True)


# --- doctor --------------------------------------------------------------------------------
def doctor(*words, run_dir, code):
    """Its findings: {check: {level: [text; action, ...]}}."""
    told = json.loads(run("doctor", *words, "-o", "json", run_dir=run_dir,
                          code=code, seconds=60).stdout)
    found = {}
    for one in told["findings"]:
        assert set(one) == {"check", "level", "text", "action"}
        found.setdefault(one["check"], {}).setdefault(
            one["level"], []).append(f"{one['text']}; {one['action']}")
    assert told["worst"] == ["ok", "warn", "bad"][code]
    return found


def test_the_doctor_looks_at_everything(scene, keeper):
    before = sorted(keeper.get_children(TREE))
    found = doctor(run_dir=scene.agent.run_dir, code=2)
    assert set(found) == {"agent", "clock", "limits", "run directory",
                          "kernel", "programs", "configuration", "servers",
                          "unwatched", "zookeeper"}
    for check in ("agent", "programs", "configuration", "zookeeper",
                  "run directory"):
        assert set(found[check]) == {"ok"}, found[check]
    assert any("gone is down: refused" in text
               for text in found["servers"]["bad"])
    assert sorted(keeper.get_children(TREE)) == before
    assert not any(name.startswith(".sentinelctl")
                   for name in keeper.get_children("/"))


def test_a_server_that_nobody_watches_is_told(scene, start_redis):
    stranger = start_redis()

    def unwatched():
        found = doctor(run_dir=scene.agent.run_dir, code=2)
        return [text for text in found["unwatched"].get("warn", [])
                if "nobody watches" in text]
    wait_for(lambda: [text for text in unwatched() if stranger.addr in text
                      and "discover -o yaml" in text], 30, "the stranger")
    for redis in scene.redis.values():
        assert not any(redis.addr in text for text in unwatched())


def test_the_doctor_needs_no_agent(scene):
    found = doctor("--config", scene.agent.config, run_dir=NOWHERE, code=2)
    assert "no answer" in found["agent"]["bad"][0]
    assert any("one is up" in text for text in found["servers"]["ok"])
    assert any("gone is down" in text for text in found["servers"]["bad"])
    assert set(found["zookeeper"]) == {"ok"}


def test_rights_that_lack_in_zookeeper_are_told(scene, keeper):
    root = f"{TREE}-closed"
    keeper.create(root, acl=[make_acl("world", "anyone", read=True,
                                      delete=True, admin=True)])
    found = doctor("--config", scene.agent.config, "--root", root,
                   run_dir=NOWHERE, code=2)
    assert f"cannot create a node below {root}" in found["zookeeper"]["bad"][0]
    keeper.delete(root)


def test_programs_of_another_version_are_told(scene, workspace):
    for name in ("sentinel-agent", "sentinel-prober", "sentinel-publisher"):
        shutil.copy(os.path.join(BUILD, name), workspace)
    other = os.path.join(workspace, "sentinel-console")
    with open(other, "w") as file:
        file.write("#!/bin/sh\necho sentinel-console 0.0.9\n")
    os.chmod(other, 0o755)
    found = doctor("--libexec", workspace, run_dir=scene.agent.run_dir,
                   code=2)
    assert len(found["programs"]["bad"]) == 1
    assert "0.0.9" in found["programs"]["bad"][0]


# --- what is made of the tables ----------------------------------------------------------------
def test_the_reference_page_is_what_the_program_prints():
    with open(os.path.join(ROOT, "docs", "sentinelctl.md")) as file:
        assert file.read() == run("--print-reference", "markdown").stdout, (
            "make it again: sentinelctl --print-reference markdown "
            ">docs/sentinelctl.md")


def test_the_man_page_has_every_verb_and_option():
    page = run("--print-reference", "man").stdout
    requests = {line.split()[0] for line in page.splitlines()
                if line.startswith((".", "'"))}
    assert requests <= {".Dd", ".Dt", ".Os", ".Sh", ".Ss", ".Nm", ".Nd", ".Ar",
                        ".Op", ".Pp", ".Bl", ".It", ".El", ".Xr"}
    for name, _ in verbs():
        assert re.search(rf"^\.Ss {name}\b", page, re.MULTILINE)
    assert ".It Fl \\-since Ar WHEN\n" in page


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_takes_its_completion(shell, workspace):
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here; packaging/install-deps test has it")
    path = os.path.join(workspace, "completion")
    with open(path, "w") as file:
        file.write(run("--print-completion", shell).stdout)
    ran = subprocess.run([shell, "-n", path], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")


def bash_completes(workspace, *words, run_dir=NOWHERE):
    """What may stand for the last word."""
    path = os.path.join(workspace, "completion.bash")
    with open(path, "w") as file:
        file.write(run("--print-completion", "bash").stdout)
    script = ("source \"$0\"; COMP_WORDS=(sentinelctl \"$@\"); COMP_CWORD=$#;"
              " compopt() { :; }; _sentinelctl;"
              " printf '%s\\n' \"${COMPREPLY[@]}\"")
    ran = subprocess.run(
        ["bash", "-c", script, path, *words], capture_output=True, text=True,
        env=environment(run_dir, PATH=f"{BUILD}:{os.environ['PATH']}"))
    assert ran.stderr == ""
    return ran.stdout.split()


def test_bash_completes_verbs_options_values_and_names(scene, workspace):
    assert bash_completes(workspace, "d") == [
        name for name, _ in verbs() if name.startswith("d")]
    assert bash_completes(workspace, "top", "--so") == ["--sort"]
    assert bash_completes(workspace, "top", "--tl") == []
    assert bash_completes(workspace, "top", "--sort", "") == [
        "state", "latency", "name", "age"]
    assert bash_completes(workspace, "discover", "-o", "y") == ["yaml"]
    assert bash_completes(workspace, "help", "doc") == ["doctor"]
    assert bash_completes(workspace, "check", "/etc/passw") \
        >= ["/etc/passwd"]
    assert bash_completes(workspace, "probe", "",
                          run_dir=scene.agent.run_dir) == [
        "one", "two", "gone"]


def test_fish_completes_verbs_and_values(workspace):
    if shutil.which("fish") is None:
        pytest.skip("no fish here; packaging/install-deps test has it")
    path = os.path.join(workspace, "completion.fish")
    with open(path, "w") as file:
        file.write(run("--print-completion", "fish").stdout)
    script = (f"source {path}; complete -C 'sentinelctl disc';"
              " complete -C 'sentinelctl top --sort l'")
    ran = subprocess.run(["fish", "--no-config", "-c", script],
                         capture_output=True, text=True,
                         env=environment(HOME=workspace))
    words = [line.split("\t")[0] for line in ran.stdout.splitlines()]
    assert words == ["discover", "latency"], ran.stderr
