"""/events and /events/stream: every change of state is told once, in order,
also to who was away, and whoever reads slowly or not at all costs nobody."""
import contextlib
import os
import socket

import pytest

from servers import wait_for
from sse import Events
from test_console import Driver, number

FIRST_ID = 1763742000123  # of the stand-in's first event
KEPT = 1000
STREAMS = 16
CONNECTIONS = 64


@pytest.fixture
def console(workspace):
    driver = Driver(workspace)
    yield driver
    assert driver.close() == 0


@pytest.fixture
def opened():
    """opened(...) as Events(...), closed after the test."""
    with contextlib.ExitStack() as stack:
        def make(*args, **options):
            events = Events(*args, **options)
            stack.callback(events.close)
            return events
        yield make


def metric(console, name):
    return number(console.get("/metrics").text, name)


# --- with an agent ----------------------------------------------------------
def test_a_killed_redis_is_on_the_stream_and_nothing_is_told_twice(
        start_redis, make_agent, opened):
    """The stream, cut by kill -9 of the supervisor, goes on where it was: by
    the id that the reader names to the successor."""
    redis = start_redis()
    agent = make_agent({"one": redis}).start().wait_ready()
    address = ("127.0.0.1", agent.port)
    stream = opened(address, since=0).wait_open()
    stream.wait(lambda changes: changes[-1:] and
                changes[-1]["to"] == "up", what="first verdict")
    redis.kill()
    stream.wait(lambda changes: changes[-1]["to"] == "down", what="the death")
    told = stream.changes()
    down = told[-1]
    assert (down["name"], down["from"], down["reason"]) == \
        ("one", "up", "refused")
    assert [event["id"] for event in told] == sorted(
        {event["id"] for event in told})

    agent.kill()
    stream.wait_end()
    agent.assert_gone()
    redis.restart()
    agent.start()
    later = opened(address, last_event_id=down["id"]).wait_open()
    later.wait(lambda changes: changes[-1:] and changes[-1]["to"] == "up",
               what="the return")
    assert not later.is_told_of_loss()
    assert later.changes()[0]["id"] == down["id"] + 1
    assert later.changes()[0]["from"] == "down"
    listed = agent.get("/events?since=0")
    assert [event["id"] for event in listed["events"]] == [
        event["id"] for event in told + later.changes()]
    assert listed["last"] == later.changes()[-1]["id"]
    assert listed["lost"] is False


def test_a_reload_ends_the_stream_and_its_reader_misses_nothing(
        start_redis, make_agent, opened):
    redis = start_redis()
    agent = make_agent({"one": redis}).start().wait_ready()
    socket_path = os.path.join(agent.run_dir, "console.sock")
    stream = opened(socket_path, since=0).wait_open()
    stream.wait(lambda changes: changes[-1:] and changes[-1]["to"] == "up")
    last = stream.changes()[-1]["id"]
    agent.settings["interval"] = "600ms"
    agent.write_config()
    agent.signal(1)
    stream.wait_end()
    redis.kill()
    later = opened(socket_path, last_event_id=last).wait_open()
    later.wait(lambda changes: changes[-1:] and changes[-1]["to"] == "down")
    assert later.changes()[0]["id"] == last + 1
    assert not later.is_told_of_loss()


# --- with a stand-in for the supervisor --------------------------------------
def test_a_thousand_are_kept_and_who_missed_more_is_told_so(console, opened):
    console.say(f"events {KEPT + 500}")
    everything = console.get("/events").json()
    oldest = FIRST_ID + 500
    assert [event["id"] for event in everything["events"]] == \
        list(range(oldest, oldest + KEPT))
    assert everything["lost"] is False
    assert console.get(f"/events?since={FIRST_ID}").json()["lost"] is True
    late = console.get(f"/events?since={oldest + KEPT - 2}").json()
    assert [event["id"] for event in late["events"]] == [oldest + KEPT - 1]
    assert late["lost"] is False

    stream = opened(console.address, last_event_id=FIRST_ID)
    stream.wait(lambda changes: len(changes) == KEPT)
    assert stream.is_told_of_loss()
    assert stream.changes() == everything["events"]


def test_the_header_of_a_reader_who_comes_back_goes_before_the_target(
        console, opened):
    console.say("events 5")
    stream = opened(console.address, since=FIRST_ID,
                    last_event_id=FIRST_ID + 3)
    stream.wait(lambda changes: changes)
    assert [event["id"] for event in stream.changes()] == [FIRST_ID + 4]


