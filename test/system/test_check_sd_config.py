"""/check for load balancers, /sd for Prometheus, /config for people: with an
agent, over both of its sockets."""
import os
import subprocess

import pytest

from agent import BUILD
from readers import program
from servers import PATIENCE, wait_for


def check(agent, target):
    return agent.request(f"/check/{target}")


# --- /check ------------------------------------------------------------------
def test_a_check_follows_what_can_be_read_and_written(start_redis, make_agent):
    master = start_redis()
    replica = start_redis(replicaof=master)
    agent = make_agent({"a": master, "b": replica}).start()
    wait_for(lambda: agent.instance("b")["reason"] == "replica",
             what="replica in sync")
    assert check(agent, "a") == (200, "up master\n")
    assert check(agent, "a?when=writable") == (200, "up master\n")
    assert check(agent, "b") == (200, "up replica\n")
    assert check(agent, "b?when=writable") == (503, "up replica\n")
    assert check(agent, "b?when=readable")[0] == 200
    assert check(agent, "b?when=sometimes")[0] == 400
    assert check(agent, "c")[0] == 404
    assert check(agent, "")[0] == 404
    assert agent.request("/check/a", "HEAD") == (200, "")
    assert agent.request("/check/b?when=writable", "HEAD") == (503, "")
    master.kill()
    agent.wait_state("a", "down")
    code, text = check(agent, "a")
    assert code == 503
    assert text.startswith("down refused: ") and text.count("\n") == 1


def test_before_the_first_verdict_nothing_is_fit(make_agent):
    """No verdict yet: a name whose lookup takes its time, say."""
    agent = make_agent({"one": "203.0.113.1:6379"},
                       settings={"timeout": "10s"}).start()
    code, text = check(agent, "one")
    assert code == 503
    assert text.split()[0] in ("none", "unknown", "down"), text


def test_what_is_drained_is_fit_for_nobody(start_redis, make_agent):
    agent = make_agent({"one": start_redis()}).start()
    agent.wait_state("one", "up")
    code, _ = agent.request("/drain/one?operator=me&reason=disk", "POST",
                            over_unix=True, timeout=20)
    assert code == 200
    code, text = check(agent, "one")
    assert code == 503
    assert text.startswith("maint ") and "drained by me: disk" in text


# --- /sd ---------------------------------------------------------------------
def test_targets_are_what_clients_use(start_redis, make_agent):
    agent = make_agent(
        {"a": start_redis(),
         "b": {"addr": start_redis(unix=True).addr,
               "advertise": "10.0.0.7:6380",
               "labels": {"az": "a", "rack-no": '"7"'}},
         "c": {"addr": start_redis(unix=True).addr}}).start().wait_ready()
    targets = agent.get("/sd")
    assert [entry["targets"] for entry in targets] == [
        [agent.settings["instances"][0]["addr"]], ["10.0.0.7:6380"]]
    prefix = "__meta_sentinel_agent_"
    first, second = (entry["labels"] for entry in targets)
    assert first[prefix + "name"] == "a"
    assert first[prefix + "role"] == "master"
    assert second[prefix + "name"] == "b"
    assert second[prefix + "addr"].startswith("unix:/")
    assert second[prefix + "label_az"] == "a"
    assert second[prefix + "label_rack_no"] == '"7"'
    for entry in targets:
        assert set(entry) == {"targets", "labels"}
        for key, value in entry["labels"].items():
            assert key.startswith("__meta_") and isinstance(value, str)


# --- /config -----------------------------------------------------------------
def dump(agent):
    """What -T says, with the flags that the agent runs under."""
    return subprocess.run(
        [os.path.join(BUILD, "sentinel-agent"), "-T", "-c", agent.config,
         "--run-dir", agent.run_dir],
        capture_output=True, text=True, check=True, timeout=60).stdout


def test_config_is_what_the_dump_says_also_after_a_reload(
        start_redis, make_agent, workspace):
    secret = os.path.join(workspace, "one.pw")
    with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write("a-canary-of-a-secret\n")
    redis = start_redis({"requirepass": "a-canary-of-a-secret"})
    agent = make_agent({"one": {"addr": redis.addr,
                                "password_file": secret}}).start()
    agent.wait_state("one", "up")
    text = agent.get("/config")
    assert text == dump(agent)
    assert secret in text and "a-canary-of-a-secret" not in text
    agent.settings["interval"] = "700ms"
    agent.write_config()
    agent.signal(1)
    wait_for(lambda: "interval: 700ms" in agent.get("/config"),
             what="the new configuration")
    assert agent.get("/config") == dump(agent)


def test_what_was_refused_is_not_shown_as_in_force(start_redis, make_agent):
    agent = make_agent({"one": start_redis()}).start().wait_ready()
    before = agent.get("/config")
    agent.text = "interval: never\n"
    agent.write_config()
    agent.signal(1)
    wait_for(lambda: agent.status()["config"]["ok"] is False,
             what="the refusal")
    assert agent.get("/config") == before


def test_a_configuration_of_many_instances_is_shown_whole(make_agent):
    names = {f"cache-{i}": f"127.0.0.1:{1 + i}" for i in range(300)}
    agent = make_agent(names, settings={"interval": "1h",
                                        "timeout": "100ms"}).start()
    assert agent.get("/config") == dump(agent)


# --- names of our own --------------------------------------------------------
@pytest.mark.parametrize("host, code", [
    ("db7.internal", 200), ("DB7:8080", 200), ("localhost", 200),
    ("db7.internal.evil.example", 403), ("internal", 403), ("db8", 403)])
def test_a_configured_name_gets_in(make_agent, host, code):
    agent = make_agent({"one": "127.0.0.1:1"})
    agent.settings["http"]["names"] = "db7.internal,db7"
    agent.start()
    assert agent.request("/goroutines", headers={"Host": host})[0] == code


def test_a_reload_changes_the_names(make_agent):
    agent = make_agent({"one": "127.0.0.1:1"}).start()
    named = {"Host": "db7"}
    assert agent.request("/goroutines", headers=named)[0] == 403
    agent.settings["http"]["names"] = "db7"
    agent.write_config()
    agent.signal(1)
    wait_for(lambda: agent.request("/goroutines", headers=named)[0] == 200,
             what="the new name")


def test_prometheus_takes_the_targets(start_redis, make_agent, workspace):
    """promtool asks /sd itself and says what it would scrape."""
    agent = make_agent({"a": {"addr": start_redis().addr,
                              "labels": {"az": "a"}}}).start().wait_ready()
    config = os.path.join(workspace, "prometheus.yaml")
    with open(config, "w") as file:
        file.write("scrape_configs:\n- job_name: redis\n  http_sd_configs:\n"
                   f"  - url: http://127.0.0.1:{agent.port}/sd\n")
    checked = subprocess.run(
        [program("promtool"), "check", "service-discovery",
         f"--timeout={round(3 * PATIENCE)}s", config, "redis"],
        capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stderr
    assert '"__meta_sentinel_agent_label_az": "a"' in checked.stdout
