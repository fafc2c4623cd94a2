"""The configuration through the real program: what is refused and where it
is said to be wrong, what is taken, and what -t, -T and the flags make of it.

The corpus is test/config: each bad/NAME.yaml has beside it the lines that
must be said of it, NAME.expected (@HERE@ is the folder itself). After a
change that is meant, look at every line of

    SENTINEL_CORPUS=write /usr/bin/python3 -m pytest test/system/test_config.py

and of `git diff` after it.
"""
import glob
import os
import re
import shutil
import subprocess
import threading

import pytest

from agent import BUILD, ROOT, SANITIZER_WORDS
from servers import PATIENCE, wait_for

BAD = os.path.join(ROOT, "test", "config", "bad")
GOOD = os.path.join(ROOT, "test", "config", "good")
AGENT = os.path.abspath(os.path.join(BUILD, "sentinel-agent"))
SECRET = "hunter2"  # planted all over the corpus
ONE = "instances:\n  - {name: one, addr: 127.0.0.1:6379}\n"
LINE = re.compile(r"^[^:\n]+:[1-9]\d*:[1-9]\d*: \S")
NOBODY = 65534
MIB = 1024 * 1024


def names(folder):
    return sorted(os.path.basename(path)
                  for path in glob.glob(os.path.join(folder, "*.yaml")))


def run(*words, directory=".", environment=None, program=AGENT, **options):
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith("SENTINEL_AGENT_")}
    said = subprocess.run([program, *words], cwd=directory, text=True,
                          capture_output=True, timeout=20 * PATIENCE,
                          env={**clean, **(environment or {})}, **options)
    assert not any(word in said.stderr for word in SANITIZER_WORDS), said.stderr
    return said


def write(directory, name, text, mode=0o600):
    path = os.path.join(directory, name)
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    os.chmod(path, mode)
    return path


def refused(path, *words, **options):
    """The lines said of a file that must be refused, as -t and as a run."""
    said = run("-t", "-c", path, **options)
    assert said.returncode == 78, said
    assert said.stdout == ""
    lines = said.stderr.splitlines()
    assert lines and all(LINE.match(line) for line in lines), said.stderr
    for word in words:
        assert any(word in line for line in lines), said.stderr
    return lines


def taken(path, *words, **options):
    said = run("-t", "-c", path, **options)
    assert said.returncode == 0, said
    assert re.search(r": good, \d+ instances$", said.stdout.strip())
    for word in words:
        assert word in said.stdout + said.stderr
    return said


def effective(path, *words, **options):
    """What -T prints, and the same without origins."""
    said = run("-T", *(["-c", path] if path else []), *words, **options)
    assert said.returncode == 0, said
    values = [line.split(" # ")[0] for line in said.stdout.splitlines()
              if not line.startswith("#")]
    return said.stdout, values


# --- the corpus -----------------------------------------------------------
@pytest.mark.parametrize("name", names(BAD))
def test_a_bad_file_is_refused_with_exactly_these_lines(name):
    said = run("-t", "-c", name, directory=BAD)
    expected = os.path.join(BAD, name[:-len(".yaml")] + ".expected")
    if os.environ.get("SENTINEL_CORPUS") == "write":
        with open(expected, "w") as file:
            file.write(said.stderr.replace(BAD, "@HERE@"))
    with open(expected) as file:
        wanted = file.read().replace("@HERE@", BAD)
    assert said.returncode == 78
    assert said.stderr == wanted
    assert all(LINE.match(line) for line in said.stderr.splitlines())
    assert SECRET not in said.stderr + said.stdout
    assert said.stdout == ""


@pytest.mark.parametrize("name", names(BAD))
def test_a_bad_file_starts_nothing(name, workspace):
    run_dir = os.path.join(workspace, "run")
    said = run("-c", name, "--run-dir", run_dir, directory=BAD)
    assert said.returncode == 78
    assert not os.path.exists(run_dir)


@pytest.mark.parametrize("name", names(GOOD))
def test_a_good_file_is_taken_and_its_effective_form_is_the_same(
        name, workspace):
    said = run("-t", "-c", name, directory=GOOD)
    assert said.returncode == 0, said
    assert re.fullmatch(rf"{re.escape(name)}: good, \d+ instances\n",
                        said.stdout)
    text, values = effective(name, directory=GOOD)
    again = write(workspace, "again.yaml", text)
    assert taken(again).stdout.split(": ")[1] == said.stdout.split(": ")[1]
    assert effective(again)[1] == values


