"""Nothing grows: after 50 quick rounds with faults among them, tasks,
processes and descriptors are what they were."""
import collections
import os

import pytest

from servers import wait_for

ROUNDS = 50


def counts(agent):
    """name -> (how many processes, descriptors of all of them; None where
    the kernel shows those to root alone)."""
    found = collections.Counter()
    descriptors = collections.Counter()
    for member in agent.members():
        try:
            count = member.descriptors()
            if descriptors[member.name] is not None:
                descriptors[member.name] += count
        except PermissionError:
            descriptors[member.name] = None
        except OSError:
            return None
        found[member.name] += 1
    return {name: (found[name], descriptors[name]) for name in found}


def idle_counts(agent):
    """The counts between rounds: no probe in flight, seen twice alike."""
    def calm():
        before = counts(agent)
        tasks = agent.get("/tasks")
        probes = [task for task in tasks["tasks"]
                  if task["kind"] != "service"]
        after = counts(agent)
        return after if before == after and not probes else None
    return wait_for(calm, 30, "moment without probes")


def has_no_more(agent, before):
    """As many processes of each name, and no descriptor more: the console may
    have held a connection of ours when it was counted first."""
    now = idle_counts(agent)
    return now.keys() == before.keys() and all(
        count == before[name][0]
        and (descriptors is None or descriptors <= before[name][1])
        for name, (count, descriptors) in now.items())


def assert_balance(tasks):
    assert tasks["live"] == len(tasks["tasks"])
    assert tasks["started"] == \
        tasks["finished"] + tasks["reaped"] + tasks["live"], tasks
    probed = [task["instance"] for task in tasks["tasks"]
              if task["kind"] == "probe"]
    assert len(probed) == len(set(probed)), "two tasks for one instance"


def test_fifty_rounds_leave_nothing_behind(
        zookeeper, start_redis, make_agent, watch):
    redis = {f"r{i}": start_redis(unix=i % 2 == 1) for i in range(6)}
    watch = watch(zookeeper)
    agent = make_agent(redis, zookeeper.servers,
                       settings={"interval": "200ms",
                                 "timeout": "100ms"}).start()
    for name in redis:
        watch.wait_state(name, "up", 30)
    agent.wait_ready().wait_settled()
    wait_for(lambda: os.path.exists(os.path.join(agent.run_dir, "history")),
             20, "history that the console holds open")
    before = idle_counts(agent)
    tasks_before = agent.get("/tasks")["live"]
    start = agent.status()["round"]["number"]
    redis["r0"].kill()
    redis["r1"].stop()

    def rounds_done():
        assert_balance(agent.get("/tasks"))
        return agent.status()["round"]["number"] >= start + ROUNDS // 2
    wait_for(rounds_done, 120, "rounds with two faulty servers")
    watch.wait_state("r0", "down")
    watch.wait_state("r1", "down")
    redis["r0"].restart()
    redis["r1"].cont()
    start = agent.status()["round"]["number"]
    wait_for(rounds_done, 120, "rounds after healing")
    for name in redis:
        watch.wait_state(name, "up")

    wait_for(lambda: has_no_more(agent, before), 30, f"counts of {before}")
    wait_for(lambda: agent.get("/tasks")["live"] == tasks_before, 20,
             "as many tasks as before")
    if None in [descriptors for _, descriptors in before.values()]:
        pytest.skip("all but the descriptors was checked: our processes are "
                    "not dumpable, so only root may count those")


def test_every_round_has_one_outcome_for_each_instance(
        start_redis, make_agent):
    redis = {"good": start_redis(), "stopped": start_redis()}
    agent = make_agent(redis, settings={"interval": "200ms",
                                        "timeout": "100ms"}).start()
    agent.wait_state("good", "up")
    agent.wait_state("stopped", "up")
    redis["stopped"].stop()
    agent.wait_state("stopped", "down", agent.bound_seconds())

    def counted():
        return all(instance["counters"]["rounds"] >= 20
                   for instance in agent.status()["instances"])
    wait_for(counted, 60, "twenty rounds for both")
    for instance in agent.status()["instances"]:
        counters = instance["counters"]
        assert counters["rounds"] >= counters["good"] + counters["bad"] \
            + counters["agent"]
        is_starved = "this host is short of CPU" in agent.tail()
        assert counters["agent"] == 0 or is_starved, "a fault of ours was seen"
