"""Presence trees through the eyes of those who read them.

Prometheus and Curator are the real ones (packaging/get-readers gets them),
kazoo is used as an application would. Synapse's and Finagle's rules are
replayed (replayed.py) and their tests say so in their names.
"""
import contextlib
import json
import os
import re
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from kazoo.client import KazooClient

from agent import ROOT
from readers import Curator, Prometheus, ZooKeeperJobs, program
from replayed import (finagle_endpoints, synapse_backends, synapse_server_line,
                      synapse_service_config)
from servers import wait_for

STYLES = ("nerve", "serverset", "curator", "compat")
# Two members, of which the second has an address full of colons.
FIRST, SECOND = "member_10.1.2.3_7000", "member_2001_db8__7_7001"
BOTH = {"10.1.2.3:7000", "2001:db8::7:7001"}


class Fleet:
    """An agent with two members in a tree of each style."""

    def __init__(self, agent, client, redises, path):
        self.agent = agent
        self.client = client
        self.first, self.second = redises
        self.path = path

    def nodes(self, style):
        """name -> bytes."""
        path = f"{self.path}/{style}"
        return {name: self.client.get(f"{path}/{name}")[0]
                for name in self.client.get_children(path)}

    def wait(self, *names):
        for style in STYLES:
            wait_for(lambda: set(self.client.get_children(
                f"{self.path}/{style}")) == set(names), 20,
                f"{names} in {style}")


@pytest.fixture
def client(zookeeper):
    client = KazooClient(hosts=zookeeper.servers)
    client.start(timeout=30)
    yield client
    client.stop()
    client.close()


@pytest.fixture
def fleet(zookeeper, client, start_redis, make_agent, state_path):
    redises = [start_redis(), start_redis()]
    agent = make_agent({
        "cache": {"addr": redises[0].addr, "advertise": "10.1.2.3:7000",
                  "labels": {"az": "a"}},
        "queue": {"addr": redises[1].addr, "advertise": "[2001:db8::7]:7001",
                  "labels": {"az": "b"}}}, zookeeper.servers)
    agent.settings["publish"] = {
        "state": f"{state_path}/state", "registrations": [
            {"style": style, "path": f"{state_path}/{style}",
             "when": "readable"} for style in STYLES]}
    for style in STYLES:
        client.ensure_path(f"{state_path}/{style}")
    agent.start()
    fleet = Fleet(agent, client, redises, state_path)
    fleet.wait(FIRST, SECOND)
    return fleet


# --- Prometheus -----------------------------------------------------------
PROMETHEUS = {"nerve": ("nerve", "nerve"),
              "compat as nerve": ("nerve", "compat"),
              "serverset": ("serverset", "serverset"),
              "compat as serverset": ("serverset", "compat")}


@pytest.fixture
def jobs(fleet, zookeeper, workspace):
    return ZooKeeperJobs(workspace, zookeeper.servers, {
        job: (kind, f"{fleet.path}/{style}")
        for job, (kind, style) in PROMETHEUS.items()})


def target(fleet, job, member, host, port, name):
    """As the job discovers it."""
    kind, style = PROMETHEUS[job]
    told = {"path": f"{fleet.path}/{style}/{member}", "endpoint_host": host,
            "endpoint_port": str(port)}
    told.update({"endpoint_name": name} if kind == "nerve" else
                {"status": "ALIVE", "shard": "0"})
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return {"__address__": address,
            **{f"__meta_{kind}_{key}": value for key, value in told.items()}}


def targets(fleet, job):
    return [target(fleet, job, FIRST, "10.1.2.3", 7000, "cache"),
            target(fleet, job, SECOND, "2001:db8::7", 7001, "queue")]


def wait_targets(ask, expected):
    """Of all jobs at once: asking promtool takes two seconds."""
    def wait(job):
        wait_for(lambda: ask(job) == expected[job], 40,
                 f"{expected[job]} of {job}")
    with ThreadPoolExecutor(len(expected)) as pool:
        list(pool.map(wait, expected))


