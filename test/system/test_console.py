"""The console over real HTTP, on a board that a stand-in supervisor keeps.

What any client may do, the honest and the others, and what the answers say
while the board stands still, is torn or changes under the reader's eyes.
"""
import concurrent.futures
import contextlib
import http.client
import json
import os
import re
import resource
import signal
import socket
import subprocess
import time

import pytest

from agent import BUILD
from readers import program
from servers import PATIENCE, die_with_parent, wait_for

DRIVER = os.path.join(BUILD, "test/fault/drive_console")
CONSOLE = os.path.join(BUILD, "sentinel-console")
CTL = os.path.join(BUILD, "sentinelctl")
CONNECTIONS = 64  # the most the console keeps
JSON_PATHS = ["/tasks", "/status", "/status/cache-0", "/bounds", "/buildinfo",
              "/events", "/events?since=7", "/sd"]
TEXT_PATHS = ["/goroutines", "/goroutines?debug=1", "/goroutines?debug=2",
              "/healthz", "/readyz", "/metrics", "/check/cache-0",
              "/check/cache-0?when=writable", "/config"]
PATHS = JSON_PATHS + TEXT_PATHS + ["/"]


class Answer:
    def __init__(self, code, headers, body):
        self.code, self.headers, self.body = code, headers, body
        self.text = body.decode("ascii")

    def json(self):
        return json.loads(self.text)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Driver:
    """A running drive_console and its console."""

    def __init__(self, directory, *options):
        self.process = subprocess.Popen(
            [DRIVER, CONSOLE, directory, *options], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        line = self.process.stdout.readline()
        self.port, self.socket, self.pid = json.loads(line).values()
        self.directory = directory
        self.address = ("127.0.0.1", self.port)

    def say(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def get(self, path, method="GET", headers=None, seconds=10):
        connection = http.client.HTTPConnection(*self.address,
                                                timeout=seconds * PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def open(self, family=socket.AF_INET):
        sock = socket.socket(family)
        sock.settimeout(10 * PATIENCE)
        sock.connect(self.socket if family == socket.AF_UNIX
                     else self.address)
        return sock

    def raw(self, request, family=socket.AF_INET):
        """Sends bytes; returns what comes until the console closes."""
        with self.open(family) as sock:
            with contextlib.suppress(OSError):  # it may close as we send
                sock.sendall(request)
                sock.shutdown(socket.SHUT_WR)
            return read_all(sock)

    def is_running(self):
        return os.path.exists(f"/proc/{self.pid}/exe")

    def close(self):
        """Ends the input: the wait status of the console."""
        rest, _ = self.process.communicate(timeout=20 * PATIENCE)
        return int(re.search(r"status (\d+)", rest).group(1))


def read_all(sock):
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while True:
            piece = sock.recv(65536)
            if not piece:
                break
            data += piece
    return data


def code_of(data):
    return int(data.split(b" ", 2)[1]) if data.startswith(b"HTTP/1.") else None


@pytest.fixture
def start(workspace):
    """start(options...) as Driver(...), ended after the test in good order."""
    drivers = []

    def make(*options):
        drivers.append(Driver(workspace, *options))
        return drivers[-1]
    yield make
    for driver in drivers:
        if driver.process.poll() is None:
            alive = driver.is_running()
            assert not alive or driver.close() == 0


@pytest.fixture
def console(start):
    return start()


def ctl(driver, *arguments, **environment):
    return subprocess.run(
        [CTL, *arguments], capture_output=True, text=True,
        timeout=30 * PATIENCE,
        env={**os.environ, "SENTINEL_AGENT_RUN_DIR": driver.directory,
             **environment})


# --- honest clients ---------------------------------------------------------
@pytest.mark.parametrize("path", PATHS)
def test_every_path_answers_get_and_head_alike(console, path):
    answer = console.get(path)
    head = console.get(path, "HEAD")
    assert answer.code == head.code == 200
    assert head.body == b""
    assert head.headers["Content-Type"] == answer.headers["Content-Type"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if path in JSON_PATHS:
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()


def test_goroutines_is_a_number_and_a_newline(console):
    answer = console.get("/goroutines")
    assert re.fullmatch(r"\d+\n", answer.text)
    assert int(answer.text) == console.get("/tasks").json()["live"]


def test_the_unix_socket_answers_too(console):
    connection = UnixConnection(console.socket)
    with contextlib.closing(connection):
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200


def test_status_of_one_is_the_same_as_in_the_list(console):
    one = console.get("/status/cache-2").json()
    listed = console.get("/status").json()["instances"][2]
    assert one.keys() == listed.keys()
    assert one["name"] == listed["name"] == "cache-2"
    assert one["detail"] == listed["detail"]
    assert len(one["outcomes"]) == 60


def test_what_is_not_there_is_404(console):
    assert console.get("/nothing").code == 404
    answer = console.get("/status/nobody")
    assert answer.code == 404
    assert "error" in answer.json()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS",
                                    "PATCH", "NONSENSE"])
def test_only_get_and_head_are_answered(console, method):
    answer = console.get("/status", method)
    assert answer.code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert console.get("/goroutines").code == 200


def test_a_post_with_a_body_is_refused_and_its_body_never_run(console):
    inner = b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n"
    data = console.raw(b"POST / HTTP/1.1\r\nHost: localhost\r\n"
                       b"Content-Length: %d\r\n\r\n" % len(inner) + inner)
    assert code_of(data) == 405
    assert data.count(b"HTTP/1.1") == 1


def test_an_argument_out_of_range_is_400(console):
    assert console.get("/goroutines?debug=7").code == 400
    assert console.get("/goroutines?else=7").code == 200


# --- Host -----------------------------------------------------------------
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example",
                                  "127.0.0.1.evil.example:80", "10.0.0.7",
                                  "0.0.0.0", "[::2]", ""])
