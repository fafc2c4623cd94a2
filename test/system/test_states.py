"""Every row of the table of docs/probing.md: a real server is brought into
that state, and one probe tells it, in time and twice in the same words; it
heals, and a probe tells that too."""
import re

import pytest

from agent import Process
from driver import SLACK_MS, TIMEOUT_MS, drive
from servers import PATIENCE, wait_for
from states import MODES_BIND, STATES, Stage, found_in, is_as

# An instance's configuration, as the supervisor orders it of a prober.
OPTIONS = {"user": "--user", "password_file": "--password-file",
           "ca": "--tls-ca", "cert": "--tls-cert", "key": "--tls-key",
           "server_name": "--tls-server-name"}


@pytest.fixture
def stage(workspace):
    with Stage(workspace) as stage:
        yield stage


def options_of(subject):
    """The order of a deep probe of this subject."""
    access = dict(subject.access)
    known = dict(subject.known)
    options = ["--deep"]
    if access.pop("canary", True):
        options.append("--canary")
    if "max_lag" in access:
        options += ["--max-lag-ms", 1000 * int(access.pop("max_lag")[:-1])]
    if "max_gap" in access:
        options += ["--max-gap", 1024 * int(access.pop("max_gap")[:-2])]
    if "tls" in access:
        options.append("--tls")
        access.update(access.pop("tls"))
        if access.pop("verify", True) is False:
            options.append("--tls-no-verify")
    if known.pop("was_loading", False):
        options.append("--was-loading")
    if known.pop("is_cluster", False):
        options.append("--cluster")
    if "pid" in known:
        known["process"] = Process(known.pop("pid"))
    if "process" in known:
        process = known.pop("process")
        options += ["--pid", process.pid, "--start-ticks", process.start]
    for key, value in access.items():
        options += [OPTIONS[key], value]
    assert not known
    return options


def probe(addr, options, count=1):
    results, end, code = drive("--timeout-ms", TIMEOUT_MS, "--repeat", count,
                               *options, addr, under=MODES_BIND)
    assert (code, end["end"], end["code"]) == (0, "exit", 0)
    for result in results:
        assert result["ms"] <= (TIMEOUT_MS + SLACK_MS) * PATIENCE
    return results


def wait_healed(subject, options, expected):
    """Healing may take a while, as a replica's first copy does."""
    last = []

    def is_healed():
        last[:] = [found_in(probe(subject.addr, options)[0])]
        return is_as(last[0], expected)
    try:
        wait_for(is_healed)
    except AssertionError:
        raise AssertionError(f"not healed:\n{last[0]}") from None


def assert_found(result, expected):
    found = found_in(result)
    assert is_as(found, expected), f"\n{found}, not\n{expected}"
    assert len(found.detail) <= 160
    assert re.fullmatch("[ -~]*", found.detail)


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_state_is_told(stage, state):
    subject = state.bring(stage)
    if subject.then:
        subject.then()
    options = options_of(subject)
    first, second = probe(subject.addr, options, 2)
    assert_found(first, state.found)
    assert_found(second, state.found)
    assert first["detail"] == second["detail"]
    for secret in stage.secrets:
        assert secret not in str(first) + str(second)
    if subject.undo:
        subject.undo()
        wait_healed(subject, options, state.healed)


@pytest.mark.parametrize(
    "reason", ["agent", "refused", "dns", "backlog", "tls", "reset",
               "protocol", "maxclients", "protected", "auth", "loading",
               "timeout", "busy", "masterdown", "clusterdown", "shutdown",
               "misconf", "oom", "noreplicas", "paused", "syncing",
               "link_down", "lag", "replica", "master", "other"])
def test_reason_has_a_server(reason):
    assert reason in {state.found.reason for state in STATES.values()}
