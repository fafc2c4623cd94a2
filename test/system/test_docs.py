"""The pages are true: links lead somewhere, the runbook has every reason in
the agent's own words, metrics have these names, and what a page tells to write
or to run does what it says."""
import glob
import os
import re
import shlex
import socket
import subprocess

import pytest

from agent import BUILD, ROOT
from secure_zookeeper import UNPACKED
from servers import Server, free_port, wait_for

PAGES = sorted(glob.glob(os.path.join(ROOT, "*.md"))
               + glob.glob(os.path.join(ROOT, "docs", "*.md")))
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def blocks(page, language):
    found = re.findall(rf"^```{language}\n(.*?)^```$", read("docs", page),
                       re.DOTALL | re.MULTILINE)
    assert found, f"{page} has no block of {language}"
    return found


def anchors(path):
    return {re.sub(r"[^a-z0-9_ -]", "", head.lower()).replace(" ", "-")
            for head in re.findall(r"^#+ (.*)$", read(path), re.MULTILINE)}


def is_good_link(page, link):
    path, _, anchor = link.partition("#")
    target = os.path.normpath(os.path.join(os.path.dirname(page), path)) \
        if path else page
    return os.path.exists(target) and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=os.path.basename)
def test_links_lead_somewhere(page):
    links = [link for link in LINK.findall(FENCE.sub("", read(page)))
             if not re.match(r"[a-z]+:", link)]
    assert [link for link in links if not is_good_link(page, link)] == []


def advice():
    """reason -> (meaning, action), as the programs say them."""
    table = read("src", "model", "advice.c").replace(" NOTHING", ' ""')
    text = r'((?:\s*"(?:[^"\\]|\\.)*")+)'
    return {name.lower(): tuple("".join(re.findall(
        r'"((?:[^"\\]|\\.)*)"', part)).replace('\\"', '"') for part in parts)
        for name, *parts in re.findall(
            rf"\[REASON_(\w+)\]\s*=\s*\{{{text},{text}\}}", table)
        if name != "NONE"}


def test_the_runbook_has_every_reason_in_the_agents_own_words():
    told = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)",
                           read("docs", "operations.md"),
                           re.DOTALL | re.MULTILINE))
    known = set(re.findall(r'X\(REASON_\w+, "(\w+)"\)',
                           read("include", "model", "verdict.h")))
    assert len(known) > 20
    assert set(told) == known == set(advice())
    for reason, words in advice().items():
        entry = " ".join(told[reason].split())
        for text in words:
            assert text[1:] in entry, reason


def test_metrics_have_the_names_that_pages_tell(start_redis, make_agent):
    redis = start_redis()
    agent = make_agent({"one": redis}).start()
    agent.wait_state("one", "up")
    known = set(re.findall(r"# HELP (\w+) ", agent.get("/metrics")))
    # Facts are said while they are told: loaded_percent while it loads.
    known |= {f"sentinel_agent_redis_{fact}" for fact in re.findall(
        r'"(\w+)"', read("include", "model", "facts.h"))}
    for page in ("operations.md", "migration.md", "consumers.md",
                 "security.md"):
        for name in re.findall(r"sentinel_agent_\w+", read("docs", page)):
            assert name in known, f"{page}: {name}"


# What the README says, and where docs/bench.md has it: the row's beginning, the
# column, and how many of its units make one of the README's.
FIGURES = [
    (r"([\d.]+) times the CPU", "TCP | 100 | PING", 6, 1),
    (r"([\d.]+) us for a PING", "TCP | 100 | PING", 5, 1),
    (r"([\d.]+) us for all", "TCP | 100 | deep", 5, 1),
    (r"([\d.]+) MB for all", "TCP | 100 | PING", 7, 1),
    (r"With 10 servers it is ([\d.]+)", "TCP | 10 | PING", 6, 1),
    (r"with one ([\d.]+)", "TCP | 1 | PING", 6, 1),
    (r"through in ([\d.]+) s", "TCP, deep", 4, 1000),
    (r"over TLS in ([\d.]+) s", "TLS, deep", 4, 1000),
    (r"watcher ([\d.]+) ms in the median", "idle, kill -9", 3, 1),
    (r"([\d.]+) ms at worst", "idle, kill -9", 3, -1),
    (r"after ([\d.]+) s at worst", "idle, SIGSTOP", 3, -1000),
]