def test_a_foreign_host_is_403(console, host):
    answer = console.get("/status", headers={"Host": host})
    assert answer.code == 403
    assert "cache-0" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:6060",
                                  "127.1.2.3", "[::1]:6060"])
def test_a_loopback_host_is_answered_whatever_its_port(console, host):
    assert console.get("/status", headers={"Host": host}).code == 200


def test_two_hosts_are_one_too_many(console):
    data = console.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n"
                       b"Host: evil.example\r\nConnection: close\r\n\r\n")
    assert code_of(data) == 403


def test_without_a_host_only_the_unix_socket_answers(console):
    request = b"GET /healthz HTTP/1.0\r\n\r\n"
    assert code_of(console.raw(request)) == 403
    assert code_of(console.raw(request, socket.AF_UNIX)) == 200


def test_an_absolute_target_is_judged_by_its_own_host(console):
    line = b"GET http://%s/goroutines HTTP/1.1\r\nHost: localhost\r\n" \
        b"Connection: close\r\n\r\n"
    assert code_of(console.raw(line % b"localhost")) == 200
    assert code_of(console.raw(line % b"evil.example")) == 403


# --- clients that are not honest ------------------------------------------
def test_a_header_of_8_kib_is_taken_and_more_is_not(console):
    fits = console.get("/healthz", headers={"X-Long": "x" * 7500})
    assert fits.code == 200
    with contextlib.suppress(ConnectionError, http.client.HTTPException):
        answer = console.get("/healthz", headers={"X-Long": "x" * 9000})
        assert answer.code in (413, 431)
    data = console.raw(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100000)
    assert code_of(data) in (None, 400, 413, 431)
    assert console.get("/goroutines").code == 200


def test_a_target_of_any_length_is_refused(console):
    for length in (1100, 5000, 20000, 1000000):
        with contextlib.suppress(ConnectionError, http.client.HTTPException):
            code = console.get("/" + "a" * length).code
            assert code in (414, 431)
    assert console.get("/goroutines").code == 200


@pytest.mark.parametrize("count, code", [(300, 200), (480, 200), (600, 414),
                                         (3900, 414)])
