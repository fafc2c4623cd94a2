"""Instances configured by name, with a resolver of the system that hangs,
crashes, lies or changes its mind: it costs only whom it concerns."""
import os
import signal
import time

import pytest

from agent import BUILD
from servers import free_port, wait_for

PRELOAD = os.path.join(BUILD, "test", "fault", "fake_resolver.so")
DEEP_STACKS = os.path.join(BUILD, "test", "fault", "deep_stacks.so")
LOOKUP_SECONDS = 5  # until a lookup counts as one that failed


class Resolver:
    """What the resolver of every process of the agent does, by name; see
    test/fault/fake_resolver_so.c."""

    def __init__(self, directory):
        self.file = os.path.join(directory, "resolver")
        self.orders = {}

    def set(self, **orders):
        self.orders.update(orders)
        with open(self.file + ".new", "w") as file:
            for name, order in self.orders.items():
                file.write(f"{name} {order}\n")
        os.rename(self.file + ".new", self.file)

    def environment(self):
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": PRELOAD, "FAKE_RESOLVER": self.file,
                "ASAN_OPTIONS": sanitizer + ":verify_asan_link_order=0"}


@pytest.fixture
def resolver(workspace):
    return Resolver(workspace)


@pytest.fixture
def make_named(make_agent, resolver):
    """make_named(instances, ...): an agent whose resolver is ours."""
    def make(instances, **options):
        agent = make_agent(instances, **options)
        agent.environment.update(resolver.environment())
        return agent
    return make


def by_name(name, redis):
    return f"{name}:{redis.port}"


def resolvers(agent):
    """Processes that look names up."""
    found = []
    for process in agent.helpers("sentinel-prober"):
        with open(f"/proc/{process.pid}/cmdline", "rb") as file:
            if b"resolve" in file.read().split(b"\0"):
                found.append(process)
    return found


def wait_detail(agent, name, words, seconds=15):
    return wait_for(lambda: words in agent.instance(name)["detail"], seconds,
                    f"detail {words!r} of {name}")


def test_a_name_is_resolved_and_its_server_is_up(
        start_redis, make_named, resolver):
    redis = start_redis()
    resolver.set(db1="127.0.0.1")
    agent = make_named({"one": by_name("db1", redis)}).start()
    agent.wait_state("one", "up")
    wait_for(lambda: not resolvers(agent), 5, "resolver that has left")


def test_a_pool_whose_threads_have_deep_stacks_fits_into_the_resolver(
        start_redis, make_named, resolver):
    """It would be ended by libuv itself (1.50): "the lookup crashes"."""
    redis = start_redis()
    resolver.set(db1="127.0.0.1")
    agent = make_named({"one": by_name("db1", redis)})
    agent.environment["LD_PRELOAD"] += ":" + DEEP_STACKS
    agent.start()
    agent.wait_state("one", "up")
    assert "resolver_ended" not in agent.tail()


def test_the_first_probe_waits_for_the_lookup_and_is_not_refused_before(
        start_redis, make_named, resolver):
    redis = start_redis()
    resolver.set(db1="127.0.0.1")
    agent = make_named({"one": by_name("db1", redis)}).start()
    agent.wait_state("one", "up")
    assert agent.instance("one")["counters"]["bad"] == 0
    assert 'to="unknown"' not in agent.tail() and "to=unknown" not in \
        agent.tail()


def test_an_unknown_name_is_unknown_by_dns_and_moves_nobody(
        start_redis, make_named, resolver):
    redis = start_redis()
    resolver.set(db1="127.0.0.1", db2="none", db3="again")
    agent = make_named({"one": by_name("db1", redis),
                        "two": by_name("db2", redis),
                        "three": by_name("db3", redis),
                        "four": redis}).start()
    agent.wait_state("one", "up")
    agent.wait_state("four", "up")
    agent.wait_state("two", "unknown")
    agent.wait_state("three", "unknown")
    for name in ("two", "three"):
        assert agent.instance(name)["reason"] == "dns"
    wait_detail(agent, "two", "no such host")
    wait_detail(agent, "three", "name servers do not answer")


