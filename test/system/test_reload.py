"""SIGHUP: a good file touches only what it names, a bad one nothing, and
both are told; what cannot change under way is refused with the reason."""
import json
import os
import signal
import socket
import threading
import time

from agent import BUILD
from servers import free_port, wait_for


def entry(name, redis, **more):
    return {"name": name, "addr": redis.addr, **more}


def config(agent):
    return agent.status()["config"]


def reload(agent):
    """SIGHUP, and wait until it took effect or was refused."""
    before = config(agent)
    agent.write_config()
    agent.signal(signal.SIGHUP)
    return wait_outcome(agent, before)


def wait_outcome(agent, before):
    count = before["reloads"] + before["reloads_refused"]

    def told():
        now = config(agent)
        return now["reloads"] + now["reloads_refused"] > count and now
    return wait_for(told, 20, "outcome of the reload")


class Listing(threading.Thread):
    """Lists a directory as fast as it can, until closed."""

    def __init__(self, client, path):
        super().__init__(daemon=True)
        self.client, self.path = client, path
        self.samples, self.is_closed = [], False
        self.start()

    def run(self):
        while not self.is_closed:
            sample = set(self.client.get_children(self.path))
            if not self.samples or sample != self.samples[-1]:
                self.samples.append(sample)

    def close(self):
        self.is_closed = True
        self.join()
        return self.samples


