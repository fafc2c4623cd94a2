"""`sentinelctl watch`: each change once and in order, from a real agent and
from consoles that misbehave."""
import json
import os
import signal
import subprocess
import threading
import time

import pytest

from agent import BUILD
from hostile import Hostile
from servers import PATIENCE, die_with_parent, wait_for

CTL = os.path.join(BUILD, "sentinelctl")


def event(number, name="one", to="down"):
    return {"id": number, "at": 1763742000000 + number, "name": name,
            "from": "up", "to": to, "reason": "refused", "role": "master",
            "detail": ""}


class Watcher:
    """A watch under way, and what it has said so far."""

    def __init__(self, *words, run_dir="/nonexistent"):
        kept = {key: value for key, value in os.environ.items()
                if not key.startswith("SENTINEL_AGENT_")}
        self.process = subprocess.Popen(
            [CTL, "watch", *words], text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=die_with_parent,
            env={**kept, "SENTINEL_AGENT_RUN_DIR": run_dir})
        self.said = self.collect(self.process.stdout)
        self.complained = self.collect(self.process.stderr)

    @staticmethod
    def collect(stream):
        lines = []

        def read():
            for line in stream:
                lines.append(line.rstrip("\n"))
        threading.Thread(target=read, daemon=True).start()
        return lines

    def events(self):
        return [json.loads(line) for line in self.said]

    def ids(self):
        return [one["id"] for one in self.events()]

    def wait_ids(self, wanted):
        wait_for(lambda: len(self.said) >= len(wanted), 20,
                 f"{len(wanted)} events; {self.said} {self.complained}")
        assert self.ids() == wanted

    def wait_complaint(self, words):
        return wait_for(lambda: words in "\n".join(self.complained), 30,
                        f"{words!r} in {self.complained}")

    def wait_change(self, name, to, seconds=30):
        return wait_for(lambda: [one for one in self.events()
                                 if (one["name"], one["to"]) == (name, to)],
                        seconds, f"{name} {to} in {self.said}")

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(20 * PATIENCE)


@pytest.fixture
def watch():
    watchers = []

    def start(*words, **options):
        watchers.append(Watcher(*words, **options))
        return watchers[-1]
    yield start
    for watcher in watchers:
        watcher.close()
        text = "\n".join(watcher.complained)
        assert "Sanitizer" not in text and "runtime error" not in text


class Console:
    """A console as a test wants it: `streams` are the bytes of one stream
    after the other (None: there is none), `lists` what /events knows."""

    def __init__(self, known=(), streams=()):
        self.known = list(known)
        self.streams = list(streams)
        self.asked = []  # the Last-Event-ID of each stream
        self.fake = Hostile(self.serve)
        self.url = f"http://{self.fake.addr}"

    def serve(self, fake, peer):
        request = peer.recv(8192).decode()
        path = request.split()[1]
        if path.startswith("/events/stream"):
            self.asked += [int(line.split(":")[1])
                           for line in request.splitlines()
                           if line.lower().startswith("last-event-id:")]
            self.stream(peer)
            return
        since = int(path.partition("since=")[2])
        self.answer(peer, {
            "v": 1, "last": self.known[-1]["id"] if self.known else 0,
            "events": [one for one in self.known if one["id"] > since]})

    def stream(self, peer):
        body = self.streams.pop(0) if self.streams else None
        if body is None:
            peer.sendall(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n"
                         b"Content-Length: 0\r\n\r\n")
        else:
            peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                         b"Content-Type: text/event-stream\r\n\r\n" + body)

    @staticmethod
    def answer(peer, value):
        body = json.dumps(value).encode()
        peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                     b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def close(self):
        self.fake.ended.set()
        self.fake.listener.close()


@pytest.fixture
def make_console():
    consoles = []

    def make(*args, **options):
        consoles.append(Console(*args, **options))
        return consoles[-1]
    yield make
    for console in consoles:
        console.close()


def sent(*events):
    """As the agent's stream writes them."""
    return b": hello\n\n" + b"".join(
        b"id: %d\nevent: change\ndata: %s\n\n"
        % (one["id"], json.dumps(one).encode()) for one in events)


# --- consoles as a test wants them ---------------------------------------------
def test_what_was_there_before_is_not_told(watch, make_console):
    console = make_console([event(4), event(5)], [sent(event(6), event(7))])
    watcher = watch("-o", "json", "--url", console.url)
    watcher.wait_ids([6, 7])
    assert console.asked[0] == 5


def test_since_tells_what_was_before_too(watch, make_console):
    console = make_console([event(4), event(5)], [sent(event(6))])
    watcher = watch("-o", "json", "--url", console.url, "--since", "4")
    watcher.wait_ids([5, 6])