def test_four_names_that_hang_starve_no_fifth(
        start_redis, make_named, resolver):
    redis = start_redis()
    resolver.set(db1="hang", db2="hang", db3="hang", db4="hang",
                 db5="127.0.0.1")
    instances = {f"at{n}": by_name(f"db{n}", redis) for n in range(1, 6)}
    agent = make_named(instances).start()
    begun = time.monotonic()
    agent.wait_state("at5", "up")
    assert time.monotonic() - begun < LOOKUP_SECONDS - 1
    for n in range(1, 5):
        agent.wait_state(f"at{n}", "unknown")
        assert agent.instance(f"at{n}")["reason"] == "dns"
    # It is given up, and tried again; and what hung may heal.
    resolver.set(db1="127.0.0.1")
    agent.wait_state("at1", "up", 3 * LOOKUP_SECONDS)
    assert agent.state("at5") == "up"
    assert agent.instance("at5")["counters"]["agent"] == 0


def test_a_name_that_hangs_later_is_up_at_its_last_address_and_says_so(
        start_redis, make_named, resolver):
    redis = start_redis()
    resolver.set(db1="127.0.0.1", db2="127.0.0.1")
    agent = make_named({"one": by_name("db1", redis),
                        "two": by_name("db2", redis)}).start()
    agent.wait_state("one", "up")
    resolver.set(db1="hang")
    agent.signal(signal.SIGHUP)  # looks all names up again
    wait_detail(agent, "one", "last", 3 * LOOKUP_SECONDS)
    assert agent.state("one") == "up"
    assert agent.instance("two")["detail"] == ""
    resolver.set(db1="127.0.0.1")
    wait_for(lambda: agent.instance("one")["detail"] == "",
             3 * LOOKUP_SECONDS, "detail that is gone")
    assert agent.instance("one")["counters"]["changes"] <= 1


def test_a_successor_whose_lookups_hang_goes_where_probes_went_before(
        start_redis, make_named, resolver, zookeeper, watch):
    redis = start_redis()
    resolver.set(db1="127.0.0.1")
    agent = make_named({"one": by_name("db1", redis)},
                       zookeeper=zookeeper.servers).start()
    watch = watch(zookeeper)
    watch.wait_state("one", "up")
    agent.wait_ready().wait_settled()
    before = watch.refresh().node("one")
    mark = watch.mark()
    resolver.set(db1="hang")
    agent.kill()
    agent.assert_gone(20)
    agent.start(60)
    agent.wait_ready(60)
    outcomes = agent.instance("one")["counters"]
    assert outcomes["agent"] == 0
    assert watch.refresh().node("one").data == before.data, "other bytes"
    # The lookup has failed: now it is the last address, and says so.
    wait_detail(agent, "one", "last address", 3 * LOOKUP_SECONDS)
    assert agent.state("one") == "up"
    watch.refresh().assert_quiet(mark)
    assert "to=unknown" not in agent.tail()
    # And once more: what was remembered is remembered on.
    agent.kill()
    agent.assert_gone(20)
    agent.start(60)
    agent.wait_ready(60)
    wait_detail(agent, "one", "last address", 3 * LOOKUP_SECONDS)
    watch.refresh().assert_quiet(mark)


@pytest.mark.parametrize("order", ["crash", "babble"])
def test_a_name_that_kills_the_resolver_costs_only_itself(
        start_redis, make_named, resolver, order):
    redis = start_redis()
    resolver.set(db1="127.0.0.1", db2=order, db3="127.0.0.1")
    instances = {f"at{n}": by_name(f"db{n}", redis) for n in range(1, 4)}
    agent = make_named(instances).start()
    agent.wait_state("at1", "up")
    agent.wait_state("at3", "up")
    agent.wait_state("at2", "unknown")
    assert agent.instance("at2")["reason"] == "dns"
    wait_detail(agent, "at2", "crashes")
    resolver.set(db2="127.0.0.1")
    agent.wait_state("at2", "up", 3 * LOOKUP_SECONDS)


def test_a_name_that_moves_is_followed_as_soon_as_its_old_server_is_gone(
        start_redis, make_named, resolver):
    old = start_redis()
    new = start_redis(host="127.0.0.2", port=old.port)
    resolver.set(db1="127.0.0.1")
    agent = make_named({"one": by_name("db1", old)}).start()
    agent.wait_state("one", "up")
    first = agent.instance("one")["run_id"]
    resolver.set(db1="127.0.0.2")
    old.kill()
    wait_for(lambda: agent.instance("one")["run_id"] not in ("", first), 10,
             "another run_id")
    agent.wait_state("one", "up", 5)
    assert new.pid


