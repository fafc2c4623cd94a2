"""sentinel-publisher --list: the tree as it stands, whatever stands in it."""
import json
import os
import subprocess

import pytest
from kazoo.client import KazooClient
from kazoo.security import make_acl, make_digest_acl

from agent import BUILD
from servers import PATIENCE, free_port

PROGRAM = os.path.join(BUILD, "sentinel-publisher")
SECONDS = 30


def run(*arguments):
    return subprocess.run([PROGRAM, "--list", *arguments], timeout=SECONDS
                          * PATIENCE, capture_output=True, text=True)


@pytest.fixture
def fleet(zookeeper, state_path):
    """A session that writes, and list(...) of this test's tree."""
    client = KazooClient(hosts=zookeeper.servers, timeout=60)
    client.start(timeout=30)

    def show(*arguments, root=state_path):
        return run("--servers", zookeeper.servers, "--root", root,
                   "--timeout-ms", str(int(10000 * PATIENCE)), *arguments)
    client.show, client.root = show, state_path
    yield client
    client.stop()
    client.close()


def put(client, path, data, **options):
    client.create(f"{client.root}/{path}", data, makepath=True, **options)


def lines(result):
    assert (result.returncode, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_node_is_a_line_with_its_stat(fleet):
    put(fleet, "b/h1/redis-1", b'{"state":"up","v":1}', ephemeral=True)
    put(fleet, "a/h2/.agent", b'{"round":7}')
    put(fleet, "a/h1/redis-0", b'{"state":"down"}')
    fleet.set(f"{fleet.root}/a/h1/redis-0", b'{"state":"loading"}')
    found = lines(fleet.show())
    assert [node["path"] for node in found] == [
        f"{fleet.root}/{path}" for path in ("a/h1/redis-0", "a/h2/.agent",
                                            "b/h1/redis-1")]
    for node in found:
        stat = fleet.exists(node["path"])
        cluster, host, name = node["path"].split("/")[-3:]
        data = json.loads(fleet.get(node["path"])[0])
        assert node == {
            "path": node["path"], "cluster": cluster, "host": host,
            "name": name, "data": data, "owner": hex(stat.ephemeralOwner),
            "czxid": stat.czxid, "mzxid": stat.mzxid, "mtime": stat.mtime,
            "version": stat.version}


def test_a_strangers_bytes_and_names_cost_nothing_but_themselves(fleet):
    hostile = {"empty": b"", "binary": bytes(range(256)), "list": b"[1]",
               "deep": b"[" * 2000, "deep-object": b'{"a":' * 400,
               "nul": b'{"a":"\\u0000"}', "twice": b'{"a":1,"a":2}',
               "megabyte": b'{"a":"' + b"x" * 1000000 + b'"}',
               "spaces": b"{" + b" " * 900000 + b"}",
               "escape\u202e\u00e9 [2J": b'{"a":"\x1b[31m"}'}
    for name, data in hostile.items():
        put(fleet, f"c/h/{name}", data)
    put(fleet, "c/h/plain", b'{"state":"up"}')
    put(fleet, "c/h/plain/child/of/it", b"never looked at")
    found = lines(fleet.show())
    assert len(found) == len(hostile) + 1
    for node in found:
        assert node["data"] == ({"state": "up"} if node["name"] == "plain"
                                else None)


def test_many_nodes_come_in_the_order_of_their_paths(fleet):
    request = fleet.transaction
    fleet.ensure_path(f"{fleet.root}/c")
    for host in range(30):
        many = request()
        many.create(f"{fleet.root}/c/h{host}", b"")
        for node in range(20):
            many.create(f"{fleet.root}/c/h{host}/n{node}", b'{"a":1}')
        many.commit()
    paths = [node["path"] for node in lines(fleet.show())]
    assert len(paths) == 600
    assert paths == sorted(paths, key=lambda path: path.split("/"))


def test_where_nothing_stands_nothing_is_listed(fleet):
    assert lines(fleet.show(root="/nothing/at/all")) == []
    put(fleet, "cluster/host-without-nodes", b"")
    assert lines(fleet.show()) == []


def test_a_trailing_slash_and_the_root_itself_are_paths(fleet):
    put(fleet, "c/h/n", b"{}")
    assert len(lines(fleet.show(root=fleet.root + "/"))) == 1
    assert fleet.root.count("/") == 2  # so seen from "/" hosts are clusters
    # Other tests' nodes stand there, too.
    assert f'"path":"{fleet.root}/c"' in fleet.show(root="/").stdout


def test_a_part_that_may_not_be_listed_is_refused_and_the_rest_is_shown(
        fleet, workspace):
    owner = make_digest_acl("fleet", "secret", all=True)
    put(fleet, "open/h/n", b"{}")
    put(fleet, "closed/h/n", b"{}")
    fleet.set_acls(f"{fleet.root}/closed", [owner])
    result = fleet.show()
    assert result.returncode == 77
    assert "does not let us read" in result.stderr
    assert len(result.stdout.splitlines()) == 1
    credential = os.path.join(workspace, "credential")
    with open(credential, "w") as file:
        file.write("fleet:secret\n")
    os.chmod(credential, 0o600)
    assert len(lines(fleet.show("--credential-file", credential))) == 2


def test_a_node_that_may_not_be_read_is_null(fleet):
    fleet.ensure_path(f"{fleet.root}/c/h")
    fleet.create(f"{fleet.root}/c/h/hidden", b'{"a":1}',
                 acl=[make_acl("digest", "nobody:x", all=True)])
    node, = lines(fleet.show())
    assert (node["name"], node["data"]) == ("hidden", None)


def test_a_credential_that_others_can_read_is_refused(fleet, workspace):
    credential = os.path.join(workspace, "credential")
    with open(credential, "w") as file:
        file.write("fleet:secret\n")
    os.chmod(credential, 0o644)
    result = fleet.show("--credential-file", credential)
    assert result.returncode == 77 and credential in result.stderr
    assert "secret" not in result.stderr


def test_without_a_server_it_says_so_in_time():
    result = run("--servers", f"127.0.0.1:{free_port()}", "--root", "/x",
                 "--timeout-ms", "300")
    assert result.returncode == 69
    assert "no ZooKeeper answered" in result.stderr and not result.stdout


def test_a_trial_without_a_server_says_so_in_time():
    servers = f"127.0.0.1:{free_port()}"
    tried = subprocess.run(
        [PROGRAM, "--try", "--servers", servers, "--root", "/x",
         "--timeout-ms", "300"],
        timeout=SECONDS * PATIENCE, capture_output=True, text=True)
    assert (tried.returncode, tried.stdout) == (69, "")
    assert tried.stderr == "sentinel-publisher: no ZooKeeper answered in " \
        f"time at {servers}\n"


def test_a_server_that_is_stopped_costs_the_time_given(own_zookeeper):
    own_zookeeper.stop()
    result = run("--servers", own_zookeeper.servers, "--root", "/x",
                 "--timeout-ms", "300")
    own_zookeeper.cont()
    assert result.returncode == 69


@pytest.mark.parametrize("arguments", [
    (), ("--servers", "127.0.0.1:1"), ("--root", "/x"),
    ("--servers", "nonsense", "--root", "/x"),
    ("--servers", "127.0.0.1:1", "--root", "x"),
    ("--servers", "127.0.0.1:1", "--root", "/x", "--timeout-ms", "0"),
    ("--servers", "127.0.0.1:1", "--root", "/x", "--what"),
])
def test_wrong_arguments_are_said_to_be(arguments):
    result = run(*arguments)
    assert result.returncode == 64
    assert result.stderr.count("\n") == 1 and not result.stdout


def test_a_path_that_zookeeper_refuses_is_a_wrong_argument(zookeeper):
    result = run("--servers", zookeeper.servers, "--root", "/a//b")
    assert result.returncode == 64 and "not a path" in result.stderr