@pytest.mark.parametrize("said, row, column, units", FIGURES,
                         ids=[figure[0] for figure in FIGURES])
def test_the_readmes_figures_were_measured(said, row, column, units):
    """Of a cell "median / worst" the worst where units are negative."""
    shown = re.search(said, " ".join(read("README.md").split())).group(1)
    line, = re.findall(rf"^\| {re.escape(row)}.*$", read("docs", "bench.md"),
                       re.MULTILINE)
    cell = re.findall(r"[\d.]+", re.sub(r"\(.*?\)", "",
                                        line.split("|")[column]))
    measured = float(cell[-1 if units < 0 else 0]) / abs(units)
    digits = len(shown.partition(".")[2])
    assert f"{measured:.{digits}f}" == shown, line


# --- what is to be written ------------------------------------------------
def test_the_first_configuration_is_right(workspace):
    path = os.path.join(workspace, "first.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(blocks("quickstart.md", "yaml")[0])
    said = subprocess.run([os.path.join(BUILD, "sentinel-agent"), "-t", "-c",
                           path], capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stderr) == (0, "")


def test_the_first_commands_run(start_redis, make_agent):
    agent = make_agent({"one": start_redis()}).start()
    agent.wait_state("one", "up")
    text = blocks("quickstart.md", "sh")[0].replace(
        "127.0.0.1:6060", f"127.0.0.1:{agent.port}")
    environment = {**os.environ, "SENTINEL_AGENT_RUN_DIR": agent.run_dir,
                   "PATH": BUILD + ":" + os.environ["PATH"]}
    for line in text.replace("sudo ", "").splitlines():
        said = subprocess.run(shlex.split(line), capture_output=True,
                              text=True, timeout=60, env=environment)
        # doctor exits 1 for what it finds amiss on this machine.
        assert said.returncode == 0 or "doctor" in line, (line, said)
        assert said.returncode in (0, 1) and said.stdout, (line, said)


@pytest.mark.parametrize("page", ["security.md", "probing.md"])
def test_the_minimal_user_is_enough_and_can_do_no_more(
        page, start_redis, make_agent, workspace):
    redis = start_redis()
    line = re.search(r"^ +(ACL SETUSER probe .*)$", read("docs", page),
                     re.MULTILINE).group(1).replace("PASSWORD", "secret")
    redis.ask(*line.split())
    path = os.path.join(workspace, f"{page}.pw")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write("secret\n")
    agent = make_agent({"one": {"addr": redis.addr, "user": "probe",
                                "password_file": path}}).start()
    agent.wait_state("one", "up")
    told = agent.instance("one")
    assert (told["reason"], told["writable"], told["conditions"]) == (
        "master", "yes", [])
    with redis.connect() as wire:
        for words, answer in (
                ("AUTH probe secret", b"+OK"), ("GET other", b"-NOPERM"),
                ("SETRANGE other 0 x", b"-NOPERM"),
                ("SET sentinel-agent:canary x", b"-NOPERM"),
                ("CONFIG GET dir", b"-NOPERM"), ("KEYS *", b"-NOPERM"),
                ("SHUTDOWN NOSAVE", b"-NOPERM"), ("ACL LIST", b"-NOPERM")):
            wire.sendall(words.encode() + b"\r\n")
            assert wire.recv(4096).startswith(answer), words


# --- who reads ------------------------------------------------------------
def test_a_program_that_watches_as_the_page_says_follows_it(
        zookeeper, start_redis, make_agent, state_path):
    redis = start_redis()
    agent = make_agent({"cache-1": redis}, zookeeper.servers,
                       state=state_path).start()
    agent.wait_state("cache-1", "up")
    code = blocks("consumers.md", "python")[0]
    code = code.replace("zk1:2181,zk2:2181,zk3:2181", zookeeper.servers)
    code = code.replace("/redis-sentinel/prod/db7", f"{state_path}/test/h1")
    said = []
    names = {"print": said.append}
    exec(code, names)  # pylint: disable=exec-used
    try:
        wait_for(lambda: said and said[-1] == "write to it", 20, "up")
        redis.kill()
        wait_for(lambda: said[-1] == "leave it", 20, "down")
    finally:
        names["client"].stop()
        names["client"].close()


def run_haproxy(*words):
    """The unpacked one, with the libraries beside it: what to execute."""
    program = os.path.join(UNPACKED, "sbin/haproxy")
    if not os.path.exists(program):
        pytest.skip("no haproxy: packaging/get-haproxy did not get it")
    libraries = ":".join(glob.glob(f"{UNPACKED}/lib/*"))
    return ["/usr/bin/env", f"LD_LIBRARY_PATH={libraries}", program, *words]


DEFAULTS = "defaults\n" + "".join(f"    timeout {what}\n" for what in (
    "connect 2s", "client 1m", "server 1m"))


class Haproxy(Server):
    """The page's block, with ports of the test."""

    def __init__(self, agent, redis):
        super().__init__()
        self.agent, self.redis = agent, redis
        self.port = free_port()

    def prepare(self, is_first):
        text = blocks("consumers.md", "haproxy")[0]
        for old, new in (("127.0.0.1:6400", f"127.0.0.1:{self.port}"),
                         ("127.0.0.1:6379", self.redis.addr),
                         ("port 6060", f"port {self.agent.port}")):
            assert old in text
            text = text.replace(old, new)
        path = os.path.join(self.directory, "haproxy.cfg")
        with open(path, "w", encoding="utf-8") as file:
            file.write(DEFAULTS + text)
        return run_haproxy("-db", "-f", path), None

    def answers(self):
        return self.pong()

    def pong(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port),
                                          5) as wire:
                wire.settimeout(5)
                wire.sendall(b"PING\r\n")
                return wire.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def test_haproxy_sends_clients_where_they_can_write(start_redis, make_agent):
    redis = start_redis()
    agent = make_agent({"cache-1": redis}).start()
    agent.wait_state("cache-1", "up")
    with Haproxy(agent, redis).start() as haproxy:
        # It serves PING still, but takes no writes: only a check can know.
        redis.ask("CONFIG", "SET", "min-replicas-to-write", "1")
        wait_for(lambda: not haproxy.pong(), 30, "end of the clients' way")
        assert agent.instance("cache-1")["reason"] == "noreplicas"
        redis.ask("CONFIG", "SET", "min-replicas-to-write", "0")
        wait_for(haproxy.pong, 30, "the way again")


