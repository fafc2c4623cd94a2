"""The main job, once through, with real servers: what an operator sees."""
import json
import re
import subprocess
import os

from servers import wait_for

KEYS = {"addr", "agent", "conditions", "detail", "host", "labels", "master",
        "name", "readable", "reason", "role", "run_id", "since", "state", "v",
        "valid_for_ms", "version", "writable"}


def three(start_redis):
    cache = start_redis()
    return {"cache": cache, "replica": start_redis(replicaof=cache),
            "queue": start_redis(unix=True)}


def all_up(watch, redis):
    for name in redis:
        watch.wait_state(name, "up", 30)


def field(redis, section, key):
    text = redis.ask("INFO", section).decode()
    return re.search(rf"^{key}:(.*?)\r?$", text, re.M).group(1)


def test_nodes_tell_the_truth_about_three_servers(
        zookeeper, start_redis, make_agent, watch):
    redis = three(start_redis)
    wait_for(lambda: b"connected" in redis["replica"].ask("ROLE"), 30)
    watch = watch(zookeeper)
    instances = {"cache": {"addr": redis["cache"].addr,
                           "advertise": "10.1.2.3:6379",
                           "labels": {"az": "a", "tier": "hot one"}},
                 "replica": redis["replica"], "queue": redis["queue"]}
    agent = make_agent(instances, zookeeper.servers).start()
    all_up(watch, redis)
    nodes = watch.nodes()

    cache = nodes["cache"]
    assert set(cache) == KEYS
    assert cache["role"] == "master" and cache["reason"] == "master"
    assert cache["readable"] == "yes" and cache["writable"] == "yes"
    assert cache["addr"] == "10.1.2.3:6379"
    assert cache["labels"] == {"az": "a", "tier": "hot one"}
    assert cache["run_id"] == field(redis["cache"], "server", "run_id")
    assert cache["version"] == field(redis["cache"], "server",
                                     "redis_version")
    assert cache["host"] == "h1" and cache["v"] == 1
    assert cache["conditions"] == [] and cache["detail"] == ""
    assert abs(cache["valid_for_ms"] - agent.bound_seconds() * 1000) < 1
    assert re.fullmatch("[0-9a-f]{16}", cache["agent"])

    replica = nodes["replica"]
    assert replica["role"] == "replica" and replica["reason"] == "replica"
    assert replica["readable"] == "yes" and replica["writable"] == "no"
    assert nodes["queue"]["addr"] == redis["queue"].addr
    for name in redis:
        event = watch.node(name)
        assert event.owner != 0, "not ephemeral"
        assert event.path.endswith(f"/test/h1/{name}")
        text = event.data.decode()
        assert len(text) <= 1024
        assert text == json.dumps(json.loads(text), sort_keys=True,
                                  separators=(",", ":"))


def test_a_steady_fleet_writes_nothing(
        zookeeper, start_redis, make_agent, watch):
    redis = three(start_redis)
    watch = watch(zookeeper)
    agent = make_agent(redis, zookeeper.servers).start()
    all_up(watch, redis)
    agent.wait_ready()
    round_now = agent.status()["round"]["number"]
    wait_for(lambda: agent.status()["round"]["number"] >= round_now + 2)
    mark = watch.refresh().mark()
    round_now = agent.status()["round"]["number"]
    wait_for(lambda: agent.status()["round"]["number"] >= round_now + 6)
    assert watch.refresh().since(mark) == []


def test_a_killed_and_a_stopped_redis_are_down_then_up_again(
        zookeeper, start_redis, make_agent, watch):
    redis = three(start_redis)
    watch = watch(zookeeper)
    agent = make_agent(redis, zookeeper.servers).start()
    all_up(watch, redis)
    since = watch.nodes()["queue"]["since"]
    mark = watch.mark()

    redis["queue"].kill()
    watch.wait_state("queue", "down", agent.bound_seconds())
    assert watch.nodes()["queue"]["reason"] == "refused"
    redis["replica"].stop()
    watch.wait_state("replica", "down", agent.bound_seconds())
    replica = watch.nodes()["replica"]
    assert replica["reason"] == "timeout"
    assert replica["readable"] == "no" and replica["writable"] == "no"

    redis["queue"].restart()
    watch.wait_state("queue", "up", agent.bound_seconds())
    redis["replica"].cont()
    watch.wait_state("replica", "up", agent.bound_seconds())
    assert watch.nodes()["queue"]["since"] > since
    assert watch.states("queue", mark) == ["down", "up"]
    watch.refresh().assert_quiet(mark, ["cache"])
    assert not watch.since(mark, "deleted")


def test_the_console_answers(zookeeper, start_redis, make_agent, watch):
    redis = three(start_redis)
    watch = watch(zookeeper)
    agent = make_agent(redis, zookeeper.servers).start()
    all_up(watch, redis)
    agent.wait_ready()
    count = agent.get("/goroutines")
    assert re.fullmatch(r"\d+\n", count) and int(count) >= 3
    assert "prober" in agent.get("/goroutines?debug=1")
    tasks = agent.get("/tasks")
    assert tasks["live"] == len(tasks["tasks"])
    assert tasks["started"] == \
        tasks["finished"] + tasks["reaped"] + tasks["live"]
    assert agent.request("/healthz")[0] == 200
    metrics = agent.get("/metrics")
    assert metrics.startswith("# ") and "sentinel_agent_" in metrics
    status = agent.status()
    assert status["v"] == 1 and status["config"]["ok"] is True
    assert {i["name"] for i in status["instances"]} == set(redis)
    page = agent.get("/")
    for name in redis:
        assert name in page
    assert agent.request("/goroutines", over_unix=True)[0] == 200
    assert agent.request("/goroutines", method="POST")[0] == 405
    assert agent.request("/nothing-here")[0] == 404
    assert agent.request("/", headers={"Host": "evil.example"})[0] == 403


def test_sentinelctl_status_says_how_it_stands(
        start_redis, make_agent):
    redis = {"one": start_redis(), "two": start_redis()}
    agent = make_agent(redis).start()
    for name in redis:
        agent.wait_state(name, "up")

    def status(*words):
        return subprocess.run(
            [os.path.join(agent.build, "sentinelctl"), "status", *words],
            env={**os.environ, "SENTINEL_AGENT_RUN_DIR": agent.run_dir},
            capture_output=True, text=True, timeout=60)
    said = status()
    assert said.returncode == 0, said
    assert "one" in said.stdout and "two" in said.stdout
    redis["two"].kill()
    agent.wait_state("two", "down", agent.bound_seconds())
    assert status().returncode == 1
    said = status("--url", f"http://127.0.0.1:{agent.port}")
    assert said.returncode == 1 and "down" in said.stdout
    agent.terminate()
    assert status().returncode == 2
