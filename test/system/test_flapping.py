"""An instance that comes and goes without end: whoever relies on it hears of
each end at once, and nobody is kept running by its returns."""
import time

from publisher import client, running, start, wait_state
from servers import wait_for

__all__ = ["client", "running", "start"]  # fixtures

FREE_WRITES = 20      # DAMPER_WRITES
AGAIN_SECONDS = 3     # DAMPER_AGAIN_MS
AT_ONCE_SECONDS = 2   # one held back would come after AGAIN_SECONDS
PACE_SECONDS = 0.1    # of a load: quicker than what is damped is written


def writes_most(seconds):
    """The free ones, and for each later one that may be made again an up and
    the down that follows it."""
    return FREE_WRITES + 2 * (int(seconds / AGAIN_SECONDS) + 2)


def says(client, path, state):
    return f'"state":"{state}"'.encode() in client.get(path)[0]


def test_claims_that_flap_are_damped_and_no_down_waits(running, client):
    path = running.path(0)
    before = client.get(path)[1]
    begun = time.monotonic()
    for turn in range(60):
        running.claim(0, "down")
        asked = time.monotonic()
        wait_for(lambda: says(client, path, "down"), 5, "down at once")
        assert time.monotonic() - asked < AT_ONCE_SECONDS
        running.claim(0, "up")
        if turn < FREE_WRITES / 2:
            wait_state(client, path, "up", 5)
        else:
            time.sleep(PACE_SECONDS)
    # The damper now holds the last up back, and lets go of it soon.
    wait_state(client, path, "up", AGAIN_SECONDS + 1)
    after = client.get(path)[1]
    spent = time.monotonic() - begun
    assert after.czxid == before.czxid
    assert FREE_WRITES <= after.version - before.version <= writes_most(spent)
    running.wait("published", instance=0, claim_version=1 + 2 * 60)
    # A lease that runs out is no good news: it waits for nothing.
    for _ in range(20):
        running.claim(0, "down")
        running.claim(0, "up")
    wait_state(client, path, "up", AGAIN_SECONDS + 1)
    running.say("starve")
    wait_state(client, path, "unknown", 3)


def test_a_flapping_redis_ends_in_its_last_state(
        zookeeper, start_redis, make_agent, watch):
    redis = {"flapping": start_redis(), "calm": start_redis()}
    watch = watch(zookeeper)
    # A Redis that gets no CPU for a while is no flap either.
    agent = make_agent(
        {"flapping": redis["flapping"],
         "calm": {"addr": redis["calm"].addr, "timeout": "5s"}},
        zookeeper.servers, settings={
            "interval": "100ms", "timeout": "300ms", "fall": 1})
    agent.start()
    for name in redis:
        watch.wait_state(name, "up", 30)
    agent.wait_ready().wait_settled()
    mark, begun = watch.mark(), time.monotonic()
    before = watch.client.exists(watch.node("flapping").path)
    for _ in range(25):
        redis["flapping"].kill()
        wait_for(lambda: watch.state("flapping") != "up", 5, "its end")
        redis["flapping"].restart()
        agent.wait_state("flapping", "up", 10)
    watch.wait_state("flapping", "up", AGAIN_SECONDS + agent.bound_seconds())
    spent = time.monotonic() - begun
    after = watch.client.exists(watch.node("flapping").path)
    assert after.czxid == before.czxid
    # Each end may be told twice: refused, then as it looks when it starts.
    assert after.version - before.version <= 2 * writes_most(spent)
    assert "unknown" not in watch.states("flapping", mark) \
        or "this host is short of CPU" in agent.tail(1000000)
    watch.refresh().assert_quiet(mark, ["calm"])
