"""Drain and undrain: what watchers and readers see of it, over everything that
may happen to the agent meanwhile; and the other orders of an operator."""
import json
import os
import signal
import subprocess
import threading

import pytest
from kazoo.client import KazooClient

from servers import PATIENCE, wait_for


def ctl(agent, *words, **variables):
    """sentinelctl of this build, through the agent's socket."""
    environment = {key: value for key, value in os.environ.items()
                   if key != "SUDO_USER"}
    return subprocess.run(
        [os.path.join(agent.build, "sentinelctl"), *words],
        env={**environment, "SENTINEL_AGENT_RUN_DIR": agent.run_dir,
             "USER": "ann", **variables},
        capture_output=True, text=True, timeout=30 * PATIENCE)


def give(agent, *words, **variables):
    ran = ctl(agent, *words, **variables)
    assert (ran.returncode, ran.stderr) == (0, ""), ran
    return ran.stdout


def kept(agent):
    with open(os.path.join(agent.run_dir, "maint")) as file:
        return [line.split("\t") for line in file.read().splitlines()
                if not line.startswith("#")]


class Scene:
    """An agent with one server that stands in a presence tree, and a
    bystander."""

    def __init__(self, zookeeper, start_redis, make_agent, watch, state_path):
        self.redis = {"one": start_redis(), "two": start_redis()}
        self.tree = f"/services{state_path}"
        self.watch = watch(zookeeper)
        instances = {name: {"addr": redis.addr, "advertise": redis.addr}
                     for name, redis in self.redis.items()}
        self.agent = make_agent(instances, zookeeper.servers)
        self.agent.settings["publish"] = {
            "state": state_path,
            "registrations": [{"style": "compat", "path": self.tree,
                               "when": "readable"}]}
        self.client = KazooClient(hosts=zookeeper.servers)
        self.client.start(timeout=30)

    def start(self):
        self.agent.start()
        for name in self.redis:
            self.watch.wait_state(name, "up", 30)
        self.agent.wait_ready().wait_settled()
        self.wait_members("one", "two")
        return self

    def wait_members(self, *names):
        wanted = {"member_127.0.0.1_%d" % self.redis[name].port
                  for name in names}
        wait_for(lambda: self.client.exists(self.tree) and set(
            self.client.get_children(self.tree)) == wanted, 20,
            f"members {names}")

    def node(self, name="one"):
        return json.loads(self.watch.refresh().node(name).data)

    def drain(self, name="one", reason="disk swap"):
        give(self.agent, "drain", name, "--reason", reason)
        self.watch.wait_state(name, "maint")

    def restart(self):
        """kill -9 of the supervisor, and another one at once."""
        self.agent.kill()
        self.agent.assert_gone(20)
        self.agent.start(60).wait_ready(60).wait_settled(60)

    def reload(self):
        before = self.agent.status()["config"]["reloads"]
        self.agent.write_config()
        self.agent.signal(signal.SIGHUP)
        wait_for(lambda: self.agent.status()["config"]["reloads"] > before, 30,
                 "the reload")

    def wait_rounds(self, count=3):
        now = self.agent.status()["round"]["number"]
        wait_for(lambda: self.agent.status()["round"]["number"] >= now + count,
                 60, f"{count} more rounds")


@pytest.fixture
def scene(zookeeper, start_redis, make_agent, watch, state_path):
    made = Scene(zookeeper, start_redis, make_agent, watch, state_path)
    try:
        yield made.start()
    finally:
        made.client.stop()
        made.client.close()


def test_a_drained_instance_leaves_the_presence_trees_and_comes_back(scene):
    agent, watch = scene.agent, scene.watch
    before = watch.node("one")
    mark = watch.refresh().mark()
    assert give(agent, "drain", "one", "--reason", "disk swap: bay 4") \
        == "one is drained\n"
    watch.wait_state("one", "maint")
    scene.wait_members("two")
    node, was = scene.node(), json.loads(before.data)
    assert node["detail"] == "drained by ann: disk swap: bay 4"
    for key in ("reason", "role", "readable", "writable", "run_id"):
        assert node[key] == was[key], key
    assert node["since"] > was["since"]
    shown = agent.instance("one")
    assert shown["maint"] == {"since": node["since"], "operator": "ann",
                              "reason": "disk swap: bay 4", "state": "up"}
    assert agent.instance("two")["maint"] is None
    assert ctl(agent, "status").returncode == 1
    assert "drained by ann: disk swap: bay 4" in ctl(agent, "status").stdout
    scene.wait_rounds()
    assert agent.instance("one")["last"]["state"] == "up"

    assert give(agent, "undrain", "one") == "one is drained no more: it is up\n"
    watch.wait_state("one", "up")
    scene.wait_members("one", "two")
    assert watch.node("one").czxid == before.czxid
    assert watch.states("one", mark) == ["maint", "up"]
    assert not watch.refresh().since(mark, name="two")
    events = [(event["from"], event["to"])
              for event in agent.get("/events?since=0")["events"]
              if event["name"] == "one"]
    assert events[-2:] == [("up", "maint"), ("maint", "up")]


