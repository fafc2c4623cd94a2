"""Orders by POST: over the unix socket alone, passed on to the supervisor,
answered when it has answered, and never waited for by anybody else."""
import concurrent.futures
import contextlib
import json
import os
import socket

import pytest

from servers import PATIENCE, wait_for
from test_console import Driver, UnixConnection, code_of, number, read_all

ORDERS = 8  # that may be under way
PATHS = ["/drain/cache-0", "/undrain/cache-0", "/reload", "/probe/cache-0"]


@pytest.fixture
def console(workspace):
    driver = Driver(workspace)
    yield driver
    assert driver.close() == 0


def ask(console, target, method="POST", body=None, headers=None):
    """(code, headers, body) over the unix socket."""
    connection = UnixConnection(console.socket)
    with contextlib.closing(connection):
        connection.request(method, target, body=body, headers=headers or {})
        connection.sock.settimeout(20 * PATIENCE)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()


# --- what is passed on -------------------------------------------------------
@pytest.mark.parametrize("target, told", [
    ("/drain/cache-0?operator=me&reason=new%20disk+%26c",
     "drain cache-0 by me: new disk &c"),
    ("/drain/cache-9", "drain cache-9 by : "),
    ("/undrain/cache-0?operator=me", "undrain cache-0 by me: "),
    ("/reload", "reload  by : "),
    ("/probe/cache-0", "probe cache-0 by : "),
])
def test_an_order_reaches_the_supervisor_as_it_was_meant(console, target,
                                                         told):
    code, headers, body = ask(console, target)
    assert code == 200
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {"v": 1, "ok": True, "text": told}


@pytest.mark.parametrize("outcome, expected", [
    ("done", 200), ("missing", 404), ("refused", 409), ("failed", 500)])
def test_each_outcome_has_a_code_of_its_own(console, outcome, expected):
    console.say(outcome)
    code, _, body = ask(console, "/probe/cache-0")
    assert code == expected
    assert json.loads(body)["ok"] is (expected == 200)
    assert json.loads(body)["text"] == "probe cache-0 by : "


def test_a_small_body_is_thrown_away(console):
    for size in (0, 1, 4096):
        code, _, _ = ask(console, "/reload", body="x" * size)
        assert code == 200


@pytest.mark.parametrize("rest", [b"\r\n", b"Content-Length: 0\r\n\r\n",
                                  b"Content-Length: 3\r\n\r\nabc"])
def test_who_has_said_all_and_closed_that_side_is_answered(console, rest):
    with console.open(socket.AF_UNIX) as client:
        client.sendall(b"POST /reload HTTP/1.1\r\nHost: localhost\r\n" + rest)
        client.shutdown(socket.SHUT_WR)
        assert code_of(read_all(client)) == 200


def test_a_body_that_is_long_or_of_no_length_is_refused(console):
    long = console.raw(
        b"POST /reload HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Length: 4097\r\n\r\n", socket.AF_UNIX)
    assert code_of(long) == 413
    chunked = console.raw(
        b"POST /reload HTTP/1.1\r\nHost: localhost\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", socket.AF_UNIX)
    assert code_of(chunked) == 411


def test_after_an_order_the_connection_is_over(console):
    """So that no byte behind it can pass for a request of its own."""
    inner = b"POST /drain/cache-0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    data = console.raw(
        b"POST /reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
        b"Content-Length: %d\r\n\r\n" % len(inner) + inner, socket.AF_UNIX)
    assert b"drain" not in data
    data = console.raw(b"POST /reload HTTP/1.1\r\nHost: localhost\r\n\r\n"
                       + inner, socket.AF_UNIX)
    assert code_of(data) == 200
    assert data.count(b"HTTP/1.1") == 1 and b"drain" not in data


# --- what is refused ---------------------------------------------------------
@pytest.mark.parametrize("path", PATHS)
def test_over_tcp_nothing_is_changed(console, path):
    for method in ("POST", "GET", "PUT", "DELETE"):
        assert console.get(path, method).code == 403
    assert console.get(path, "HEAD").code == 403


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS",
                                    "NONSENSE"])
def test_an_order_is_given_by_post_alone(console, path, method):
    code, headers, _ = ask(console, path, method)
    assert code == 405
    assert headers["Allow"] == "POST"


@pytest.mark.parametrize("path", ["/", "/status", "/check/cache-0", "/events",
                                  "/events/stream", "/config", "/nothing",
                                  "/drain/", "/drain"])
def test_nothing_else_takes_a_post(console, path):
    code, headers, _ = ask(console, path)
    assert code == 405
    assert headers["Allow"] == "GET, HEAD"
    assert console.get(path, "POST").code == 405


@pytest.mark.parametrize("target", [
    "/drain/cache-0?reason=" + "x" * 101, "/drain/cache-0?operator="
    + "x" * 33, "/drain/cache-0?reason=%0a", "/drain/cache-0?reason=%00",
    "/drain/cache-0?operator=%1b%5b2J", "/drain/cache-0?reason=%c3%a9"])
def test_a_text_that_does_not_fit_or_could_do_harm_is_400(console, target):
    assert ask(console, target)[0] == 400


