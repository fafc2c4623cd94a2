"""Presence trees: what discovery readers see of the instances."""
import json
import os
import signal
import socket

import pytest
from kazoo.client import KazooClient

from servers import wait_for

COMPAT = {"additionalEndpoints", "address", "host", "id", "labels", "metadata",
          "name", "payload", "port", "registrationTimeUTC", "serviceEndpoint",
          "serviceType", "shard", "sslPort", "status", "uriSpec", "weight"}
STYLES = {
    "nerve": {"host", "port", "name", "weight", "labels"},
    "serverset": {"additionalEndpoints", "metadata", "serviceEndpoint",
                  "shard", "status"},
    "curator": {"address", "id", "name", "payload", "port",
                "registrationTimeUTC", "serviceType", "sslPort", "uriSpec"},
    "compat": COMPAT,
}


@pytest.fixture
def reader(zookeeper):
    client = KazooClient(hosts=zookeeper.servers)
    client.start(timeout=30)
    yield client
    client.stop()
    client.close()


def members(client, path):
    """name -> (parsed bytes, ZnodeStat)."""
    found = {}
    if client.exists(path):
        for name in client.get_children(path):
            try:
                data, stat = client.get(f"{path}/{name}")
            except Exception:  # noqa: B902 - gone meanwhile
                continue
            found[name] = (json.loads(data), stat)
    return found


def wait_members(client, path, names, seconds=20):
    wait_for(lambda: set(members(client, path)) == set(names), seconds,
             f"{names} in {path}")
    return members(client, path)


def register(*trees):
    return {"registrations": [dict(tree) for tree in trees]}


def publishing(make_agent, zookeeper, state_path, instances, *trees):
    agent = make_agent(instances, zookeeper.servers)
    agent.settings["publish"] = {"state": f"{state_path}/state",
                                 **register(*trees)}
    return agent


def advertised(redis, port, **more):
    return {"addr": redis.addr, "advertise": f"10.1.2.3:{port}", **more}


def test_each_style_has_its_readers_keys(
        zookeeper, reader, start_redis, make_agent, state_path):
    redis = start_redis()
    trees = [{"style": style, "path": f"{state_path}/{style}",
              "when": "readable"} for style in STYLES]
    publishing(make_agent, zookeeper, state_path,
               {"cache": advertised(redis, 7000, labels={"az": "a"})},
               *trees).start()
    for style, keys in STYLES.items():
        found = wait_members(reader, f"{state_path}/{style}",
                             ["member_10.1.2.3_7000"])
        value, stat = found["member_10.1.2.3_7000"]
        assert set(value) == keys, style
        assert stat.ephemeralOwner != 0
    value, _ = members(reader, f"{state_path}/compat")["member_10.1.2.3_7000"]
    assert value["host"] == value["address"] == "10.1.2.3"
    assert value["port"] == 7000 and value["id"] == "10.1.2.3:7000"
    assert value["serviceEndpoint"] == {"host": "10.1.2.3", "port": 7000}
    assert value["name"] == "cache" and value["labels"] == {"az": "a"}
    assert value["status"] == "ALIVE" and value["serviceType"] == "DYNAMIC"
    assert value["sslPort"] is None and value["payload"] is None
    assert value["uriSpec"] is None and value["weight"] == 1
    assert value["shard"] == 0 and value["additionalEndpoints"] == {}
    assert isinstance(value["registrationTimeUTC"], int)
    assert all(isinstance(text, str) for text in value["metadata"].values())


def test_who_cannot_serve_is_no_member(
        zookeeper, reader, start_redis, make_agent, state_path):
    redis = start_redis()
    other = start_redis()
    path = f"{state_path}/all"
    agent = publishing(
        make_agent, zookeeper, state_path,
        {"a": advertised(redis, 1), "b": advertised(other, 2)},
        {"style": "compat", "path": path, "when": "readable"}).start()
    both = wait_members(reader, path, ["member_10.1.2.3_1",
                                       "member_10.1.2.3_2"])
    redis.kill()
    wait_members(reader, path, ["member_10.1.2.3_2"])
    redis.restart()
    again = wait_members(reader, path, both)
    kept, new = "member_10.1.2.3_2", "member_10.1.2.3_1"
    assert again[kept][1].czxid == both[kept][1].czxid
    assert again[kept][1].version == 0
    assert again[new][1].czxid != both[new][1].czxid
    agent.terminate()
    assert members(reader, path) == {}