def test_arguments_of_any_number_are_answered(console, count, code):
    """More of them than the library has room for: it fell silent."""
    query = b"&".join([b"a"] * count)
    data = console.raw(b"GET /goroutines?debug=1&" + query + b" HTTP/1.1\r\n"
                       b"Host: localhost\r\nConnection: close\r\n\r\n")
    assert code_of(data) == code
    assert code != 200 or b"\r\n\r\n3 live\n" in data


@pytest.mark.parametrize("value", [b"-1", b"x", b"99999999999999999999999",
                                   b"1, 2", b""])
def test_a_bad_content_length_is_not_waited_for(console, value):
    """libmicrohttpd 0.9.75 writes the head of its own refusal twice."""
    data = console.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
                       b"Content-Length: " + value + b"\r\n\r\n")
    assert code_of(data) in (None, 400, 413)
    assert b"ok\n" not in data
    assert console.get("/goroutines").code == 200


@pytest.mark.parametrize("garbage", [
    b"\x00\x01\x02\xff" * 64, b"\r\n" * 1000, b"GET\r\n\r\n", b"\x16\x03\x01\x02",
    b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", b""],
    ids=["binary", "newlines", "half-a-line", "tls", "http-9", "nothing"])
def test_what_is_not_http_moves_nobody(console, garbage):
    with console.open() as sock:
        sock.sendall(garbage)
        assert console.get("/goroutines").code == 200


@pytest.mark.parametrize("path", ["/%00", "/status/%0d%0aX", "/%zz", "/a#b"])
def test_a_path_that_cannot_be_one_is_400(console, path):
    assert console.get(path).code == 400


def test_pipelined_requests_are_answered_in_order(console):
    request = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
    with console.open() as sock:
        sock.sendall(request % (b"goroutines", b"") +
                     request % (b"nothing", b"") +
                     request % (b"healthz", b"Connection: close\r\n"))
        data = read_all(sock)
    codes = [int(code) for code in re.findall(rb"HTTP/1\.1 (\d+)", data)]
    assert codes == [200, 404, 200]


def test_a_flood_of_pipelined_requests_holds_up_nobody(console):
    """All of them in one packet: answered in one go, they kept an honest
    client waiting for seconds."""
    request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with console.open() as sock:
        sock.sendall(request * 200)
        data = read_all(sock)
    assert 1 <= len(re.findall(rb"HTTP/1\.1 200", data)) <= 16


@pytest.mark.parametrize("path", [b"/metrics", b"/healthz", b"/debug/charts"])
def test_a_flood_of_questions_about_a_thousand_instances_is_survived(start,
                                                                     path):
    """Sixteen of them in one packet of each of forty clients. When each was
    worked out anew that took ten seconds and more, in which nobody was heard:
    the console's dead-man took it for stuck and killed it."""
    console = start("--instances", "1000")
    flood = b"HEAD %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path * 16
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(console.open()) for _ in range(40)]
        for client in clients:
            client.sendall(flood)
        assert console.get("/goroutines", seconds=30).code == 200
        for client in clients:
            assert code_of(read_all(client)) == 200
    assert console.is_running()


def test_a_large_answer_ends_its_connection(start):
    """Who wants more queues again behind the others."""
    console = start("--instances", "200")
    request = b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n"
    data = console.raw(request * 4)
    assert data.count(b"HTTP/1.1 200") == 1
    assert b"\r\nConnection: close\r\n" in data


def test_a_large_answer_serves_all_who_ask_soon_and_is_made_anew(start):
    console = start("--instances", "1000")

    def moment():
        return console.get("/status").json()["agent"]["now"]
    first = moment()
    wait_for(lambda: moment() > first, what="a new answer")
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(console.open()) for _ in range(20)]
        for client in clients:
            client.sendall(b"GET /status HTTP/1.0\r\nHost: localhost\r\n\r\n")
        # All at once: who does not read for a while is hung up on.
        with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
            answers = [answer.partition(b"\r\n\r\n")[2]
                       for answer in pool.map(read_all, clients)]
    assert all(len(json.loads(answer)["instances"]) == 1000
               for answer in answers)
    assert len(set(answers)) < len(answers)