def test_the_corpus_is_whole():
    assert len(names(BAD)) > 40 and len(names(GOOD)) > 10
    for path in glob.glob(os.path.join(BAD, "*.expected")):
        assert os.path.exists(path[:-len(".expected")] + ".yaml"), path


# --- files that are none, or too much -------------------------------------
def test_a_huge_file_is_refused(workspace):
    path = write(workspace, "huge.yaml", ONE + "#" * MIB)
    assert refused(path) == [f"{path}:1:1: the file is larger than 1 MiB"]


LARGE = {
    "open brackets": "a: " + "[" * 500_000,
    "nested items": "- " * 500_000,
    "nested keys": "? " * 500_000,
    "open braces": "{a: " * 250_000,
    "items": "instances: [" + "a," * 500_000 + "]",
    "instances": "instances:\n" + "- {name: a}\n" * 80_000,
    "keys": "".join(f"k{number}: 1\n" for number in range(80_000)),
    "a long value": "cluster: " + "a" * 1_000_000 + "\n" + ONE,
    "escapes": "cluster: \"" + "\\x01" * 250_000 + "\"\n" + ONE,
    "a long key": "a" * 1_000_000 + ": 1\n" + ONE,
    "labels": "labels: {" + ",".join(f"k{n}: v" for n in range(80_000))
              + "}\n" + ONE,
    "directives": "%" * 1_000_000,
    "quotes": "'" * 999_999,
    "lines": "\n" * 1_000_000 + "x",
    "anchors": "&a " * 300_000,
    "tags": "!a " * 300_000,
    "a control byte": "# \x07" + ONE,
}


@pytest.mark.parametrize("what", LARGE)
def test_what_is_nearly_huge_is_refused_soon(workspace, what):
    path = write(workspace, "large.yaml", LARGE[what])
    lines = refused(path)
    assert len(lines) <= 101
    assert max(map(len, lines)) < 1000


def test_a_fifo_is_not_waited_for(workspace):
    path = os.path.join(workspace, "fifo.yaml")
    os.mkfifo(path)
    refused(path, "no regular file")
    main = write(workspace, "main.yaml", "include: fifo.yaml\n")
    assert refused(main) == [f"{path}:1:1: this is no regular file"]


def test_a_directory_a_dangling_link_and_nothing_are_refused(workspace):
    refused(workspace, "no regular file")
    link = os.path.join(workspace, "link.yaml")
    os.symlink("nowhere", link)
    refused(link, "No such file")
    refused(os.path.join(workspace, "none.yaml"), "No such file")
    refused("/dev/zero", "no regular file")
    main = write(workspace, "main.yaml", "include: li*.yaml\n")
    assert refused(main)[0].startswith(f"{link}:1:1: cannot be read")


def as_nobody(workspace):
    """What lets `run` be another user, who reaches the workspace."""
    os.chmod(workspace, 0o755)
    program = shutil.copy(AGENT, workspace)
    return {"program": program, "user": NOBODY, "group": NOBODY,
            "extra_groups": []}


def test_a_file_that_may_not_be_read_is_refused(workspace):
    path = write(workspace, "closed.yaml", ONE, 0o000)
    other = as_nobody(workspace) if os.geteuid() == 0 else {}
    assert refused(path, **other) == [
        f"{path}:1:1: cannot be read: Permission denied"]


def test_a_link_to_a_file_is_that_file(workspace):
    write(workspace, "real.yaml", ONE)
    link = os.path.join(workspace, "link.yaml")
    os.symlink("real.yaml", link)
    taken(link)


def test_a_relative_name_is_told_as_it_was_given(workspace):
    write(workspace, "bad.yaml", "fall: 0\n")
    assert refused("bad.yaml", directory=workspace)[0].startswith(
        "bad.yaml:1:7: ")


# --- includes -------------------------------------------------------------
def test_includes_are_found_from_where_the_file_is(workspace):
    os.makedirs(os.path.join(workspace, "a [b]*", "more"))
    write(workspace, "a [b]*/more/x.yaml",
          "- {name: two, addr: 127.0.0.1:2}\n")
    main = write(workspace, "a [b]*/main.yaml",
                 "include: more/*.yaml\n" + ONE)
    taken(main, "good, 2 instances")
    taken("main.yaml", "good, 2 instances",
          directory=os.path.join(workspace, "a [b]*"))
    text, _ = effective(main)
    assert f"# {main}:3" in text and "more/x.yaml:1" in text