def test_it_lasts_over_crashes_reloads_and_upgrades_and_nobody_sees_them(scene):
    agent, watch = scene.agent, scene.watch
    scene.drain()
    before = watch.refresh().node("one")
    mark = watch.mark()
    scene.restart()
    scene.wait_rounds()
    scene.reload()
    scene.wait_rounds()
    agent.signal(signal.SIGUSR2)
    agent.wait_exit()
    agent.assert_gone(20)
    agent.start(60).wait_ready(60)
    scene.wait_rounds()
    watch.refresh().assert_quiet(mark)
    now = watch.node("one")
    assert (now.data, now.czxid, now.owner) \
        == (before.data, before.czxid, before.owner)
    scene.wait_members("two")
    assert give(agent, "undrain", "one") == "one is drained no more: it is up\n"
    scene.wait_members("one", "two")


def test_it_lasts_over_stop_and_start(scene):
    agent, watch = scene.agent, scene.watch
    scene.drain()
    since = scene.node()["since"]
    agent.terminate()
    watch.wait_gone()
    mark = watch.mark()
    agent.start(60)
    watch.wait_state("one", "maint", 30)
    watch.wait_state("two", "up", 30)
    assert scene.node()["since"] == since
    assert set(watch.states("one", mark)) <= {"deleted", "maint"}
    scene.wait_members("two")
    assert agent.instance("one")["maint"]["operator"] == "ann"


def test_lifting_it_shows_the_truth_at_once(scene):
    agent, watch = scene.agent, scene.watch
    scene.drain()
    scene.redis["one"].kill()
    wait_for(lambda: agent.instance("one")["maint"]["state"] == "down",
             agent.bound_seconds(), "what is underneath")
    wait_for(lambda: scene.node()["reason"] == "refused", 20, "the reason")
    node = scene.node()
    assert (node["state"], node["readable"]) == ("maint", "no")
    assert give(agent, "undrain", "one") \
        == "one is drained no more: it is down\n"
    watch.wait_state("one", "down")
    scene.wait_members("two")


def test_a_name_that_is_not_configured_any_more_is_still_drained(scene):
    agent, watch = scene.agent, scene.watch
    scene.drain()
    instances = agent.settings["instances"]
    agent.settings["instances"] = instances[1:]
    scene.reload()
    wait_for(lambda: "one" not in watch.nodes(), 30, "end of the node")
    assert [line[0] for line in kept(agent)] == ["one"]
    mark = watch.mark()
    agent.settings["instances"] = instances
    scene.reload()
    watch.wait_state("one", "maint", 30)
    assert watch.states("one", mark) == ["maint"]
    agent.settings["instances"] = instances[1:]
    scene.reload()
    assert give(agent, "undrain", "one") \
        == "one is drained no more; it is not configured now\n"
    assert kept(agent) == []


def test_what_cannot_be_kept_is_refused_and_changes_nothing(scene):
    agent, watch = scene.agent, scene.watch
    mark = watch.refresh().mark()
    os.makedirs(os.path.join(agent.run_dir, "maint", "in the way"))
    ran = ctl(agent, "drain", "one", "--reason", "x")
    assert ran.returncode == 1 and "nothing was changed" in ran.stderr, ran
    assert agent.request("/drain/one?operator=o&reason=r", "POST",
                         over_unix=True)[0] == 409
    scene.wait_rounds()
    assert agent.instance("one")["maint"] is None
    assert not watch.refresh().since(mark, name="one")


