"""libzookeeper while it hangs, crashes, ends the process or leaks: it costs
the one process that uses it, and no watcher sees anything."""
import os
import signal
import time

import pytest

from agent import BUILD
from publisher import Deletions, client, start, wait_quiet, wait_state
from servers import PATIENCE

__all__ = ["client", "start"]  # fixtures

PRELOAD = os.path.join(BUILD, "test", "fault", "sick_zookeeper.so")
# How the publisher ends: a wedged loop by its dead-man, a wedged thread of
# the library by an answer that is overdue.
FATAL = {"abort": {"signal": signal.SIGABRT},
         "segfault": {"signal": signal.SIGSEGV}, "exit": {"code": 1}}
WEDGED_LOOP = {"signal": signal.SIGKILL}
WEDGED_THREAD = {"code": 70}
# The dead-man's time and a heartbeat, or the same for an answer.
REPLACE_SECONDS = 4.5


class Sickness:
    def __init__(self, directory):
        self.file = os.path.join(directory, "sickness")

    def order(self, place, deed):
        with open(self.file + ".new", "w") as file:
            file.write(f"{place} {deed}\n")
        os.rename(self.file + ".new", self.file)

    def is_over(self):
        return not os.path.exists(self.file)

    def environment(self):
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": PRELOAD, "SICK_ZOOKEEPER": self.file,
                "ASAN_OPTIONS": sanitizer + ":verify_asan_link_order=0"
                                            ":handle_abort=0:handle_segv=0"}


@pytest.fixture
def sickness(workspace):
    return Sickness(workspace)


@pytest.fixture
def patient(start, own_zookeeper, sickness):
    """Two instances up, published and quiet."""
    # In its run directory: nowhere else may a publisher remove a file.
    publisher = start(environment=sickness.environment(), session_ms=15000,
                      run_dir=os.path.dirname(sickness.file))
    for index in (0, 1):
        publisher.claim(index, "up")
        publisher.wait("published", instance=index)
    publisher.wait_steady()
    wait_quiet(own_zookeeper, 0.3)
    return publisher


def end_of(place, deed):
    if deed in FATAL:
        return FATAL[deed]
    return WEDGED_THREAD if place == "completion" else WEDGED_LOOP


def assert_unseen(patient, client, deletions):
    """After the successor is steady: the right states, the same nodes."""
    wait_state(client, patient.path(0), "down")
    wait_state(client, patient.path(1), "up")
    for each in deletions:
        each.assert_none()


@pytest.mark.parametrize("deed", ["hang", "spin", *FATAL])
@pytest.mark.parametrize("place", ["write", "completion"])
def test_a_fault_at_a_write_costs_one_process(patient, client, sickness,
                                              place, deed):
    """With "hang" at "write" the loop is wedged while the library's thread
    heartbeats: the session lives on, and its nodes would say so for ever."""
    deletions = [Deletions(client, patient.path(index)) for index in (0, 1)]
    mark, begun = patient.mark(), time.monotonic()
    sickness.order(place, deed)
    patient.claim(0, "down")
    patient.wait("exit", mark, **end_of(place, deed))
    assert time.monotonic() - begun < REPLACE_SECONDS * PATIENCE
    assert sickness.is_over()
    patient.say("start")
    patient.wait_steady(mark)
    assert_unseen(patient, client, deletions)


def test_a_call_taken_and_denied_costs_one_process(patient, client, sickness):
    """Without memory the library may say no and call back all the same: into
    memory of a call that was answered, if its publisher went on."""
    deletions = [Deletions(client, patient.path(index)) for index in (0, 1)]
    mark = patient.mark()
    sickness.order("taken", "deny")
    patient.claim(0, "down")
    patient.wait("exit", mark, **FATAL["abort"])
    assert sickness.is_over()
    patient.say("start")
    patient.wait_steady(mark)
    assert_unseen(patient, client, deletions)


@pytest.mark.parametrize("deed", ["hang", "spin", *FATAL])
def test_a_fault_at_its_start_costs_one_process(patient, client, sickness,
                                                deed):
    deletions = [Deletions(client, patient.path(index)) for index in (0, 1)]
    mark = patient.mark()
    sickness.order("init", deed)
    patient.signal(signal.SIGKILL)
    patient.wait("exit", mark, signal=signal.SIGKILL)
    patient.claim(0, "down")
    mark = patient.mark()
    patient.say("start")
    patient.wait("exit", mark, **end_of("init", deed))
    assert sickness.is_over()
    patient.say("start")
    patient.wait_steady(mark)
    assert_unseen(patient, client, deletions)


def test_a_library_without_a_thread_costs_one_process(patient, client,
                                                      sickness):
    """It asserts that it has its threads; where assertions are compiled out
    it waits for them for ever."""
    deletions = [Deletions(client, patient.path(index)) for index in (0, 1)]
    mark = patient.mark()
    patient.signal(signal.SIGKILL)
    patient.wait("exit", mark, signal=signal.SIGKILL)
    patient.claim(0, "down")
    sickness.order("thread", "refuse")
    mark = patient.mark()
    patient.say("start")
    ended = patient.wait("exit", mark)
    assert ended["signal"] in (signal.SIGABRT, signal.SIGKILL), ended
    assert sickness.is_over()
    patient.say("start")
    patient.wait_steady(mark)
    assert_unseen(patient, client, deletions)


@pytest.mark.parametrize("deed", ["hang", "spin", *FATAL])
def test_a_fault_at_its_end_leaves_no_node(patient, client, sickness, deed):
    """The nodes are deleted before the session is closed."""
    mark, begun = patient.mark(), time.monotonic()
    sickness.order("close", deed)
    patient.say("withdraw")
    ended = patient.wait("exit", mark)
    assert time.monotonic() - begun < 2 * PATIENCE
    assert sickness.is_over()
    assert ended["signal"] != 0 or ended["code"] in (1, 73), ended
    for index in (0, 1):
        assert client.exists(patient.path(index)) is None


@pytest.mark.parametrize("place", ["write", "completion"])
def test_a_leak_stops_nothing(patient, client, sickness, place):
    deletions = [Deletions(client, patient.path(index)) for index in (0, 1)]
    mark = patient.mark()
    sickness.order(place, "leak")
    patient.claim(0, "down")
    patient.wait("published", mark, instance=0, claim_version=2)
    assert sickness.is_over()
    assert_unseen(patient, client, deletions)
    assert patient.heard("exit") == []