def test_a_change_of_roles_moves_the_member(
        zookeeper, reader, start_redis, make_agent, state_path):
    master = start_redis()
    replica = start_redis(replicaof=master)
    wait_for(lambda: b"connected" in replica.ask("ROLE"), 30)
    masters, replicas = f"{state_path}/masters", f"{state_path}/replicas"
    publishing(make_agent, zookeeper, state_path,
               {"m": advertised(master, 1), "r": advertised(replica, 2)},
               {"style": "nerve", "path": masters, "when": "writable",
                "role": "master"},
               {"style": "nerve", "path": replicas, "when": "readable",
                "role": "replica"}).start()
    wait_members(reader, masters, ["member_10.1.2.3_1"])
    wait_members(reader, replicas, ["member_10.1.2.3_2"])
    replica.ask("REPLICAOF", "NO", "ONE")
    wait_members(reader, masters, ["member_10.1.2.3_1", "member_10.1.2.3_2"])
    wait_members(reader, replicas, [])
    # Old and new place changed in one transaction: nobody saw neither.
    czxid = members(reader, masters)["member_10.1.2.3_2"][1].czxid
    assert reader.get(replicas)[1].pzxid == czxid


def test_a_restart_touches_no_member(
        zookeeper, reader, start_redis, make_agent, state_path):
    redis = start_redis()
    path = f"{state_path}/all"
    agent = publishing(make_agent, zookeeper, state_path,
                       {"a": advertised(redis, 1)},
                       {"style": "compat", "path": path, "when": "up"}).start()
    before = wait_members(reader, path, ["member_10.1.2.3_1"])
    agent.signal(signal.SIGUSR2)
    assert agent.wait_exit(10) == 0
    agent.start()
    wait_for(lambda: agent.status()["zookeeper"]["state"] == "steady", 20)
    agent.kill()
    agent.start()
    wait_for(lambda: agent.status()["zookeeper"]["state"] == "steady", 20)
    assert members(reader, path) == before


def test_without_the_run_directory_it_is_taken_over_with_its_time(
        zookeeper, reader, start_redis, make_agent, state_path):
    redis = start_redis()
    path = f"{state_path}/all"
    agent = publishing(make_agent, zookeeper, state_path,
                       {"a": advertised(redis, 1)},
                       {"style": "compat", "path": path, "when": "up"}).start()
    before = wait_members(reader, path, ["member_10.1.2.3_1"])
    wait_for(lambda: agent.status()["zookeeper"]["state"] == "steady", 20)
    agent.signal(signal.SIGUSR2)
    assert agent.wait_exit(10) == 0
    for name in ("session", "members", "board"):
        (agent_file(agent, name)).unlink(missing_ok=True)
    agent.start()
    name = "member_10.1.2.3_1"

    def is_taken_over():
        found = members(reader, path)
        return name in found and found[name][1].ephemeralOwner \
            != before[name][1].ephemeralOwner
    wait_for(is_taken_over, 20, "the new session's member")
    after = members(reader, path)
    assert after[name][0] == before[name][0]


def agent_file(agent, name):
    import pathlib
    return pathlib.Path(agent.run_dir) / name


def publisher_pid(agent):
    return next(service["pid"] for service in agent.status()["services"]
                if service["kind"] == "publisher")


def test_what_is_written_down_of_members_does_not_grow_in_an_outage(
        zookeeper, reader, start_redis, make_agent, state_path):
    """Each publisher writes it anew, and none comes as far as to forget."""
    redis = start_redis()
    path = f"{state_path}/all"
    agent = publishing(make_agent, zookeeper, state_path,
                       {"a": advertised(redis, 1)},
                       {"style": "compat", "path": path, "when": "up"}).start()
    wait_members(reader, path, ["member_10.1.2.3_1"])
    written = agent_file(agent, "members").read_text()
    agent.kill()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        agent.settings["zookeeper"]["servers"] = f"127.0.0.1:{port}"
        agent.write_config()
        agent.start()
        for _ in range(3):
            pid = wait_for(lambda: publisher_pid(agent), 20, "a publisher")
            wait_for(lambda: agent.status()["zookeeper"]["state"]
                     == "connecting", 20, "its trial")
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda: publisher_pid(agent) not in (0, pid), 20,
                     "its successor")
        assert agent_file(agent, "members").read_text() == written
        agent.kill()