def test_a_foreign_host_gives_no_order(console):
    """Not over the unix socket either, should a proxy stand before it."""
    assert ask(console, "/reload", headers={"Host": "evil.example"})[0] == 403


# --- a supervisor that is slow or silent --------------------------------------
def test_an_order_that_is_not_answered_in_time_is_504(console):
    console.say("hold")
    code, _, body = ask(console, "/drain/cache-0?operator=me")
    assert code == 504
    assert json.loads(body)["ok"] is False
    # The answer that comes too late is nobody's.
    console.say("answer")
    assert console.get("/goroutines").code == 200
    console.say("done")
    assert ask(console, "/reload")[0] == 200


def test_eight_orders_may_be_under_way_and_nobody_waits_for_them(console):
    """Tried again where the twelve did not come within one order's time."""
    console.say("hold")

    def are_bounded():
        with concurrent.futures.ThreadPoolExecutor(ORDERS + 4) as pool:
            futures = [pool.submit(ask, console, "/probe/cache-0")
                       for _ in range(ORDERS + 4)]
            assert console.get("/status").code == 200
            codes = sorted(future.result()[0] for future in futures)
        assert set(codes) <= {503, 504} and codes.count(504) >= ORDERS
        return codes == [503] * 4 + [504] * ORDERS
    wait_for(are_bounded, 30, "refusal of the ninth order")
    console.say("done")
    assert ask(console, "/reload")[0] == 200


def test_an_order_is_not_pushed_out_by_slow_clients(console):
    console.say("hold")
    with contextlib.ExitStack() as stack:
        order = stack.enter_context(console.open(socket.AF_UNIX))
        order.sendall(b"POST /reload HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for _ in range(130):
            slow = stack.enter_context(console.open())
            slow.sendall(b"GET / HT")
        assert console.get("/goroutines").code == 200
        assert code_of(read_all(order)) == 504


def test_who_goes_away_while_his_order_is_under_way_leaves_nothing(console):
    console.say("hold")
    for _ in range(ORDERS):
        with console.open(socket.AF_UNIX) as sock:
            sock.sendall(b"POST /reload HTTP/1.1\r\nHost: localhost\r\n\r\n")
    wait_for(lambda: number(console.get("/metrics").text,
                            "http_connections") == 1, what="their ends")
    console.say("done")
    assert ask(console, "/reload")[0] == 200


# --- a console that is to be replaced ------------------------------------------
def is_over(console):
    with open(f"/proc/{console.pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "Z"


def test_who_parts_answers_first_what_was_asked(console):
    """An order under way; not who keeps a connection, nor a stream."""
    console.say("hold")
    request = b"POST /reload HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with console.open(socket.AF_UNIX) as order, console.open() as idle, \
            console.open() as stream:
        order.sendall(request)
        idle.sendall(b"GET /goroutines HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert code_of(idle.recv(4096)) == 200
        stream.sendall(b"GET /events/stream HTTP/1.1\r\n"
                       b"Host: localhost\r\n\r\n")
        assert code_of(stream.recv(4096)) == 200
        console.say("part")
        wait_for(lambda: stream.recv(4096) == b"", what="the stream's end")
        with console.open() as late:  # waits for a successor
            late.settimeout(0.1)
            late.sendall(b"GET /goroutines HTTP/1.0\r\n\r\n")
            with pytest.raises(TimeoutError):
                late.recv(1)
            console.say("answer")
            answer = read_all(order)
            # 504 where it took two seconds to come here.
            assert code_of(answer) in (200, 504) and b'"ok":' in answer
            wait_for(lambda: is_over(console), what="its end")


def test_who_owes_nothing_parts_at_once(console):
    with console.open() as silent:
        wait_for(lambda: number(console.get("/metrics").text,
                                "http_connections") == 2, what="a client")
        console.say("part")
        wait_for(lambda: is_over(console), what="its end")
        assert silent.recv(1) == b""


# --- with an agent ------------------------------------------------------------
def test_orders_are_carried_out(start_redis, make_agent):
    redis = start_redis()
    agent = make_agent({"one": redis}).start().wait_ready()

    def order(target):
        return agent.request(target, "POST", over_unix=True, timeout=20)
    code, body = order("/drain/one?operator=me&reason=new%20disk")
    assert (code, json.loads(body)["ok"]) == (200, True)
    agent.wait_state("one", "maint")
    assert agent.request("/check/one")[0] == 503
    assert order("/drain/nobody?operator=me")[0] == 404
    assert order("/undrain/one?operator=me")[0] == 200
    agent.wait_state("one", "up")
    assert order("/probe/one")[0] == 200
    assert order("/probe/nobody")[0] == 404
    assert agent.request("/drain/one", "POST")[0] == 403
    assert agent.state("one") == "up"


def test_the_socket_is_its_owners_alone(start_redis, make_agent):
    agent = make_agent({"one": start_redis()}).start().wait_ready()
    mode = os.stat(os.path.join(agent.run_dir, "console.sock")).st_mode
    assert mode & 0o777 == 0o600