def test_an_idle_connection_is_closed_after_five_seconds(console):
    started = time.monotonic()
    with console.open() as sock:
        sock.settimeout(20 * PATIENCE)
        sock.sendall(b"GET / HT")
        assert code_of(read_all(sock)) in (None, 408)
    assert 3 < time.monotonic() - started < 12 * PATIENCE


def test_slow_clients_give_way_to_an_honest_one(console):
    """Two hundred that never finish a request, as at HAZARDS: each new one
    pushes out the oldest, and an honest one is answered within a second."""
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            sock = stack.enter_context(console.open())
            sock.sendall(b"GET /status HTTP/1.1\r\nHost: loc")
        started = time.monotonic()
        assert console.get("/status").code == 200
        taken = time.monotonic() - started
        print(f"answered in {taken * 1000:.1f} ms beside 200 slow clients")
        assert taken < 1 * PATIENCE
        metrics = console.get("/metrics").text
        assert number(metrics, "http_connections") <= CONNECTIONS
        assert number(metrics, "http_connections_shed_total") >= 130


def test_clients_that_do_not_read_give_way_too(start):
    """Their answers are larger than a unix socket's buffer."""
    console = start("--instances", "200")

    def accepted():
        metrics = console.get("/metrics").text
        assert number(metrics, "http_accept_failures_total") == 0
        return number(metrics, "http_connections_accepted_total")
    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS + 6):
            sock = stack.enter_context(console.open(socket.AF_UNIX))
            sock.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert console.get("/goroutines").code == 200
        wait_for(lambda: accepted() > CONNECTIONS + 6, what="room for all")


def test_a_connection_is_kept_for_further_requests(console):
    connection = http.client.HTTPConnection(*console.address, timeout=10)
    with contextlib.closing(connection):
        connection.connect()
        first = connection.sock
        for _ in range(5):
            connection.request("GET", "/goroutines")
            assert connection.getresponse().read() == b"3\n"
            assert connection.sock is first


def test_a_finished_client_that_stays_is_younger_than_a_slow_one(console):
    """A kept connection counts from its last answer."""
    connection = http.client.HTTPConnection(*console.address, timeout=10)
    with contextlib.closing(connection), contextlib.ExitStack() as stack:
        connection.connect()
        slow = [stack.enter_context(console.open())
                for _ in range(CONNECTIONS - 2)]
        wait_for(lambda: number(console.get("/metrics").text,
                                "http_connections") == CONNECTIONS,
                 what="all connections taken")
        for _ in range(3):
            connection.request("GET", "/goroutines")
            assert connection.getresponse().read()
            slow.append(stack.enter_context(console.open()))
            assert console.get("/goroutines").code == 200
        connection.request("GET", "/goroutines")
        assert connection.getresponse().status == 200


def test_descriptors_are_back_after_a_storm(console):
    def count():
        return len(os.listdir(f"/proc/{console.pid}/fd"))
    console.get("/status")
    before = count()
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(console.open())
    wait_for(lambda: count() <= before, what="descriptors back")


