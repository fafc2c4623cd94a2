"""The prober's own work is nobody's silence: files that open slowly, and
authorities that are dear to read, cost their own instance at most."""
import json
import os

import pytest

from agent import BUILD
from certificates import Authority, tls_addr, tls_settings
from driver import drive, row
from hostile import Hostile
from servers import PATIENCE, wait_for

PRELOAD = os.path.join(BUILD, "test", "fault", "slow_open.so")
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
UP = ("master", "up", "yes", "yes")


def slow_open(part, wait_ms):
    """An environment in which open() of such a path takes so long."""
    sanitizer = os.environ.get("ASAN_OPTIONS", "")
    return {"LD_PRELOAD": PRELOAD, "SLOW_OPEN_PATH": part,
            "SLOW_OPEN_MS": str(wait_ms),
            "ASAN_OPTIONS": sanitizer + ":verify_asan_link_order=0"}


@pytest.fixture
def authority(workspace):
    return Authority(workspace)


@pytest.fixture
def password(workspace):
    path = os.path.join(workspace, "slow.pw")
    with open(path, "w") as file:
        file.write("s3cret\n")
    os.chmod(path, 0o600)
    return path


def told(watch, mark, names):
    """All that the nodes of these names said since: (state, reason)."""
    contents = [json.loads(event.data) for event in watch.since(mark)
                if event.data and event.path.rsplit("/", 1)[1] in names]
    return {(content["state"], content["reason"]) for content in contents}


def probed_again(agent, name, times):
    def attempts():
        return agent.instance(name)["counters"]["attempts"]
    first = attempts()
    wait_for(lambda: attempts() > first + times, 60)


def test_time_of_a_slow_file_is_given_back(start_redis, password):
    redis = start_redis({"requirepass": "s3cret"})
    results, _, code = drive(
        "--timeout-ms", 500, "--password-file", password, redis.addr,
        env={**os.environ, **slow_open("slow.pw", 520)})
    assert code == 0
    assert results[0]["state"] == "up"
    assert sum(results[0]["stage_us"].values()) < 400000 * PATIENCE


def test_silence_behind_a_slow_file_is_no_evidence(password):
    silent = Hostile(lambda hostile, peer: hostile.hold(peer))
    try:
        results, _, code = drive(
            "--timeout-ms", 300, "--password-file", password, silent.addr,
            env={**os.environ, **slow_open("slow.pw", 590)})
    finally:
        silent.close()
    assert code == 0
    assert row(results[0])[:2] == ("agent", "unknown")
    assert "slow.pw takes too long to open" in results[0]["detail"]


def test_neighbours_of_a_slow_file_stay_up(start_redis, make_agent, zookeeper,
                                           state_path, watch, authority,
                                           password):
    """Opening it takes longer than anybody's timeout."""
    right = authority.issue("right")
    redis = start_redis(tls_settings(authority, right))
    slow = start_redis({"requirepass": "s3cret"})
    trust = {"ca": authority.file, "server_name": "redis.internal"}
    sealed = {f"t{i}": {"addr": tls_addr(redis), "tls": trust}
              for i in range(12)}
    plain = {f"p{i}": redis for i in range(4)}
    agent = make_agent(
        {"slow": {"addr": slow.addr, "password_file": password},
         **sealed, **plain}, zookeeper=zookeeper.servers, state=state_path,
        settings={"interval": "2s", "timeout": "1s"})
    agent.environment.update(slow_open("slow.pw", 1040))
    seen = watch(zookeeper)
    agent.start()
    for name in [*sealed, *plain]:
        seen.wait_state(name, "up", 40)
    probed_again(agent, "t0", 4)
    states = {state for state, _ in told(seen, 0, {"slow", *sealed, *plain})}
    assert "down" not in states, told(seen, 0, {"slow", *sealed, *plain})


def times_hung(agent):
    return sum(ending["role"] == "prober" and ending["why"] == "hung"
               for ending in agent.get("/debug/procs")["endings"])


@pytest.mark.skipif(not os.path.exists(BUNDLE),
                    reason="needs the system's authorities")
def test_many_certificates_with_the_system_s_authorities_do_not_blink(
        start_redis, make_agent, workspace, zookeeper, state_path, watch,
        authority):
    """Each a context of its own, that would take 40 ms to make: all together
    a stall each time the authorities are new. One reading is none, but where
    a slow machine under a sanitizer takes very long for it. The timeout leaves
    room for a machine that has other things to do."""
    right = authority.issue("right")
    redis = start_redis(tls_settings(authority, right))
    bundle = os.path.join(workspace, "bundle.pem")

    def install():
        """As update-ca-certificates does it."""
        with open(bundle + ".new", "w") as file:
            for path in (BUNDLE, authority.file):
                with open(path) as part:
                    file.write(part.read())
        os.rename(bundle + ".new", bundle)

    install()
    names = []
    instances = {f"p{i}": redis for i in range(4)}
    for i in range(18):
        own = authority.issue(f"own{i}")
        names.append(f"t{i}")
        instances[f"t{i}"] = {
            "addr": tls_addr(redis), "tls": {
                "cert": own.certificate, "key": own.key,
                "server_name": "redis.internal"}}
    agent = make_agent(instances, zookeeper=zookeeper.servers,
                       state=state_path,
                       settings={"interval": "500ms", "timeout": "3s"})
    agent.environment["SSL_CERT_FILE"] = bundle
    seen = watch(zookeeper)
    agent.start()
    for name in instances:
        seen.wait_state(name, "up", 40)
    mark, hung = seen.mark(), times_hung(agent)
    for _ in range(3):
        install()
        probed_again(agent, "t17", 2)
    seen.assert_quiet(mark)
    assert times_hung(agent) - hung <= 1
