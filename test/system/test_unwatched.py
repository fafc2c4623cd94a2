"""Where instances are listed, the agent tells which servers run beside them.
It looks a minute after its start, so this file is slow and has one test."""
import signal

from servers import wait_for


def lines_about(agent, redis):
    return [line for line in agent.tail(1000000).splitlines()
            if "event=server_unwatched" in line
            and f"addr={redis.addr}" in line]


def test_what_runs_and_is_not_watched_is_told(start_redis, make_agent):
    listed, other = start_redis(), start_redis()
    agent = make_agent({"mine": listed}).start(60)
    silent = make_agent({"mine": listed}, settings={"discover": "off"})
    silent.start(60)
    assert agent.status()["agent"]["unwatched"] == 0
    wait_for(lambda: lines_about(agent, other), 120, "word of the other one")
    wait_for(lambda: agent.status()["agent"]["unwatched"] > 0, 20, "its count")
    assert not lines_about(agent, listed)
    assert [one["name"] for one in agent.status()["instances"]] == ["mine"]
    count = agent.status()["agent"]["unwatched"]
    # Once it is listed it is watched, and counted at once.
    agent.settings["instances"].append({"name": "other", "addr": other.addr})
    agent.write_config()
    agent.signal(signal.SIGHUP)
    wait_for(lambda: agent.status()["agent"]["unwatched"] == count - 1, 30,
             "one fewer")
    agent.wait_state("other", "up")
    assert len(lines_about(agent, other)) == 1
    assert silent.status()["agent"]["unwatched"] == 0
    assert "server_unwatched" not in silent.tail(1000000)