def test_an_absolute_include_is_itself(workspace):
    other = write(workspace, "other.yaml", "- {name: a, addr: 127.0.0.1:2}\n")
    main = write(workspace, "main.yaml", f"include: {other}\n")
    taken(main, "good, 1 instances")


def test_wild_letters_are_for_the_last_part_of_an_include(workspace):
    os.mkdir(os.path.join(workspace, "d"))
    write(workspace, "d/x.yaml", "- {name: two, addr: 127.0.0.1:2}\n")
    write(workspace, "d/.y.yaml", "not read\n")
    for pattern, count in (("d/x.yaml", 1), ("d/*", 1), ("d/?.y*", 1),
                           ("d/[xz].yaml", 1), ("none/*.yaml", 0),
                           ("d/*.conf", 0)):
        main = write(workspace, "main.yaml", f"include: '{pattern}'\n")
        taken(main, f"good, {count} instances")
    for pattern, words in (("*/x.yaml", "no file that is there"),
                           ("*/*.yaml", "cannot be read"),
                           ("d/none.yaml", "no file that is there"),
                           ("d/x.yaml/*", "cannot be read"),
                           ("d/", "no regular file")):
        main = write(workspace, "main.yaml", f"include: '{pattern}'\n")
        refused(main, words)


def test_more_includes_than_there_may_be_are_refused(workspace):
    for number in range(257):
        write(workspace, f"i{number:03}.inc",
              f"- {{name: n{number}, addr: 127.0.0.1:{number + 1}}}\n")
    main = write(workspace, "main.yaml", "include: i*.inc\n")
    assert refused(main) == [
        f"{main}:1:10: `include` names more than 256 files"]
    os.unlink(os.path.join(workspace, "i256.inc"))
    taken(main, "good, 256 instances")


def test_more_bytes_than_there_may_be_are_refused(workspace):
    for number in range(5):
        write(workspace, f"i{number}.inc",
              f"- {{name: n{number}, addr: 127.0.0.1:{number + 1}}}\n"
              + "#" * 1_000_000)
    main = write(workspace, "main.yaml", "include: i*.inc\n")
    refused(main, "larger than 4 MiB")


def test_the_most_instances_there_may_be(workspace):
    def instances(count):
        return "instances:\n" + "".join(
            f"  - {{name: n{number}, addr: 127.0.0.1:{number + 1}}}\n"
            for number in range(count))
    taken(write(workspace, "most.yaml", instances(4096)),
          "good, 4096 instances")
    refused(write(workspace, "more.yaml", instances(4097)), "at most 4096")
    half = instances(2049)[len("instances:\n"):]
    write(workspace, "half.inc", half.replace("  - {name: n", "- {name: m"))
    refused(write(workspace, "both.yaml",
                  "include: half.inc\n" + instances(2048)), "at most 2048")


def test_files_that_come_and_go_are_read_whole_or_refused(workspace):
    """-t, while included files vanish and come back: good, or refused in
    words; never a crash, a hang or half a list."""
    main = write(workspace, "main.yaml", "include: i*.inc\n" + ONE)
    is_over = threading.Event()
    text = "- {name: two, addr: 127.0.0.1:2}\n"

    def move():
        while not is_over.is_set():
            path = write(workspace, "i.inc", text)
            os.unlink(path)

    mover = threading.Thread(target=move)
    mover.start()
    try:
        for _ in range(40):
            said = run("-t", "-c", main)
            if said.returncode == 0:
                assert said.stdout.endswith((" 1 instances\n",
                                             " 2 instances\n"))
            else:
                assert said.returncode == 78
                assert re.search(r"i\.inc:1:1: (cannot be read|the file is "
                                 r"empty)", said.stderr), said.stderr
    finally:
        is_over.set()
        mover.join()


# --- files of secrets -----------------------------------------------------
def with_password(path):
    return ("instances:\n  - name: one\n    addr: 127.0.0.1:6379\n"
            f"    password_file: {path}\n")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
def test_a_password_file_that_others_can_use_is_refused(workspace, mode):
    path = write(workspace, "pw", SECRET, mode)
    main = write(workspace, "main.yaml", with_password("pw"))
    assert refused(main) == [
        f"{main}:4:20: `password_file`: {path} has the mode {mode:04o}, so "
        f"others than its owner can use it: chmod 600 {path}"]
    os.chmod(path, 0o600)
    taken(main)