def test_who_is_unknown_is_told_who_there_is(scene):
    agent = scene.agent
    ran = ctl(agent, "drain", "onne", "--reason", "x")
    assert ran.returncode == 1
    assert "no instance is named onne; did you mean one?" in ran.stderr
    ran = ctl(agent, "undrain", "cache", "-o", "json")
    assert ran.returncode == 1
    assert json.loads(ran.stdout) == {
        "v": 1, "ok": False,
        "text": "no instance is named cache; there are: one, two"}
    assert give(agent, "undrain", "two") == "two is not drained\n"
    assert give(agent, "drain", "two", "--reason", "a", SUDO_USER="bob") \
        == "two is drained\n"
    assert "already" in give(agent, "drain", "two", "--reason", "b")
    wait_for(lambda: scene.node("two")["detail"] == "drained by ann: b", 20,
             "the other reason")
    assert ctl(agent, "drain", "two").returncode == 64
    ran = ctl(agent, "undrain", "two", "--url",
              f"http://127.0.0.1:{agent.port}")
    assert ran.returncode == 64 and "socket only" in ran.stderr
    assert agent.request("/undrain/two", "POST")[0] == 403
    assert agent.instance("two")["maint"]["reason"] == "b"


def test_a_damaged_line_costs_only_itself(scene):
    agent, watch = scene.agent, scene.watch
    scene.drain()
    agent.terminate()
    path = os.path.join(agent.run_dir, "maint")
    assert os.stat(path).st_mode & 0o777 == 0o600
    with open(path, "a") as file:
        file.write("two\tnever\tann\twhy\nrubbish\n")
    agent.start(60)
    watch.wait_state("two", "up", 30)
    watch.wait_state("one", "maint", 30)
    log = agent.tail(100000)
    assert log.count("event=drain_not_read") == 2, log
    assert "its time is not in milliseconds" in log


def test_a_script_in_a_hurry_is_refused_and_the_console_lives(scene):
    agent = scene.agent
    console = agent.helper("sentinel-console").pid
    answers = []
    # In parallel, so that a hundred within a second is no question of speed.
    threads = [threading.Thread(target=lambda: answers.extend(
        agent.request("/probe/one", "POST", timeout=60, over_unix=True)
        for _ in range(20))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 320
    # Late ones, and more than it keeps, the console answers by itself.
    assert {status for status, _ in answers} <= {200, 409, 503, 504}
    assert agent.helper("sentinel-console").pid == console


@pytest.mark.parametrize("damage", ["cut", "rubbish", "huge"])
def test_damage_lifts_nobody_whom_the_scoreboard_knows(scene, damage):
    agent, watch = scene.agent, scene.watch
    scene.drain()
    watch.wait_state("one", "maint")
    mark = watch.mark()
    agent.kill()
    with open(os.path.join(agent.run_dir, "maint"), "r+b") as file:
        if damage == "cut":
            file.truncate(os.fstat(file.fileno()).st_size - 3)
        elif damage == "rubbish":
            file.write(bytes(range(256)) * 8)
        else:
            file.truncate(1 << 31)
    agent.start().wait_ready().wait_settled()
    watch.refresh()
    assert set(watch.states("one", mark)) <= {"maint"}
    assert "event=drains_not_read" in agent.tail(100000)


def test_a_reload_that_is_ordered_tells_its_end(scene):
    agent, watch = scene.agent, scene.watch
    mark = watch.refresh().mark()
    agent.settings["interval"] = "700ms"
    agent.write_config()
    assert give(agent, "reload") == "reloaded: 2 instances\n"
    assert agent.status()["config"]["reloads"] == 1
    agent.settings["intervall"] = "1s"
    agent.write_config()
    ran = ctl(agent, "reload")
    assert ran.returncode == 1 and "did you mean `interval`" in ran.stderr, ran
    assert agent.status()["config"]["reloads"] == 1
    watch.refresh().assert_quiet(mark)


def test_a_probe_that_is_ordered_comes_at_once(scene):
    agent = scene.agent
    agent.settings["interval"] = "1h"
    scene.reload()
    # The reload itself began one round at most.
    for _ in range(2):
        rounds = agent.instance("one")["round"]
        code, body = agent.request("/probe/one", "POST", over_unix=True)
        assert code == 200, body
        assert json.loads(body) == {"v": 1, "ok": True,
                                    "text": "one is being probed"}
        wait_for(lambda: agent.instance("one")["round"] > rounds, 20,
                 "its round")
