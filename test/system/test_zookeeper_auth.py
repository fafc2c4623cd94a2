"""Who may write: a digest for ZooKeeper, and the ACLs of what we make."""
import os
import signal

import pytest
from kazoo.client import KazooClient
from kazoo.exceptions import NoAuthError
from kazoo.security import make_acl, make_digest_acl

from servers import wait_for

USER, PASSWORD = "agent", "correct-horse-canary"


@pytest.fixture
def admin(zookeeper):
    client = KazooClient(hosts=zookeeper.servers,
                         auth_data=[("digest", f"{USER}:{PASSWORD}")])
    client.start(timeout=30)
    yield client
    client.stop()
    client.close()


@pytest.fixture
def anybody(zookeeper):
    client = KazooClient(hosts=zookeeper.servers)
    client.start(timeout=30)
    yield client
    client.stop()
    client.close()


def write_credential(agent, text, mode=0o600):
    path = os.path.join(agent.directory, "zk.cred")
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def with_credential(make_agent, zookeeper, redis, text):
    agent = make_agent({"a": redis}, zookeeper.servers)
    agent.settings["zookeeper"]["auth"] = {
        "scheme": "digest", "credential_file": write_credential(agent, text)}
    return agent


def alarms(agent, what):
    return [alarm for alarm in agent.status()["alarms"]
            if alarm["what"] == what]


def wait_published(agent):
    wait_for(lambda: agent.instance("a")["published"]["czxid"] != 0
             and not agent.instance("a")["published"]["pending"], 20,
             "a node")


def test_what_we_make_is_ours_to_change_and_the_worlds_to_read(
        zookeeper, anybody, admin, start_redis, make_agent, state_path):
    agent = with_credential(make_agent, zookeeper, start_redis(),
                            f"{USER}:{PASSWORD}\n").start()
    wait_published(agent)
    node = f"{state_path}/test/h1/a"
    for path in (node, f"{state_path}/test/h1", state_path):
        assert anybody.get(path) is not None
        acls = anybody.get_acls(path)[0]
        assert sorted((acl.id.scheme, acl.perms) for acl in acls) \
            == [("digest", 31), ("world", 1)]
    with pytest.raises(NoAuthError):
        anybody.set(node, b"{}")
    with pytest.raises(NoAuthError):
        anybody.delete(node)
    with pytest.raises(NoAuthError):
        anybody.create(f"{state_path}/test/h1/b", b"{}")
    assert PASSWORD not in agent.tail(100_000)
    for process in agent.members():
        with open(f"/proc/{process.pid}/cmdline", "rb") as file:
            assert PASSWORD.encode() not in file.read()


def test_a_wrong_credential_is_alarmed_while_probing_goes_on(
        zookeeper, admin, start_redis, make_agent, state_path):
    admin.ensure_path(f"{state_path}/test/h1", acl=[
        make_digest_acl(USER, PASSWORD, all=True),
        make_acl("world", "anyone", read=True)])
    agent = with_credential(make_agent, zookeeper, start_redis(),
                            f"{USER}:wrong").start()
    wait_for(lambda: alarms(agent, "write_refused"), 20, "alarm")
    before = agent.instance("a")["counters"]["rounds"]
    wait_for(lambda: agent.instance("a")["counters"]["rounds"] > before + 2,
             20, "rounds")
    failures = agent.status()["zookeeper"]["failures"]
    assert failures < 40, failures  # no hot loop
    write_credential(agent, f"{USER}:{PASSWORD}")
    agent.signal(signal.SIGHUP)
    wait_published(agent)
    wait_for(lambda: not alarms(agent, "write_refused"), 20, "its end")


def test_a_credential_that_cannot_be_used_is_waited_for(
        zookeeper, start_redis, make_agent):
    agent = with_credential(make_agent, zookeeper, start_redis(),
                            f"{USER}:{PASSWORD}").start()
    wait_published(agent)
    path = write_credential(agent, f"{USER}:{PASSWORD}", 0o644)
    agent.helper("sentinel-publisher").signal(signal.SIGKILL)
    alarm, = wait_for(lambda: alarms(agent, "credential"), 20, "alarm")
    assert "chmod 600" in alarm["detail"] and path == alarm["path"]
    os.chmod(path, 0o600)
    wait_for(lambda: agent.status()["zookeeper"]["state"] == "steady", 20,
             "steady again")
    wait_for(lambda: not alarms(agent, "credential"), 20, "its end")