class Asking(threading.Thread):
    """Asks for /readyz on fresh connections, from a little away, until closed.
    Lost is a question that was asked in time and was dropped within the second
    that a console has for its last answers."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.asked, self.lost, self.is_closed = 0, [], False
        self.start()

    def run(self):
        while not self.is_closed:
            begun = time.monotonic()
            said = begun
            answer = b""
            try:
                with socket.create_connection(("127.0.0.1", self.port)) as sock:
                    sock.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n")
                    time.sleep(0.02)
                    sock.sendall(b"Connection: close\r\n\r\n")
                    said = time.monotonic()
                    answer = sock.recv(4096)
            except OSError as error:
                answer = str(error).encode()
            self.asked += 1
            is_quick = said - begun < 0.1 and time.monotonic() - begun < 0.9
            if is_quick and not answer.startswith(b"HTTP/1.1 "):
                self.lost.append(answer)

    def close(self):
        self.is_closed = True
        self.join()
        return self.lost


def running(zookeeper, redis, make_agent, watch, names, **settings):
    watch = watch(zookeeper)
    agent = make_agent({name: redis for name in names}, zookeeper.servers,
                       settings=settings)
    agent.start()
    agent.wait_ready(60).wait_settled()
    wait_for(lambda: len(watch.nodes()) == len(names), 30, "all nodes")
    return agent, watch.refresh()


def test_only_what_changed_of_a_thousand_moves(
        zookeeper, start_redis, make_agent, watch):
    redis = start_redis()
    names = [f"n{i}" for i in range(1000)]
    # Probed by a sanitized prober on two slow cores: give it time, or it is
    # rightly unknown.
    agent, watch = running(zookeeper, redis, make_agent, watch, names,
                           interval="10s", timeout="5s")
    mark = watch.mark()
    listed = Listing(watch.client, f"{watch.root}/test/h1")
    kept = names[300:]
    agent.settings["instances"] = (
        [entry(name, redis) for name in kept]                 # 0-99: removed
        + [entry(f"renamed{i}", redis) for i in range(100, 200)]
        + [entry(name, redis, labels={"az": "b"}) for name in names[200:300]]
        + [entry(f"added{i}", redis) for i in range(100)])
    assert reload(agent)["ok"]
    wait_for(lambda: len(watch.nodes()) == 1000
             and "n0" not in watch.nodes() and "added99" in watch.nodes(), 60,
             "the new set of nodes")
    watch.refresh()
    moved = {event.path.rsplit("/", 1)[1] for event in watch.since(mark)}
    assert not moved & set(kept), sorted(moved & set(kept))[:5]
    watch.assert_quiet(mark, kept + names[200:300])
    assert set(watch.nodes()) == (
        set(kept) | set(names[200:300])
        | {f"renamed{i}" for i in range(100, 200)}
        | {f"added{i}" for i in range(100)})
    assert all(node["state"] == "up" for node in watch.nodes().values())
    for sample in listed.close():  # the new name stands before the old goes
        missing = [i for i in range(100, 200)
                   if not {f"n{i}", f"renamed{i}"} & sample]
        assert not missing, missing
    tasks = agent.get("/tasks")
    assert tasks["started"] == (tasks["finished"] + tasks["reaped"]
                                + tasks["live"])


def test_a_bad_file_moves_nothing_and_is_told(
        zookeeper, start_redis, make_agent, watch):
    redis = start_redis()
    agent, watch = running(zookeeper, redis, make_agent, watch, ["a", "b"])
    mark = watch.mark()
    helpers = {helper.pid for helper in agent.helpers()}
    agent.settings["intervall"] = "1s"
    told = reload(agent)
    assert not told["ok"] and told["reloads"] == 0
    assert "did you mean `interval`" in told["error"]
    assert f"{agent.config}:" in told["error"]
    metrics = agent.get("/metrics")
    assert "sentinel_agent_config_good 0" in metrics
    assert "sentinel_agent_reloads_refused_total 1" in metrics
    assert "event=reload_refused" in agent.tail()
    assert helpers <= {helper.pid for helper in agent.helpers()}
    watch.refresh().assert_quiet(mark)
    assert not watch.since(mark)
    del agent.settings["intervall"]
    told = reload(agent)
    assert told["ok"] and told["error"] == "" and told["reloads"] == 1
    assert "sentinel_agent_config_good 1" in agent.get("/metrics")
    watch.refresh().assert_quiet(mark)


def test_a_file_that_is_gone_or_no_file_is_a_bad_file(
        start_redis, make_agent):
    agent = make_agent({"a": start_redis()}).start()
    before = config(agent)
    os.unlink(agent.config)
    agent.signal(signal.SIGHUP)
    before = wait_outcome(agent, before)
    assert "No such file" in before["error"]
    os.mkfifo(agent.config)  # nobody writes: reading it would wait for ever
    agent.signal(signal.SIGHUP)
    told = wait_outcome(agent, before)
    assert not told["ok"] and "regular file" in told["error"]
    os.unlink(agent.config)
    assert reload(agent)["ok"]


def test_a_file_that_is_not_read_in_time_is_a_bad_file(
        start_redis, make_agent):
    """Its disk hangs: who ordered the reload is told to look later, and
    whoever reads it is ended."""
    agent = make_agent({"a": start_redis()})
    agent.environment.update({
        "LD_PRELOAD": os.path.join(BUILD, "test", "fault", "slow_open.so"),
        "SLOW_OPEN_PATH": "stuck.yaml", "SLOW_OPEN_MS": "60000",
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")
        + ":verify_asan_link_order=0"})
    agent.start().wait_ready()
    before = config(agent)
    with open(os.path.join(os.path.dirname(agent.config), "stuck.yaml"),
              "w") as file:
        file.write("interval: 900ms\n")
    agent.settings["include"] = "stuck.yaml"
    agent.write_config()
    code, body = agent.request("/reload", "POST", over_unix=True)
    assert code == 200 and "the files take long to read" in body, body
    told = wait_outcome(agent, before)
    assert not told["ok"] and "could not be read in time" in told["error"]
    wait_for(lambda: not agent.helpers("sentinel-agent"), 20, "its end")
    del agent.settings["include"]
    assert reload(agent)["ok"]


def test_a_storm_of_signals_is_a_few_reloads(start_redis, make_agent):
    agent = make_agent({"a": start_redis()}).start()
    agent.settings["instances"] = [entry("b", start_redis())]
    agent.write_config()
    for _ in range(200):
        agent.signal(signal.SIGHUP)
    agent.wait_state("b", "up")
    wait_for(lambda: not agent.helpers("sentinel-agent"), 20,
             "end of the checkers")
    assert 1 <= config(agent)["reloads"] <= 20


def test_what_names_our_place_is_refused_with_the_reason(
        zookeeper, start_redis, make_agent, watch):
    agent, watch = running(zookeeper, start_redis(), make_agent, watch, ["a"])
    mark = watch.mark()
    for key, value, word in (
            ("cluster", "other", "cluster"), ("host", "h2", "host"),
            ("publish", {"state": "/other"}, "publish: state:")):
        before = agent.settings.get(key)
        agent.settings[key] = value
        told = reload(agent)
        assert not told["ok"] and word in told["error"], told
        assert "restart" in told["error"]
        agent.settings[key] = before
    assert reload(agent)["ok"]
    watch.refresh().assert_quiet(mark)


def test_the_console_moves_and_a_taken_address_is_refused(
        start_redis, make_agent):
    first = make_agent({"a": start_redis()}).start()
    other = make_agent({"a": start_redis()}).start()
    other.settings["http"] = {"listen": f"127.0.0.1:{first.port}"}
    told = reload(other)
    assert not told["ok"] and "cannot listen" in told["error"]
    port = free_port()
    other.settings["http"] = {"listen": f"127.0.0.1:{port}"}
    before = config(other)
    other.write_config()
    other.signal(signal.SIGHUP)
    other.port = port
    assert wait_outcome(other, before)["ok"]
    assert first.get("/goroutines")


def test_zookeeper_taken_out_and_put_back(
        zookeeper, start_redis, make_agent, watch):
    agent, watch = running(zookeeper, start_redis(), make_agent, watch,
                           ["a", "b"])
    publishing = dict(agent.settings)
    del agent.settings["zookeeper"]
    assert reload(agent)["ok"]
    watch.wait_gone()
    wait_for(lambda: agent.status()["zookeeper"]["state"] == "off", 20,
             "the end of publishing")
    agent.settings = publishing
    assert reload(agent)["ok"]
    wait_for(lambda: len(watch.nodes()) == 2, 30, "nodes again")


def test_levels_change_under_way(start_redis, make_agent):
    agent = make_agent({"a": start_redis()}).start()
    agent.settings["log"] = {"level": "debug", "format": "json"}
    assert reload(agent)["ok"]
    wait_for(lambda: '"level":"debug"' in agent.tail(), 20, "a debug line")


def test_reloads_under_load_leave_nothing_behind(
        zookeeper, start_redis, make_agent, watch):
    redis = start_redis()
    names = [f"n{i}" for i in range(50)]
    agent, watch = running(zookeeper, redis, make_agent, watch, names)
    wait_for(lambda: len(agent.helpers()) == 4, 30, "four helpers")
    supervisor = next(member for member in agent.members()
                      if member.pid == agent.pid)
    descriptors = supervisor.descriptors()
    mark = watch.mark()
    for number in range(10):
        agent.settings["interval"] = f"{400 + 10 * number}ms"
        agent.settings["instances"] = [
            entry(name, redis, interval="500ms") for name in names]
        assert reload(agent)["ok"]
    agent.wait_ready(30).wait_settled()
    wait_for(lambda: len(agent.helpers()) == 4, 30, "four helpers again")
    wait_for(lambda: supervisor.descriptors() <= descriptors, 20,
             f"descriptors back at {descriptors}")
    watch.refresh().assert_quiet(mark)
    deadline = time.monotonic() + 60
    redis.kill()
    wait_for(lambda: all(node["state"] == "down"
                         for node in watch.nodes().values()), 60, "all down")
    assert time.monotonic() < deadline


def test_nothing_is_said_of_a_new_address_before_it_was_probed(
        zookeeper, start_redis, make_agent, watch, state_path):
    redis = start_redis()
    members = f"{state_path}-members"
    agent = make_agent({"a": {"addr": redis.addr,
                              "advertise": "10.1.2.3:1"}}, zookeeper.servers,
                       settings={"timeout": "1s"})
    agent.settings["publish"] = {
        "state": state_path,
        "registrations": [{"style": "nerve", "path": members,
                           "when": "writable", "role": "master"}]}
    watch = watch(zookeeper)
    agent.start()
    watch.wait_state("a", "up")
    wait_for(lambda: watch.client.exists(members)
             and watch.client.get_children(members), 20, "member")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        agent.settings["instances"] = [
            {"name": "a", "addr": f"127.0.0.1:{port}",
             "advertise": "10.1.2.3:2"}]
        mark = watch.mark()
        assert reload(agent)["ok"]
        watch.wait_state("a", "down")
        for event in watch.refresh().since(mark, "changed", "a"):
            node = json.loads(event.data)
            assert node["addr"] != "10.1.2.3:2" or node["state"] != "up", node
        wait_for(lambda: not watch.client.get_children(members), 20,
                 "the old member's end")
        # A node's own history says whether the new member ever stood.
        stat = watch.client.exists(members)
        assert stat.cversion == 2, "one member came, and the same one went"


def test_no_question_is_lost_in_a_reload(start_redis, make_agent):
    agent = make_agent({"one": start_redis()}).start().wait_ready()
    asking = Asking(agent.port)
    for _ in range(5):
        asked = asking.asked
        wait_for(lambda: asking.asked > asked + 5, what="questions")
        reload(agent)
    assert asking.close() == []