def test_haproxy_takes_every_block(workspace):
    path = os.path.join(workspace, "haproxy.cfg")
    with open(path, "w", encoding="utf-8") as file:
        file.write(DEFAULTS + "".join(blocks("consumers.md", "haproxy")))
    said = subprocess.run(run_haproxy("-c", "-f", path), timeout=60,
                          capture_output=True, text=True)
    assert said.returncode == 0, said


@pytest.fixture
def readable(start_redis, make_agent):
    """An agent with cache-1, which can be read and not be written."""
    redis = start_redis({"min-replicas-to-write": 1})
    agent = make_agent({"cache-1": redis}).start()
    agent.wait_state("cache-1", "degraded")
    return agent


def test_the_scripts_exit_as_the_page_says(readable):
    codes = []
    for line in blocks("consumers.md", "sh")[0].splitlines():
        ran = subprocess.run(shlex.split(line.replace(
            "127.0.0.1:6060", f"127.0.0.1:{readable.port}")), timeout=60,
            capture_output=True, env={**os.environ, "PATH":
                                      BUILD + ":" + os.environ["PATH"]})
        codes.append(ran.returncode)
    assert codes == [0, 22, 1]


def test_what_envoy_would_ask_is_answered(readable):
    block, = (text for text in blocks("consumers.md", "yaml")
              if "http_health_check" in text)
    path, host = re.search(r'path: "(\S+)", host: (\w+)', block).groups()
    headers = {"Host": host}
    assert readable.request(path, headers=headers)[0] == 503
    assert readable.request(path.partition("?")[0], headers=headers)[0] == 200


def test_the_console_lists_targets_as_prometheus_reads_them(readable):
    target, = readable.get("/sd")
    assert target["targets"] == [readable.instance("cache-1")["addr"]]
    assert "/sd" in "".join(blocks("consumers.md", "yaml"))