def test_what_the_configuration_names_no_more_is_removed(
        zookeeper, reader, start_redis, make_agent, state_path):
    redis = start_redis()
    kept, dropped = f"{state_path}/kept", f"{state_path}/dropped"
    trees = [{"style": "nerve", "path": path, "when": "up"}
             for path in (kept, dropped)]
    agent = publishing(make_agent, zookeeper, state_path,
                       {"a": advertised(redis, 1)}, *trees).start()
    before = wait_members(reader, kept, ["member_10.1.2.3_1"])
    wait_members(reader, dropped, ["member_10.1.2.3_1"])
    reader.create(f"{dropped}/member_10.9.9.9_1", b"{}")  # a stranger's
    agent.settings["publish"]["registrations"] = trees[:1]
    agent.write_config()
    agent.signal(signal.SIGHUP)
    wait_members(reader, dropped, ["member_10.9.9.9_1"])
    assert members(reader, kept) == before
    # The advertised address changes: the old member goes, when the new stands.
    agent.settings["instances"][0]["advertise"] = "10.1.2.3:2"
    agent.write_config()
    agent.signal(signal.SIGHUP)
    wait_members(reader, kept, ["member_10.1.2.3_2"])
    # With the last tree goes what was written down of them.
    del agent.settings["publish"]["registrations"]
    agent.write_config()
    agent.signal(signal.SIGHUP)
    wait_members(reader, kept, [])
    wait_for(lambda: not agent_file(agent, "members").exists(), 20,
             "end of the list of members")


@pytest.mark.parametrize("harm", ["delete", "overwrite"])
def test_harm_from_outside_is_undone(
        zookeeper, reader, start_redis, make_agent, state_path, harm):
    redis = start_redis()
    path = f"{state_path}/all"
    publishing(make_agent, zookeeper, state_path, {"a": advertised(redis, 1)},
               {"style": "nerve", "path": path, "when": "up"}).start()
    before = wait_members(reader, path, ["member_10.1.2.3_1"])
    name = "member_10.1.2.3_1"
    if harm == "delete":
        reader.delete(f"{path}/{name}")
    else:
        reader.set(f"{path}/{name}", b"nonsense")

    def is_undone():
        try:
            data, stat = reader.get(f"{path}/{name}")
        except Exception:  # noqa: B902 - not there yet
            return False
        return data != b"nonsense" and json.loads(data) == before[name][0]
    wait_for(is_undone, 10, "the member as it was")


def test_a_strangers_member_is_left_and_alarmed(
        zookeeper, reader, start_redis, make_agent, state_path):
    redis = start_redis()
    path = f"{state_path}/all"
    reader.ensure_path(path)
    reader.create(f"{path}/member_10.1.2.3_1", b"mine")
    agent = publishing(make_agent, zookeeper, state_path,
                       {"a": advertised(redis, 1)},
                       {"style": "nerve", "path": path, "when": "up"}).start()
    wait_for(lambda: any(alarm["path"] == f"{path}/member_10.1.2.3_1"
                         for alarm in agent.status()["alarms"]), 20, "alarm")
    assert reader.get(f"{path}/member_10.1.2.3_1")[0] == b"mine"
    reader.delete(f"{path}/member_10.1.2.3_1")
    wait_for(lambda: not agent.status()["alarms"], 20, "end of the alarm")
    name = "member_10.1.2.3_1"
    found = wait_members(reader, path, [name])[name]
    assert found[0]["port"] == 1


def test_nodes_are_refreshed_for_readers_of_times(
        zookeeper, reader, start_redis, make_agent, state_path):
    redis = start_redis()
    path = f"{state_path}/all"
    agent = publishing(make_agent, zookeeper, state_path,
                       {"a": advertised(redis, 1)},
                       {"style": "nerve", "path": path, "when": "up"})
    agent.settings["publish"]["refresh"] = "1s"
    agent.start()
    wait_members(reader, path, ["member_10.1.2.3_1"])
    for node in (f"{path}/member_10.1.2.3_1",
                 f"{state_path}/state/test/h1/a"):
        data, stat = reader.get(node)
        wait_for(lambda: reader.get(node)[1].version >= stat.version + 2, 20,
                 "two more writes")
        assert reader.get(node)[0] == data
