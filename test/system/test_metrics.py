"""/metrics as Prometheus reads it, and what is made of it: alert rules, their
tests, a dashboard, a runbook."""
import json
import os
import re
import subprocess

from agent import ROOT
from readers import program
from servers import PATIENCE, wait_for

PROMETHEUS = os.path.join(ROOT, "packaging", "prometheus")
METRIC = re.compile(r"\b(?:sentinel_agent|redis)_[a-z0-9_]+")
# What the servers of these tests give no reason to say.
RARE = {"sentinel_agent_redis_certificate_expiry_timestamp_seconds"}
SUFFIX = re.compile(r"_(?:bucket|sum|count)$")


def read(*path):
    with open(os.path.join(ROOT, *path)) as file:
        return file.read()


def promtool(*arguments, **options):
    run = subprocess.run([program("promtool"), *arguments], text=True,
                         capture_output=True, timeout=60 * PATIENCE, **options)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout + run.stderr


def families(text):
    """Name to type."""
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))


def samples(text):
    """Each line's name with labels to its value."""
    return {key: float(value) for key, value in
            re.findall(r"^([^#\s]\S*(?: [^\s]+)*?) (\S+)$", text,
                       re.MULTILINE)}


def vitals_are_told(agent, *roles):
    """True once each of these roles has told its vitals."""
    told = {proc["role"]: proc["told_ms_ago"]
            for proc in agent.get("/debug/procs")["procs"]}
    return all(told.get(role) is not None for role in roles)


def rules():
    """The alerts' names and expressions, as promtool will read them."""
    text = read("packaging", "prometheus", "sentinel-agent.rules.yaml")
    return re.findall(r"- alert: (\w+)\n\s+expr: (.*?)\n\s+(?:for|labels):",
                      text, re.DOTALL)


def test_an_agent_of_a_master_and_its_replica_fills_every_family(
        zookeeper, start_redis, make_agent):
    master = start_redis()
    replica = start_redis(replicaof=master)
    gone = start_redis()
    gone.kill()
    agent = make_agent({"master": master, "replica": replica, "gone": gone},
                       zookeeper.servers).start().wait_ready()
    agent.wait_state("replica", "up", 30)
    agent.wait_state("gone", "down")
    wait_for(lambda: vitals_are_told(agent, "supervisor", "publisher",
                                     "console", "prober"), 20, "vitals")
    text = agent.get("/metrics")

    said = promtool("check", "metrics", input=text)
    assert said.strip() == "", said

    known = set(families(text))
    found = samples(text)
    assert 'sentinel_agent_instance_state{name="gone",state="down"}' in found
    assert found['sentinel_agent_instance_failures_total{name="gone",'
                 'reason="refused"}'] >= 1
    assert found['sentinel_agent_process_resident_memory_bytes'
                 '{role="publisher"}'] > 0
    assert found['sentinel_agent_process_open_fds{role="prober",'
                 'type="socket"}'] > 0
    assert found['sentinel_agent_instances_unpublished'] == 0
    assert found['sentinel_agent_publish_waiting_seconds'] == 0
    assert found["sentinel_agent_tasks_started_total"] == (
        found["sentinel_agent_tasks_finished_total"]
        + found["sentinel_agent_tasks_reaped_total"]
        + sum(value for key, value in found.items()
              if key.startswith("sentinel_agent_tasks_live")))
    assert families(text)[
        "sentinel_agent_probe_stage_duration_seconds"] == "histogram"

    for alert, expression in rules():
        for metric in METRIC.findall(expression):
            assert SUFFIX.sub("", metric) in known | RARE, (alert, metric)
            assert metric in known | RARE, (alert, metric)
    for metric in METRIC.findall(read("packaging", "prometheus",
                                      "grafana-dashboard.json")):
        assert metric in known or SUFFIX.sub("", metric) in known, metric


def test_redis_up_is_said_when_asked_for(start_redis, make_agent):
    redis = start_redis()
    agent = make_agent({"one": redis})
    agent.settings["http"]["redis_up_alias"] = True
    agent.start().wait_ready()
    line = f'redis_up{{name="one",addr="{redis.addr}"}}'
    wait_for(lambda: samples(agent.get("/metrics")).get(line) == 1, 20, line)
    redis.kill()
    wait_for(lambda: samples(agent.get("/metrics")).get(line) == 0, 20,
             "redis_up 0")
    promtool("check", "metrics", input=agent.get("/metrics"))


def test_the_alert_rules_hold_their_tests():
    assert "SUCCESS" in promtool("check", "rules", os.path.join(
        PROMETHEUS, "sentinel-agent.rules.yaml"))
    assert "SUCCESS" in promtool("test", "rules", "sentinel-agent.test.yaml",
                                 cwd=PROMETHEUS)
    tests = read("packaging", "prometheus", "sentinel-agent.test.yaml")
    for alert, _ in rules():
        assert f"name: {alert} fires" in tests
        assert f"alertname: {alert}, exp_alerts: []" in tests


def test_each_alert_has_its_entry_in_the_runbook():
    page = read("docs", "alerts.md")
    alerts = [alert for alert, _ in rules()]
    assert len(alerts) == len(set(alerts)) >= 20
    entries = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", page,
                              re.MULTILINE | re.DOTALL))
    assert sorted(entries) == sorted(alerts)
    text = read("packaging", "prometheus", "sentinel-agent.rules.yaml")
    for alert, entry in entries.items():
        assert "- **Look at** " in entry and "- **Do** " in entry, alert
        assert f"runbook: docs/alerts.md#{alert.lower()}" in text


def test_the_dashboard_is_one_that_grafana_reads():
    board = json.loads(read("packaging", "prometheus",
                            "grafana-dashboard.json"))
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 10
    expressions = []
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["title"] and panel["targets"]
        expressions += [target["expr"].replace("$host", ".*")
                        for target in panel["targets"]]
    promtool("check", "rules", "/dev/stdin", input=json.dumps(
        {"groups": [{"name": "dashboard", "rules": [
            {"record": f"panel:{number}", "expr": expression}
            for number, expression in enumerate(expressions)]}]}))