def test_since_may_be_a_span(watch, make_console):
    fresh = {**event(5), "at": int(time.time() * 1000)}
    console = make_console([event(4), fresh], [sent(event(6))])
    watcher = watch("-o", "json", "--url", console.url, "--since", "1h")
    watcher.wait_ids([5, 6])


def test_a_stream_that_breaks_is_taken_up_where_it_broke(watch, make_console):
    cut = sent(event(7))[:-3]
    console = make_console([event(5)], [sent(event(6)) + cut,
                                        sent(event(7)), sent(event(8))])
    watcher = watch("-o", "json", "--url", console.url, "--interval", "100ms")
    watcher.wait_ids([6, 7, 8])
    wait_for(lambda: len(console.asked) >= 4, 20, "another connection")
    assert console.asked[:4] == [5, 6, 7, 8]


def test_what_is_told_twice_is_shown_once(watch, make_console):
    console = make_console([event(5)], [sent(event(5), event(6), event(6),
                                             event(4), event(7))])
    watch("-o", "json", "--url", console.url).wait_ids([6, 7])


def test_without_a_stream_it_asks_now_and_then(watch, make_console):
    console = make_console([event(5)])
    watcher = watch("-o", "json", "--url", console.url, "--interval", "100ms")
    wait_for(lambda: console.asked, 20, "question for a stream")
    console.known.append(event(6))
    watcher.wait_ids([6])
    console.known.append(event(7))
    watcher.wait_ids([6, 7])


def test_changes_that_are_lost_are_told_of(watch, make_console):
    console = make_console([event(5)], [sent(event(9))])
    watcher = watch("-o", "json", "--url", console.url)
    watcher.wait_ids([9])
    watcher.wait_complaint("no longer known")


def test_nonsense_in_the_stream_is_read_over(watch, make_console):
    console = make_console([event(5)], [
        b"data: {\n\ndata: []\n\ndata: {}\n\n\xff\xfe\n\ndata: "
        + b"x" * 100000 + b"\n\n" + sent(event(6))])
    watch("-o", "json", "--url", console.url).wait_ids([6])


def test_a_line_is_for_a_person(watch, make_console):
    evil = {**event(6), "detail": "\x1b[2J"}
    console = make_console([event(5)], [sent(evil)])
    watcher = watch("--url", console.url)
    wait_for(lambda: watcher.said, 20, "a line")
    assert watcher.said[0].split() == [
        "6", "2025-11-21T16:20:00.006Z", "one", "up", "to", "down", "refused",
        "master", "\\x1b[2J"]


# --- a real agent ----------------------------------------------------------------
def test_each_change_of_a_real_agent_is_told_once(watch, start_redis,
                                                  make_agent):
    redis = {"one": start_redis(), "two": start_redis()}
    agent = make_agent(redis, settings={"timeout": "3s"}).start().wait_ready()
    agent.wait_state("one", "up")
    agent.wait_state("two", "up")
    watcher = watch("-o", "json", "--since", "0", run_dir=agent.run_dir)
    watcher.wait_change("two", "up")
    redis["one"].kill()
    watcher.wait_change("one", "down")
    # A console that dies costs nobody a change.
    agent.helper("sentinel-console").signal(signal.SIGKILL)
    redis["two"].kill()
    watcher.wait_change("two", "down")
    assert watcher.ids() == sorted(set(watcher.ids()))
    assert not any("no longer" in line for line in watcher.complained)
    redis["one"].restart()
    watcher.wait_change("one", "up")


def test_an_agent_that_goes_away_is_waited_for(watch, start_redis,
                                               make_agent):
    redis = start_redis()
    agent = make_agent({"one": redis}, settings={"timeout": "3s"})
    agent.start().wait_ready().wait_state("one", "up")
    watcher = watch("-o", "json", "--interval", "100ms", "--since", "1h",
                    run_dir=agent.run_dir)
    watcher.wait_change("one", "up")
    agent.terminate()
    watcher.wait_complaint("waiting for it")
    agent.start().wait_ready().wait_state("one", "up")
    redis.kill()
    watcher.wait_change("one", "down")


def test_nobody_reading_ends_it(watch, start_redis, make_agent):
    redis = start_redis()
    agent = make_agent({"one": redis}, settings={"timeout": "3s"}).start()
    agent.wait_ready().wait_state("one", "up")
    process = subprocess.Popen(
        [CTL, "watch", "--since", "0"], stdout=subprocess.PIPE, text=True,
        preexec_fn=die_with_parent,
        env={**os.environ, "SENTINEL_AGENT_RUN_DIR": agent.run_dir})
    assert "one" in process.stdout.readline()
    process.stdout.close()
    redis.kill()
    assert process.wait(30 * PATIENCE) != 0