@pytest.mark.parametrize("named", ["", "x", "-1", "1e9", "9" * 40])
def test_an_id_that_is_none_is_as_good_as_no_id(console, opened, named):
    console.say("events 3")
    stream = opened(console.address, last_event_id=named).wait_open()
    console.say("events 1")
    stream.wait(lambda changes: changes)
    assert [event["id"] for event in stream.changes()] == [FIRST_ID + 3]


def test_who_came_before_the_first_event_is_told_of_it(console, opened):
    stream = opened(console.address).wait_open()
    assert console.get("/events").json()["events"] == []
    console.say("events 2")
    stream.wait(lambda changes: len(changes) == 2)
    assert not stream.is_told_of_loss()


def test_markup_and_quotes_of_a_server_do_no_harm(console, opened):
    console.say("events 1")
    stream = opened(console.address, since=0)
    [event] = stream.wait(lambda changes: changes)
    assert event["detail"] == '<b>"gone"</b>'


def test_a_silent_stream_outlives_the_idle_limit(console, opened):
    """The limit ends an idle connection beside it; the stream goes on."""
    stream = opened(console.address).wait_open()
    with console.open() as idle:
        idle.sendall(b"GET / HT")
        wait_for(lambda: idle.recv(4096) == b"", what="end of the idle one")
    console.say("events 1")
    stream.wait(lambda changes: changes)


def test_the_seventeenth_stream_is_refused_until_one_ends(console, opened):
    """Four places are kept for who comes through the unix socket."""
    streams = [opened(console.address).wait_open() for _ in range(STREAMS - 4)]
    assert opened(console.address).code == 503
    streams += [opened(console.socket).wait_open() for _ in range(4)]
    assert opened(console.socket).code == 503
    console.say("events 1")
    for stream in streams:
        stream.wait(lambda changes: changes)
    streams[3].close()

    def again():
        stream = opened(console.address)
        return stream.code == 200 and stream
    later = wait_for(again, what="a free place")
    later.wait_open()
    console.say("events 1")
    later.wait(lambda changes: changes)


def test_streams_do_not_give_way_and_leave_room_for_the_others(
        console, opened):
    """Slow clients push each other out, and no reader of events; honest
    requests are answered beside all of them."""
    streams = [opened(console.socket).wait_open() for _ in range(STREAMS)]
    with contextlib.ExitStack() as stack:
        for _ in range(3 * CONNECTIONS):
            slow = stack.enter_context(console.open())
            slow.sendall(b"GET /status HTTP/1.1\r\nHost: loc")
        assert console.get("/status").code == 200
        console.say("events 1")
        for stream in streams:
            stream.wait(lambda changes: changes)
        assert metric(console, "http_connections") <= CONNECTIONS
        assert metric(console, "http_connections_shed_total") >= CONNECTIONS


def test_a_reader_that_takes_nothing_is_ended_and_holds_up_nobody(
        console, opened):
    """His buffer full, he is idle like any other; a reader beside him misses
    nothing meanwhile."""
    deaf = opened(console.address, receive=4096)
    quick = opened(console.address).wait_open()
    assert console.get("/goroutines").code == 200
    told = 0

    def is_ended():
        nonlocal told
        console.say("events 200")
        told += 200
        quick.wait(lambda changes: len(changes) == told)
        assert console.get("/goroutines").code == 200
        # Both streams, and the connection that asks.
        return metric(console, "http_connections") <= 2
    wait_for(is_ended, 60, what="end of the deaf one")
    assert not quick.is_told_of_loss()
    deaf.wait_end()


def test_a_reader_that_went_away_costs_nothing_more(console, opened):
    for family in (socket.AF_INET, socket.AF_UNIX):
        address = console.socket if family == socket.AF_UNIX \
            else console.address
        stream = opened(address).wait_open()
        assert metric(console, "http_connections") == 2
        stream.close()
        wait_for(lambda: metric(console, "http_connections") == 1,
                 what="end of the connection")


def test_the_stream_answers_head_without_opening_one(console):
    for _ in range(STREAMS + 2):
        head = console.get("/events/stream", "HEAD")
        assert head.code == 200 and head.body == b""
        assert head.headers["Content-Type"] == "text/event-stream"


def test_while_the_supervisor_is_silent_the_stream_stays(console, opened):
    console.say("events 2")
    stream = opened(console.address, since=0)
    stream.wait(lambda changes: len(changes) == 2)
    console.say("silent")
    wait_for(lambda: console.get("/healthz").code == 503, what="lateness")
    assert len(console.get("/events").json()["events"]) == 2
    console.say("beat")
    console.say("events 1")
    stream.wait(lambda changes: len(changes) == 3)