def test_a_password_file_must_be_a_regular_file(workspace):
    secret = write(workspace, "pw", SECRET)
    os.symlink(secret, os.path.join(workspace, "link"))
    os.mkfifo(os.path.join(workspace, "fifo"), 0o600)
    for name in ("link", "fifo", "."):
        main = write(workspace, "main.yaml", with_password(name))
        refused(main, "regular file, and no link")
    main = write(workspace, "main.yaml", with_password("none"))
    refused(main, "No such file")


def test_a_password_in_place_of_its_file_is_not_echoed(workspace):
    main = write(workspace, "main.yaml", with_password(SECRET))
    assert SECRET not in "".join(refused(main))


def test_a_password_file_is_looked_at_and_never_opened(workspace):
    """Its access time stays, and a FIFO in its place has no reader."""
    path = write(workspace, "pw", SECRET)
    os.utime(path, (1, 1))
    main = write(workspace, "main.yaml", with_password("pw"))
    said = taken(main)
    text, _ = effective(main)
    assert os.stat(path).st_atime == 1
    assert SECRET not in said.stdout + said.stderr + text
    assert f"password_file: {path}" in text


def test_every_kind_of_secret_file_is_looked_at(workspace):
    text = ("zookeeper:\n  servers: zk1:2181\n"
            "  auth: {scheme: digest, credential_file: zk.cred}\n"
            "instances:\n  - name: one\n    addr: 127.0.0.1:6379\n"
            "    user: probe\n    password_file: pw\n"
            "    tls: {ca: ca.pem, cert: c.pem, key: k.pem}\n")
    main = write(workspace, "main.yaml", text)
    for name in ("zk.cred", "pw", "k.pem"):
        write(workspace, name, SECRET, 0o640)
    for name in ("ca.pem", "c.pem"):
        write(workspace, name, "public", 0o644)
    lines = refused(main, "credential_file", "password_file", "`key`")
    assert len(lines) == 3 and SECRET not in "".join(lines)
    for name in ("zk.cred", "pw", "k.pem"):
        os.chmod(os.path.join(workspace, name), 0o400)
    taken(main)


def test_a_secret_that_this_user_cannot_read_is_refused(workspace):
    write(workspace, "pw", SECRET, 0o000 if os.geteuid() else 0o600)
    main = write(workspace, "main.yaml", with_password("pw"), 0o644)
    other = as_nobody(workspace) if os.geteuid() == 0 else {}
    refused(main, "cannot be read by this user", **other)


# --- what is taken, and warned of -----------------------------------------
def test_a_lag_limit_that_idle_masters_exceed_is_warned_of(workspace):
    path = write(workspace, "main.yaml",
                 "max_lag: 30s\n"
                 "instances:\n"
                 "  - {name: a, addr: 10.0.0.1:1, max_lag: 11s}\n"
                 "  - {name: b, addr: 10.0.0.1:2, max_lag: 10s}\n"
                 "  - {name: c, addr: 10.0.0.1:3, max_lag: 1s}\n"
                 "  - {name: d, addr: 10.0.0.1:4, max_lag: 0}\n"
                 "  - {name: e, addr: 10.0.0.1:5}\n")
    line, = taken(path).stderr.splitlines()
    for word in ("limit_below_heartbeat", "option=max_lag",
                 f"where={path}:4", "times=2"):
        assert word in line, line
    top = write(workspace, "top.yaml", "max_lag: 2s\n" + ONE)
    line, = taken(top).stderr.splitlines()
    assert f"where={top}:1 times=1" in line


def test_tls_on_a_unix_socket_is_taken_with_a_warning(workspace):
    """Redis speaks none there, but what ends TLS for it may."""
    path = write(workspace, "main.yaml",
                 "instances:\n  - name: a\n    addr: unix:/run/a.sock\n"
                 "    tls: {}\n")
    line, = taken(path).stderr.splitlines()
    for word in ("tls_on_unix_socket", "option=tls", f"where={path}:4"):
        assert word in line, line


# --- flags, environment, file, default ------------------------------------
def test_a_flag_goes_before_the_environment_before_the_file(workspace):
    path = write(workspace, "main.yaml",
                 "run_dir: /from/file\nlog: {level: error, format: json}\n"
                 + ONE)
    environment = {"SENTINEL_AGENT_RUN_DIR": "/from/environment",
                   "SENTINEL_AGENT_LOG_LEVEL": "warning",
                   "SENTINEL_AGENT_LOG_FORMAT": "logfmt"}
    text, _ = effective(None)
    assert "run_dir: /run/sentinel-agent # default" in text
    assert "level: info # default" in text
    text, _ = effective(path)
    assert f"run_dir: /from/file # {path}:1" in text
    assert f"level: error # {path}:2" in text
    text, _ = effective(path, environment=environment)
    assert "run_dir: /from/environment # SENTINEL_AGENT_RUN_DIR" in text
    assert "level: warning # SENTINEL_AGENT_LOG_LEVEL" in text
    assert "format: logfmt # SENTINEL_AGENT_LOG_FORMAT" in text
    text, _ = effective(path, "--run-dir", "/from/flag", "--log-level=debug",
                        "--log-format", "json", environment=environment)
    assert "run_dir: /from/flag # --run-dir" in text
    assert "level: debug # --log-level" in text
    assert "format: json # --log-format" in text


