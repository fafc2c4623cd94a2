"""ZooKeeper behind mutual TLS, by the haproxy of docs/zookeeper-tls.md."""
import contextlib
import os
import socket
import ssl

import pytest
from kazoo.client import KazooClient
from kazoo.exceptions import NoAuthError
from kazoo.security import make_acl

from certificates import Authority
from secure_zookeeper import Haproxy, SecureZooKeeper
from servers import free_port, wait_for

CREDENTIAL = "agent:correct-horse-canary"


@pytest.fixture
def authority(workspace):
    return Authority(workspace)


@pytest.fixture
def host(authority):
    """The Redis host's certificate."""
    return authority.issue("host", dns=["redis1.example.org"], addresses=())


@pytest.fixture
def start_zookeeper(authority):
    """start_zookeeper() as zk1, or with a certificate for another name."""
    with contextlib.ExitStack() as stack:
        def start(name="zk1.example.org"):
            server = SecureZooKeeper(authority, authority.issue(
                name, dns=[name], addresses=()))
            stack.callback(server.close)
            return server.start()
        yield start


@pytest.fixture
def start_proxy(authority, host):
    """start_proxy(zk1, ...) before these ports, with the host's certificate
    or another one."""
    with contextlib.ExitStack() as stack:
        def start(*ports, own=None):
            proxy = Haproxy(ports, authority.file, own or host)
            stack.callback(proxy.close)
            return proxy.start()
        yield start


def connect(proxy, session, **more):
    """The agent's settings."""
    return {"zookeeper": {"servers": proxy.servers,
                          "session_timeout": session, **more}}


def zookeeper_of(agent):
    return agent.status()["zookeeper"]


def wait_rounds(agent, more=3):
    """Probing goes on."""
    before = agent.instance("one")["counters"]["rounds"]
    wait_for(lambda: agent.instance("one")["counters"]["rounds"]
             >= before + more, 20, "rounds")


def test_only_a_certificate_opens_the_port(start_zookeeper, workspace, host):
    zookeeper = start_zookeeper()
    assert b"Zookeeper version" in zookeeper.greet(host)
    stranger = Authority(workspace, "stranger").issue("thief")
    for own in (None, stranger):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            zookeeper.greet(own)


def test_an_agent_publishes_through_it(start_zookeeper, start_proxy,
                                       start_redis, make_agent, watch):
    zookeeper = start_zookeeper()
    proxy = start_proxy(zookeeper.secure_port)
    redis = start_redis()
    watch = watch(zookeeper)
    agent = make_agent({"one": redis}, proxy.servers).start()
    watch.wait_state("one", "up")
    redis.kill()
    watch.wait_state("one", "down", agent.bound_seconds())
    agent.terminate()
    watch.wait_gone()


def test_members_that_refuse_or_hang_are_passed_over(
        start_zookeeper, start_proxy, start_redis, make_agent, watch):
    zookeeper = start_zookeeper("zk3.example.org")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = start_proxy(free_port(), silent.getsockname()[1],
                            zookeeper.secure_port)
        watch = watch(zookeeper)
        make_agent({"one": start_redis()}, proxy.servers).start()
        watch.wait_state("one", "up", 30)


def test_a_proxy_that_comes_back_within_the_session_is_no_news(
        start_zookeeper, start_proxy, start_redis, make_agent, watch):
    zookeeper = start_zookeeper()
    proxy = start_proxy(zookeeper.secure_port)
    watch = watch(zookeeper)
    agent = make_agent({"one": start_redis()}, proxy.servers,
                       settings=connect(proxy, "20s")).start()
    watch.wait_state("one", "up")
    wait_for(lambda: zookeeper_of(agent)["state"] == "steady")
    session, mark = zookeeper_of(agent)["session_id"], watch.mark()
    proxy.kill()
    wait_for(lambda: zookeeper_of(agent)["state"] == "suspended")
    wait_rounds(agent)
    proxy.restart()
    wait_for(lambda: zookeeper_of(agent)["state"] == "steady")
    assert zookeeper_of(agent)["session_id"] == session
    wait_rounds(agent)
    watch.refresh().assert_quiet(mark)


def test_a_client_certificate_of_a_stranger_is_refused(
        start_zookeeper, start_proxy, start_redis, make_agent, watch,
        workspace, host):
    """Nothing is published, probing goes on; and the right certificate needs
    no restart of the agent."""
    zookeeper = start_zookeeper()
    proxy = start_proxy(zookeeper.secure_port,
                        own=Authority(workspace, "stranger").issue("thief"))
    watch = watch(zookeeper)
    agent = make_agent({"one": start_redis()}, proxy.servers,
                       settings=connect(proxy, "3s")).start()
    agent.wait_state("one", "up")
    assert_out_of_reach(agent, watch)
    proxy.show(host)
    proxy.restart()
    watch.wait_state("one", "up", 30)


def test_a_server_of_another_name_is_refused(
        start_zookeeper, start_proxy, start_redis, make_agent, watch):
    zookeeper = start_zookeeper("other.example.org")
    proxy = start_proxy(zookeeper.secure_port)
    watch = watch(zookeeper)
    agent = make_agent({"one": start_redis()}, proxy.servers,
                       settings=connect(proxy, "3s")).start()
    agent.wait_state("one", "up")
    assert_out_of_reach(agent, watch)


def assert_out_of_reach(agent, watch):
    """Also for longer than the session it would like to have."""
    wait_for(lambda: agent.tail().count("event=publisher_leaves") >= 2, 40,
             "it to say so")
    wait_rounds(agent)
    assert zookeeper_of(agent)["state"] != "steady"
    assert agent.request("/readyz")[0] != 200
    assert watch.refresh().nodes() == {}


def test_who_only_reaches_the_proxy_reads_and_does_not_write(
        start_zookeeper, start_proxy, start_redis, make_agent, watch,
        state_path, workspace):
    """To ZooKeeper every local user is the host's certificate."""
    zookeeper = start_zookeeper()
    proxy = start_proxy(zookeeper.secure_port)
    credential = os.path.join(workspace, "zk.cred")
    with open(credential, "w") as file:
        file.write(CREDENTIAL)
    os.chmod(credential, 0o600)
    watch = watch(zookeeper)
    make_agent({"one": start_redis()}, proxy.servers, settings=connect(
        proxy, "10s", auth={"scheme": "digest",
                            "credential_file": credential})).start()
    node = watch.wait_state("one", "up").path
    user = KazooClient(hosts=proxy.servers)
    user.start(timeout=30)
    try:
        assert user.get(node)[0]
        assert [acl.id.scheme for acl in user.get_acls(node)[0]
                if acl.perms != make_acl("world", "anyone", read=True).perms
                ] == ["digest"]
        for attempt in (lambda: user.set(node, b"{}"),
                        lambda: user.delete(node)):
            with pytest.raises(NoAuthError):
                attempt()
    finally:
        user.stop()
        user.close()