def test_an_address_that_refuses_is_not_the_end_if_the_name_has_more(
        start_redis, make_named, resolver):
    redis = start_redis(host="127.0.0.2")
    resolver.set(db1="127.0.0.3,127.0.0.4,127.0.0.2")
    agent = make_named({"one": by_name("db1", redis)}).start()
    agent.wait_state("one", "up")
    # Lists that turn around are no reason to go anywhere.
    resolver.set(db1="127.0.0.4,127.0.0.2,127.0.0.3")
    agent.signal(signal.SIGHUP)
    # The console is another one after a reload: it may be gone for a moment.
    rounds = wait_for(lambda: agent.instance("one"))["counters"]["rounds"]
    wait_for(lambda: agent.instance("one")["counters"]["rounds"] > rounds + 3,
             10, "rounds")
    assert agent.instance("one")["counters"]["bad"] == 0
    redis.kill()
    agent.wait_state("one", "down")
    assert agent.instance("one")["reason"] == "refused"


def test_sigterm_while_every_lookup_hangs_ends_all_in_two_seconds(
        make_named, resolver):
    resolver.set(db1="hang", db2="hang")
    port = free_port()
    agent = make_named({"one": f"db1:{port}", "two": f"db2:{port}"}).start()
    wait_for(lambda: resolvers(agent), 10, "resolver")
    begun = time.monotonic()
    agent.terminate()
    assert time.monotonic() - begun < 2.5


def test_a_reload_forgets_no_address_and_looks_up_only_who_is_named(
        start_redis, make_named, resolver):
    redis = start_redis()
    resolver.set(db1="127.0.0.1", db2="127.0.0.1")
    agent = make_named({"one": by_name("db1", redis)}).start()
    agent.wait_state("one", "up")
    resolver.set(db1="hang")
    agent.settings["instances"].append(
        {"name": "two", "addr": by_name("db2", redis)})
    agent.write_config()
    agent.signal(signal.SIGHUP)
    agent.wait_state("two", "up")
    assert agent.state("one") == "up"
    agent.settings["instances"] = [{"name": "three", "addr": redis.addr}]
    agent.write_config()
    agent.signal(signal.SIGHUP)
    agent.wait_state("three", "up")
    wait_for(lambda: not resolvers(agent), 5, "no resolver")


def test_zookeepers_names_are_resolved_for_the_publisher(
        start_redis, make_named, resolver, zookeeper, watch):
    port = zookeeper.port
    resolver.set(zk1="127.0.0.1", zk2="none")
    agent = make_named({"one": start_redis()},
                       zookeeper=f"zk2:{port},zk1:{port}").start()
    watch(zookeeper).wait_state("one", "up")
    assert f"servers=127.0.0.1:{port}\n" in agent.tail()


def test_a_server_whose_name_hangs_does_not_keep_the_others_waiting(
        start_redis, make_named, resolver, zookeeper, watch):
    port = zookeeper.port
    resolver.set(zk1="hang", zk2="127.0.0.1", zk3="hang", zk4="hang",
                 zk5="hang")
    servers = ",".join(f"zk{n}:{port}" for n in range(1, 6))
    begun = time.monotonic()
    agent = make_named({"one": start_redis()}, zookeeper=servers).start()
    watch(zookeeper).wait_state("one", "up")
    assert time.monotonic() - begun < LOOKUP_SECONDS - 1


def test_a_publisher_that_is_replaced_while_lookups_hang_finds_its_server(
        start_redis, make_named, resolver, zookeeper, watch):
    resolver.set(zk1="127.0.0.1")
    agent = make_named({"one": start_redis()},
                       zookeeper=f"zk1:{zookeeper.port}").start()
    watch(zookeeper).wait_state("one", "up")
    session = agent.status()["zookeeper"]["session_id"]
    resolver.set(zk1="hang")
    agent.helper("sentinel-publisher").signal(signal.SIGKILL)
    wait_for(lambda: "event=session_resuming" in agent.tail(), 10,
             "publisher that resumes")
    wait_for(lambda: agent.status()["zookeeper"]["state"] == "steady", 10,
             "steady session")
    assert agent.status()["zookeeper"]["session_id"] == session