def test_out_of_descriptors_it_neither_spins_nor_ends(console):
    def cpu_seconds():
        with open(f"/proc/{console.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    in_use = len(os.listdir(f"/proc/{console.pid}/fd"))
    resource.prlimit(console.pid, resource.RLIMIT_NOFILE,
                     (in_use + 3, in_use + 3))
    before = cpu_seconds(), time.monotonic()
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(console.open())
        assert console.get("/goroutines", seconds=30).code == 200
        spent = cpu_seconds() - before[0]
        assert spent < 0.1 + 0.3 * (time.monotonic() - before[1])
    assert number(console.get("/metrics").text, "http_accept_failures_total")


# --- the board ------------------------------------------------------------
def number(metrics, name):
    return float(re.search(rf"^sentinel_agent_{name} (\S+)$", metrics,
                           re.MULTILINE).group(1))


def test_a_silent_supervisor_is_late_and_everything_still_answers(console):
    wait_for(lambda: console.get("/healthz").code == 200, what="health")
    console.say("silent")
    wait_for(lambda: console.get("/healthz").code == 503, what="lateness")
    assert "supervisor" in console.get("/healthz").text
    for path in PATHS:
        assert console.get(path).code in (200, 503)
    age = console.get("/status").json()["agent"]["heartbeat_age_ms"]
    assert age > 2000
    console.say("beat")
    wait_for(lambda: console.get("/healthz").code == 200, what="health")


def test_a_torn_board_is_answered_from_the_last_good_copy(console):
    before = console.get("/status").json()
    console.get("/metrics")
    console.say("tear")
    wait_for(lambda: console.get("/status").json()["agent"]["copy_age_ms"] > 0,
             what="the copy to age")
    torn = console.get("/status").json()
    assert [i["name"] for i in torn["instances"]] == [
        i["name"] for i in before["instances"]]
    assert torn["agent"]["host"] == before["agent"]["host"]
    for path in PATHS:
        assert console.get(path).code in (200, 503)
    assert number(console.get("/metrics").text,
                  "board_read_failures_total") > 0
    console.say("heal")
    wait_for(lambda: console.get("/status").json()["agent"]["copy_age_ms"]
             == 0, what="fresh copies")


def test_a_board_torn_from_the_start_is_503(start):
    console = start("--torn")
    for path in PATHS:
        assert console.get(path).code == 503
    console.say("heal")
    assert console.get("/status").code == 200


def test_tasks_balance_while_they_come_and_go(console):
    console.get("/tasks")  # a copy to fall back on: the writer never rests
    console.say("churn")
    seen = set()

    def look():
        tasks = console.get("/tasks").json()
        assert tasks["started"] == (tasks["finished"] + tasks["reaped"] +
                                    tasks["live"])
        assert tasks["live"] == len(tasks["tasks"])
        seen.add(tasks["started"])
        return len(seen) > 10
    for _ in range(300):
        look()
    # On a busy machine the writer leaves few whole copies.
    wait_for(look, 60, "whole copies of the table")
    console.say("calm")


def test_an_expired_lease_is_not_shown_as_up(console):
    assert console.get("/status/cache-0").json()["state"] == "up"
    console.say("expire")
    shown = console.get("/status/cache-0").json()
    assert (shown["state"], shown["reason"]) == ("unknown", "agent")
    assert "sentinel_agent_instance_state" \
        '{name="cache-0",state="up"} 0' in console.get("/metrics").text
    assert "instance cache-0" in console.get("/healthz").text


def test_markup_is_shown_as_text(console):
    page = console.get("/")
    assert page.text.count("<script") == 1  # ours
    assert "&lt;script&gt;alert(&quot;1&quot;)" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "http://" not in page.text and "https://" not in page.text


def test_readiness_is_the_agents(start):
    console = start("--not-ready", "--no-zookeeper")
    answer = console.get("/readyz")
    assert answer.code == 503
    assert "not done yet" in answer.text
    assert console.get("/status").json()["instances"][0]["published"][
        "path"] == ""


def test_a_thousand_instances_are_a_quick_answer(start):
    console = start("--instances", "1000")
    times = []
    for _ in range(10):
        started = time.monotonic()
        answer = console.get("/status")
        times.append(time.monotonic() - started)
    assert len(answer.json()["instances"]) == 1000
    print(f"/status of 1000: {sorted(times)[5] * 1000:.1f} ms median")
    assert min(times) < 0.5 * PATIENCE


def test_metrics_of_a_thousand_instances_are_a_quick_answer(start):
    """As many lines as there can be: each figure of each instance."""
    console = start("--instances", "1000")
    times = []
    for _ in range(10):
        started = time.monotonic()
        answer = console.get("/metrics")
        times.append(time.monotonic() - started)
    print(f"/metrics of 1000: {sorted(times)[5] * 1000:.1f} ms median, "
          f"{len(answer.body) / 1e6:.1f} MB")
    assert answer.text.count('_instance_rounds_total{name="') == 1000
    assert min(times) < 0.5 * PATIENCE


def test_metrics_please_promtool(console):
    checked = subprocess.run([program("promtool"), "check", "metrics"],
                             input=console.get("/metrics").text, text=True,
                             capture_output=True, timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stderr == ""


# --- what a real server told ---------------------------------------------
def test_facts_and_latencies_of_a_server_appear_and_grow(
        start_redis, make_agent):
    redis = start_redis({"maxmemory": "64mb"})
    agent = make_agent({"one": redis},
                       settings={"interval": "200ms",
                                 "deep_interval": "500ms"}).start()

    def one():
        return agent.get("/status/one")

    def attempts():
        found = re.search(r'stage_duration_seconds_count'
                          r'\{name="one",stage="ping"\} (\d+)',
                          agent.get("/metrics"))
        return int(found.group(1)) if found else 0
    wait_for(lambda: one()["facts"], what="facts")
    told = one()
    assert told["mode"] == "standalone"
    assert told["facts"]["memory_limit_bytes"] == 64 << 20
    assert told["facts"]["clients"] >= 1
    assert told["certificate_days_left"] is None
    assert told["pid"] == redis.pid
    before = attempts()
    assert told["latency"]["ping"]["count"] > 0
    wait_for(lambda: attempts() > before + 2, what="more probes counted")
    metrics = agent.get("/metrics")
    assert f'sentinel_agent_redis_memory_limit_bytes{{name="one"}} ' \
        f'{64 << 20}\n' in metrics
    redis.kill()
    agent.wait_state("one", "down")
    assert 'redis_clients{name="one"}' not in agent.get("/metrics")
    assert one()["facts"], "what was last known, with its age"


def test_facts_of_one_address_are_not_told_of_another(
        start_redis, make_agent):
    first, second = start_redis(), start_redis()
    second.stop()
    agent = make_agent({"one": first}).start()
    wait_for(lambda: agent.get("/status/one")["facts"], what="facts")
    agent.settings["instances"][0]["addr"] = second.addr
    agent.write_config()
    agent.signal(signal.SIGHUP)
    wait_for(lambda: agent.get("/status/one")["target"] == second.addr,
             what="the reload")
    told = agent.get("/status/one")
    assert (told["facts"], told["pid"], told["mode"]) == ({}, None, "unknown")
    agent.wait_state("one", "down")
    assert str(first.pid) not in agent.get("/status/one")["detail"]
    second.cont()
    wait_for(lambda: agent.get("/status/one")["pid"] == second.pid,
             what="its own facts")


def test_a_password_is_nowhere_to_be_read(start_redis, make_agent, workspace):
    secret = "hunter2-hunter2"
    path = os.path.join(workspace, "one.pw")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(secret + "\n")
    redis = start_redis({"requirepass": secret})
    agent = make_agent({"one": {"addr": redis.addr,
                                "password_file": path}}).start()
    agent.wait_state("one", "up")
    with open(path, "w") as file:
        file.write(secret + "-and-more\n")
    wait_for(lambda: agent.instance("one")["reason"] == "auth",
             what="a wrong password refused")
    for each in ("/", "/status", "/metrics", "/tasks", "/goroutines?debug=2"):
        assert secret not in agent.request(each)[1]
    assert secret not in agent.tail(1 << 20)


# --- its life -------------------------------------------------------------
def test_the_console_ends_with_its_channel(start):
    console = start()
    assert console.close() == 0


def test_nonsense_on_the_channel_ends_it_with_a_fault(start):
    console = start()
    console.say("nonsense")
    assert os.WEXITSTATUS(console.close()) != 0


def test_a_stopped_console_is_killed_by_its_dead_man(start):
    console = start()
    os.kill(console.pid, signal.SIGSTOP)

    def is_over():
        with open(f"/proc/{console.pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    wait_for(is_over, what="the dead-man")
    assert os.WTERMSIG(console.close()) == signal.SIGKILL


def test_started_by_hand_it_says_who_starts_it():
    ran = subprocess.run([CONSOLE], capture_output=True, text=True)
    assert ran.returncode == 64
    assert "started by sentinel-agent" in ran.stderr


# --- sentinelctl ----------------------------------------------------------
def test_ctl_tells_by_its_code_that_not_all_are_up(console):
    ran = ctl(console, "status")
    assert ran.returncode == 1
    assert "cache-1  down" in ran.stdout
    assert "\033" not in ran.stdout


def test_ctl_is_content_when_all_are_up(start):
    console = start("--instances", "1")
    ran = ctl(console, "status")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_ctl_tells_by_its_code_that_the_agent_is_stale(console):
    console.say("silent")
    wait_for(lambda: ctl(console, "status").returncode == 2, what="staleness")
    ran = ctl(console, "status")
    assert "stale" in ran.stderr
    assert "cache-1" in ran.stdout


def test_ctl_says_what_to_try_when_nobody_answers(console):
    ran = ctl(console, "status", SENTINEL_AGENT_RUN_DIR="/nowhere")
    assert ran.returncode == 2
    assert "/nowhere/console.sock" in ran.stderr
    assert "--url" in ran.stderr


def test_ctl_goes_where_url_points(console):
    url = f"http://127.0.0.1:{console.port}/"
    ran = ctl(console, "status", "--url", url, "-o", "name",
              SENTINEL_AGENT_RUN_DIR="/nowhere")
    assert ran.stdout.split() == [f"cache-{i}" for i in range(5)]


def test_ctl_prints_json_and_csv_for_programs(console):
    status = json.loads(ctl(console, "status", "-o", "json").stdout)
    assert len(status["instances"]) == 5
    lines = ctl(console, "status", "-o", "csv").stdout.splitlines()
    assert lines[0].startswith("name,state,since,")
    assert len(lines) == 6


def test_ctl_refuses_a_wrong_command_line(console):
    for arguments in (["stauts"], [], ["status", "--nope"], ["status", "x"],
                      ["status", "-o", "xml"], ["status", "--url"],
                      ["status", "--url", "ftp://x"]):
        ran = ctl(console, *arguments)
        assert ran.returncode == 64, arguments
        assert ran.stderr
    assert ctl(console, "--help").returncode == 0
    assert ctl(console, "--version").stdout.startswith("sentinelctl ")


def test_ctl_is_not_taken_in_by_another_server(console):
    """Something else answers at that address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ran = subprocess.Popen(
            [CTL, "status", "--url", f"http://127.0.0.1:{port}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        server.settimeout(10 * PATIENCE)
        peer, _ = server.accept()
        with peer:
            peer.recv(4096)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n"
                         b"Connection: close\r\n\r\n[1,2,3]")
            _, errors = ran.communicate(timeout=20 * PATIENCE)
    assert ran.returncode == 2
    assert "not as a sentinel-agent" in errors


def test_a_thousand_slow_clients_hold_up_nobody(start):
    """The status of a thousand instances, asked beside a thousand clients that
    never finish a request, some of whom come and go all the time."""
    console = start("--instances", "1000")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)),
                                                hard))
    times = []
    with contextlib.ExitStack() as stack:
        for i in range(1000):
            sock = stack.enter_context(console.open())
            with contextlib.suppress(OSError):  # it may be shed already
                sock.sendall(b"POST /status HTTP/1.1\r\nContent-Length: 99"
                             if i % 2 else b"GET /status HTTP/1.1\r\nHost: l")
            if i % 50 == 49:
                started = time.monotonic()
                assert len(console.get("/status").json()["instances"]) == 1000
                times.append(time.monotonic() - started)
        print(f"/status of 1000 beside 1000 slow ones: median "
              f"{sorted(times)[10] * 1000:.0f} ms, worst "
              f"{max(times) * 1000:.0f} ms")
        metrics = console.get("/metrics").text
        assert number(metrics, "http_connections") <= CONNECTIONS
        assert number(metrics, "http_connections_shed_total") >= 900
