"""Without a list the agent finds the servers of its host and observes them."""
import signal

from servers import wait_for


def by_address(agent):
    return {instance["addr"]: instance
            for instance in agent.status()["instances"]}


def test_servers_nobody_listed_are_found_and_observed(
        start_redis, make_agent):
    tcp, unix = start_redis(), start_redis(unix=True)
    agent = make_agent(settings={"discover": "on"}).start(60)
    for redis in (tcp, unix):
        found = wait_for(lambda: by_address(agent).get(redis.addr), 60,
                         f"find of {redis.addr}")
        agent.wait_state(found["name"], "up")
    assert by_address(agent)[tcp.addr]["name"] == \
        f"redis-{tcp.addr.rsplit(':', 1)[1]}"
    agent.wait_ready()


def test_a_server_that_is_listed_is_not_found_again(start_redis, make_agent):
    redis = start_redis()
    agent = make_agent({"mine": redis}, settings={"discover": "on"}).start(60)
    agent.wait_ready(60)  # the first search is over then
    same = [instance["name"] for instance in agent.status()["instances"]
            if instance["addr"] == redis.addr]
    assert same == ["mine"]


def test_a_reload_that_ends_the_search_forgets_the_finds(
        start_redis, make_agent):
    redis = start_redis()
    listed = start_redis()
    agent = make_agent({"mine": listed},
                       settings={"discover": "on"}).start(60)
    wait_for(lambda: redis.addr in by_address(agent), 60, "find")
    agent.settings["discover"] = "off"
    agent.write_config()
    agent.signal(signal.SIGHUP)
    wait_for(lambda: [one["name"] for one in agent.status()["instances"]]
             == ["mine"], 30, "the listed one alone")


def restart(agent):
    agent.kill()
    agent.assert_gone(20)
    agent.start(60)


def test_finds_outlive_the_agent_and_no_watcher_sees_it(
        zookeeper, start_redis, make_agent, watch):
    redis, gone = start_redis(), start_redis()
    watch = watch(zookeeper)
    agent = make_agent(None, zookeeper.servers,
                       settings={"discover": "on"}).start(60)
    name, late = (wait_for(lambda at=at: by_address(agent).get(at.addr), 60,
                           f"find of {at.addr}")["name"]
                  for at in (redis, gone))
    for found in (name, late):
        watch.wait_state(found, "up", 30)
    assert agent.instance(name)["discovered"]
    gone.kill()
    watch.wait_state(late, "down", agent.bound_seconds())
    mark = watch.refresh().mark()
    restart(agent)
    agent.wait_ready(60)
    now = agent.status()["round"]["number"]
    wait_for(lambda: agent.status()["round"]["number"] >= now + 3, 60,
             "three more rounds")
    watch.refresh().assert_quiet(mark, [name, late])
    assert agent.state(late) == "down"  # not forgotten
    agent.signal(signal.SIGHUP)
    wait_for(lambda: agent.status()["config"]["reloads"] == 1, 30, "reload")
    assert agent.state(late) == "down"
    watch.refresh().assert_quiet(mark, [name, late])
    gone.restart()
    watch.wait_state(late, "up", agent.bound_seconds())