def test_the_file_may_be_named_by_the_environment(workspace):
    path = write(workspace, "main.yaml", "cluster: a\n")
    other = write(workspace, "other.yaml", "cluster: b\n")
    environment = {"SENTINEL_AGENT_CONFIG": path}
    assert "cluster: a" in effective(None, environment=environment)[1]
    assert "cluster: b" in effective(other, environment=environment)[1]
    said = run(environment={**environment, "SENTINEL_AGENT_CHECK": "1"})
    assert said.returncode == 0 and said.stdout.startswith(path)


def test_a_version_in_the_environment_asks_for_nothing(workspace):
    path = write(workspace, "main.yaml", ONE)
    taken(path, environment={"SENTINEL_AGENT_VERSION": "0.1.0",
                             "SENTINEL_AGENT_HELP": "yes"})


@pytest.mark.parametrize("words, environment", [
    (["--log-level", "loud"], {}),
    (["--log-format=xml"], {}),
    (["--run-dir", "relative"], {}),
    (["--run-dir", "/" + "a" * 96], {}),
    (["--run-dir="], {}),
    (["--check=1"], {}),
    (["--"], {}),
    (["-x"], {}),
    ([], {"SENTINEL_AGENT_LOG_LEVEL": "loud"}),
    ([], {"SENTINEL_AGENT_RUN_DIR": "relative"}),
])
def test_wrong_usage_is_64_in_one_line_and_a_hint(
        workspace, words, environment):
    path = write(workspace, "main.yaml", ONE)
    said = run("-t", "-c", path, *words, environment=environment)
    assert said.returncode == 64, said
    assert said.stderr.startswith("sentinel-agent: ")
    assert len(said.stderr.splitlines()) <= 2


def test_nothing_to_check_is_78():
    said = run("-t")
    assert said.returncode == 78 and "-c FILE" in said.stderr


# --- what a running agent makes of it -------------------------------------
def logged(agent, event):
    return [line for line in agent.tail(100_000).splitlines()
            if f"event={event} " in line]


def test_the_bounds_are_logged_at_the_start_and_with_the_session(
        zookeeper, start_redis, make_agent):
    settings = {"interval": "1s", "timeout": "500ms", "fall": 3}
    agent = make_agent({"one": start_redis()}, zookeeper.servers,
                       settings=settings).start()
    wait_for(lambda: len(logged(agent, "bounds")) >= 2, 20, "two bounds")
    wished, granted = logged(agent, "bounds")[:2]
    # I + j + 2(T+g) + (N-1)(q+T) + R + p
    assert " B_ms=10500 " in wished and " B_ms=10500 " in granted
    assert " E_ms=12000 " in wished and "session_ms=10000" in granted


# --- the pages ------------------------------------------------------------
def test_the_reference_page_is_what_the_program_prints():
    with open(os.path.join(ROOT, "docs", "configuration.md")) as file:
        assert file.read() == run("--print-reference").stdout, (
            "make it again: sentinel-agent --print-reference "
            "> docs/configuration.md")


def test_help_is_short_and_names_every_flag():
    said = run("--help")
    assert said.returncode == 0 and said.stderr == ""
    assert len(said.stdout.splitlines()) < 30
    assert max(map(len, said.stdout.splitlines())) < 80
    for flag in ("-c", "-t", "-T", "-h", "--run-dir", "--log-level",
                 "--log-format", "--libexec", "--version"):
        assert flag in said.stdout
    assert "docs/configuration.md" in said.stdout


def test_the_example_has_every_key_at_the_top():
    """What an operator copies from: each key is shown, or its section is."""
    with open(os.path.join(ROOT, "etc", "sentinel-agent.yaml")) as file:
        example = file.read()
    page = run("--print-reference").stdout
    keys = re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE)
    assert len(keys) > 40
    for key in keys:
        assert re.search(rf"(^|[\s{{,#]){key}:", example, re.MULTILINE), key