def test_promtool_discovers_the_members_and_no_others(fleet, jobs):
    wait_targets(jobs.ask_promtool,
                 {job: targets(fleet, job) for job in PROMETHEUS})
    fleet.first.kill()
    fleet.wait(SECOND)
    wait_targets(jobs.ask_promtool,
                 {job: targets(fleet, job)[1:] for job in PROMETHEUS})


def test_prometheus_follows_members_that_go_and_return(fleet, jobs):
    with Prometheus(jobs).start() as prometheus:
        both = {job: targets(fleet, job) for job in PROMETHEUS}
        wait_targets(prometheus.targets, both)
        fleet.first.kill()
        wait_targets(prometheus.targets,
                     {job: targets(fleet, job)[1:] for job in PROMETHEUS})
        fleet.first.restart()
        wait_targets(prometheus.targets, both)


def test_the_documented_prometheus_configuration_is_valid(workspace):
    with open(os.path.join(ROOT, "docs/consumers.md")) as file:
        found = re.findall(r"```yaml\n(scrape_configs:.*?)```", file.read(),
                           re.DOTALL)
    assert len(found) == 3
    for text in (*found, found[1].replace("nerve_sd", "serverset_sd")):
        path = os.path.join(workspace, "documented.yml")
        with open(path, "w") as file:
            file.write(text)
        done = subprocess.run([program("promtool"), "check", "config", path],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


# --- Curator --------------------------------------------------------------
@pytest.mark.parametrize("style", ["curator", "compat"])
def test_curators_service_discovery_follows_members(fleet, zookeeper, style):
    with contextlib.closing(Curator(zookeeper.servers, fleet.path,
                                    style)) as curator:
        curator.wait(BOTH)
        assert set(curator.seen["names"]) == {"state", *STYLES}
        assert curator.addresses("query") == BOTH
        assert curator.addresses("strict") == \
            (BOTH if style == "curator" else set())
        cache = next(one for one in curator.seen["cache"]
                     if one["port"] == 7000)
        assert abs(cache.pop("registrationTimeUTC") / 1000
                   - fleet.client.get(f"{fleet.path}/{style}/{FIRST}")[1]
                   .created) < 60
        assert cache == {
            "name": "cache", "id": "10.1.2.3:7000", "address": "10.1.2.3",
            "port": 7000, "sslPort": None, "payload": None,
            "serviceType": "DYNAMIC", "uriSpec": None, "enabled": True}
        fleet.first.kill()
        curator.wait(BOTH - {"10.1.2.3:7000"})
        fleet.first.restart()
        curator.wait(BOTH)


def test_a_parent_that_left_with_its_last_member_is_made_again(fleet):
    """Curator makes the path of a service as a container: once it is empty
    ZooKeeper deletes it."""
    fleet.first.kill()
    fleet.second.kill()
    fleet.wait()
    fleet.client.delete(f"{fleet.path}/compat")
    fleet.first.restart()
    wait_for(lambda: fleet.client.exists(f"{fleet.path}/compat/{FIRST}"), 20,
             "the member and its parent")


# --- kazoo ----------------------------------------------------------------
class Application:
    """Knows its servers as a client of kazoo would: by one ChildrenWatch,
    and a DataWatch of each child."""

    def __init__(self, client, path):
        self.client, self.path = client, path
        self.servers = {}  # member -> what its node says
        client.ChildrenWatch(path, self.handle_children)

    def handle_children(self, members):
        for member in set(members) - set(self.servers):
            self.servers[member] = None
            self.client.DataWatch(f"{self.path}/{member}",
                                  partial(self.handle_data, member))

    def handle_data(self, member, data, stat):
        if data is None:
            self.servers.pop(member, None)
            return False  # watched anew when it is a child again
        self.servers[member] = json.loads(data)
        return True

    def labels(self):
        return {member: told and told["labels"]
                for member, told in list(self.servers.items())}


def test_kazoos_watches_follow_members_and_their_data(fleet):
    application = Application(fleet.client, f"{fleet.path}/compat")
    az = {FIRST: {"az": "a"}, SECOND: {"az": "b"}}
    wait_for(lambda: application.labels() == az, 20, "both")
    fleet.first.kill()
    wait_for(lambda: application.labels() == {SECOND: {"az": "b"}}, 20,
             "the second alone")
    fleet.first.restart()
    wait_for(lambda: application.labels() == az, 20, "both again")
    # What an operator changes is a change of data, and no coming and going.
    czxid = fleet.client.exists(f"{fleet.path}/compat/{FIRST}").czxid
    fleet.agent.settings["instances"][0]["labels"] = {"az": "c"}
    fleet.agent.write_config()
    fleet.agent.signal(signal.SIGHUP)
    wait_for(lambda: application.labels()[FIRST] == {"az": "c"}, 20,
             "the new label")
    assert fleet.client.exists(f"{fleet.path}/compat/{FIRST}").czxid == czxid


# --- replayed -------------------------------------------------------------
def by_port(backends):
    return sorted(backends, key=lambda backend: backend["port"])


@pytest.mark.parametrize("style", ["nerve", "compat"])
def test_synapses_nerve_rules_replayed_accept_each_member(fleet, style):
    first, second = by_port(synapse_backends(fleet.nodes(style)))
    assert first == {
        "host": "10.1.2.3", "port": 7000, "name": "cache", "weight": 1,
        "labels": {"az": "a"}, "haproxy_server_options": None, "id": 7000}
    assert second["host"] == "2001:db8::7" and second["port"] == 7001
    assert synapse_server_line(first) == \
        "server cache_10.1.2.3:7000 10.1.2.3:7000 weight 1"
    assert [backend["name"] for backend in synapse_backends(
        fleet.nodes(style), label_filters=[
            {"label": "az", "value": "a", "condition": "not-equals"}])] \
        == ["queue"]
    parent = fleet.client.get(f"{fleet.path}/{style}")[0]
    assert synapse_service_config(parent) == {}


@pytest.mark.parametrize("style", ["serverset", "compat"])
def test_synapses_serverset_rules_replayed_accept_each_member(fleet, style):
    first, second = by_port(synapse_backends(fleet.nodes(style), "serverset"))
    assert first == {
        "host": "10.1.2.3", "port": 7000, "name": "0", "weight": None,
        "labels": None, "haproxy_server_options": None, "id": 7000}
    assert synapse_server_line(second) == \
        "server 0_2001:db8::7:7001 2001:db8::7:7001"


@pytest.mark.parametrize("style", ["serverset", "compat"])
def test_finagles_serverset_rules_replayed_accept_each_member(fleet, style):
    metadata = (("cluster", "test"), ("host", "h1"))
    assert finagle_endpoints(fleet.nodes(style)) == [
        ("10.1.2.3", 7000, 0, metadata), ("2001:db8::7", 7001, 0, metadata)]
    fleet.first.kill()
    fleet.wait(SECOND)
    assert finagle_endpoints(fleet.nodes(style)) == [
        ("2001:db8::7", 7001, 0, metadata)]


@pytest.mark.parametrize("style", ["curator", "compat"])
def test_finagles_curator_rule_replayed_accepts_each_member(fleet, style):
    assert finagle_endpoints(fleet.nodes(style), knows_curator=True) == [
        ("10.1.2.3", 7000, None, ()), ("2001:db8::7", 7001, None, ())]


def test_replayed_rules_refuse_what_their_readers_refuse():
    """Else a replay would prove nothing."""
    endpoint = {"host": "10.1.2.3", "port": 7000}

    def finagle(name="member_1", **keys):
        record = {"serviceEndpoint": endpoint, "status": "ALIVE", **keys}
        return finagle_endpoints({name: json.dumps(record)})

    def synapse(record, decode="nerve"):
        return synapse_backends({"member_1": json.dumps(record)}, decode)
    assert finagle() and synapse(endpoint)
    assert finagle("other_1") == []
    assert finagle(status="DEAD") == finagle(status=None) == []
    assert finagle(serviceEndpoint={"host": "h", "port": "7000"}) == []
    assert finagle(serviceEndpoint={"port": 7000}) == []
    assert finagle_endpoints({"member_1": b"nonsense"}) == []
    assert synapse({"host": "h"}) == synapse({"port": 1}) == []
    assert synapse(endpoint, "serverset") == []
    assert synapse_backends({"member_1": b"nonsense"}) == []
