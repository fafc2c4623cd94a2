"""Crash and restart are one path: a successor on the same run directory
believes what was believed, resumes the session, and no watcher sees it."""
import os
import shutil

from servers import wait_for


def running(zookeeper, start_redis, make_agent, watch):
    redis = {"one": start_redis(), "two": start_redis(unix=True),
             "gone": start_redis()}
    watch = watch(zookeeper)
    agent = make_agent(redis, zookeeper.servers).start()
    for name in redis:
        watch.wait_state(name, "up", 30)
    redis["gone"].kill()
    watch.wait_state("gone", "down", agent.bound_seconds())
    agent.wait_ready().wait_settled()
    return redis, watch, agent


def restart(agent):
    """kill -9 of the supervisor, then another one at once: systemd's part."""
    agent.kill()
    agent.assert_gone(20)
    agent.start(60)
    agent.wait_ready(60).wait_settled(60)
    count = agent.status()["round"]["number"]
    wait_for(lambda: agent.status()["round"]["number"] >= count + 3, 60,
             "three rounds of the successor")


def test_a_successor_is_not_seen_by_any_watcher(
        zookeeper, start_redis, make_agent, watch):
    redis, watch, agent = running(zookeeper, start_redis, make_agent, watch)
    before = {name: watch.node(name) for name in redis}
    mark = watch.refresh().mark()
    for _ in range(3):
        restart(agent)
    watch.refresh().assert_quiet(mark)
    for name, event in before.items():
        now = watch.node(name)
        assert now.data == event.data, "other bytes"
        assert now.czxid == event.czxid and now.owner == event.owner
    redis["gone"].restart()
    watch.wait_state("gone", "up", agent.bound_seconds())
    redis["one"].kill()
    watch.wait_state("one", "down", agent.bound_seconds())


def test_a_fault_while_nobody_watched_is_told(
        zookeeper, start_redis, make_agent, watch):
    redis, watch, agent = running(zookeeper, start_redis, make_agent, watch)
    mark = watch.mark()
    agent.kill()
    agent.assert_gone(20)
    redis["one"].kill()
    agent.start(60)
    watch.wait_state("one", "down", agent.bound_seconds())
    watch.assert_quiet(mark, ["two", "gone"])
    assert not watch.since(mark, "deleted")


def test_without_the_run_directory_since_is_taken_over(
        zookeeper, start_redis, make_agent, watch):
    redis, watch, agent = running(zookeeper, start_redis, make_agent, watch)
    before = watch.nodes()
    agent.kill()
    agent.assert_gone(20)
    shutil.rmtree(agent.run_dir)
    os.mkdir(agent.run_dir, 0o700)
    owners = {name: watch.node(name).owner for name in redis}
    agent.start(60)
    # A session of its own now; the old one would end in ten seconds.
    for name in redis:
        wait_for(lambda: watch.node(name)
                 and watch.node(name).owner not in (0, owners[name]), 60,
                 f"takeover of {name}")
        now = watch.nodes()[name]
        assert now["since"] == before[name]["since"]
        assert now["state"] == before[name]["state"]
    mark = watch.mark()
    # And they outlive it.
    client = watch.client
    for owner in set(owners.values()):
        wait_for(lambda: not any(
            f"0x{owner:x}" in line
            for line in zookeeper.word("dump").decode().splitlines()), 60,
            "end of the old session")
    assert client.connected
    assert not watch.refresh().since(mark, "deleted")


def test_a_damaged_board_is_an_empty_one(
        zookeeper, start_redis, make_agent, watch):
    redis, watch, agent = running(zookeeper, start_redis, make_agent, watch)
    board = os.path.join(agent.run_dir, "board")

    def make_older():
        """What the agent before this layout would have left."""
        with open(board, "r+b") as file:
            head = file.read(12)
            file.seek(8)
            file.write((int.from_bytes(head[8:12], "little") - 1)
                       .to_bytes(4, "little"))
    for damage in (make_older, lambda: os.truncate(board, 100),
                   lambda: open(board, "wb").write(os.urandom(65536)),
                   lambda: os.unlink(board)):
        mark = watch.mark()
        agent.kill()
        agent.assert_gone(20)
        damage()
        agent.start(60)
        agent.wait_ready(60)
        watch.refresh().assert_quiet(mark)
