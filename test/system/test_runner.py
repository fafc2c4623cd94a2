"""The runner of the tests: what it counts, and what it plays once more."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# pylint: disable=wrong-import-position
from results import Job, count                                  # noqa: E402
from steadiness import LATE_SECONDS, Steadiness                 # noqa: E402

JUNIT = """<testsuites><testsuite>
<testcase name="good"/>
<testcase name="bad[a: b]"><failure/></testcase>
<testcase name="broken"><error/></testcase>
<testcase name="left_out"><skipped message="no root"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def played(workspace):
    job = Job("test/x.py", ["pytest", "test/x.py"], "pytest")
    job.junit = os.path.join(workspace, "x.xml")
    with open(job.junit, "w") as file:
        file.write(JUNIT)
    job.trouble = "nobody ran for 1.2 s"
    count(job, 1)
    return job


def test_each_test_of_pytest_counts(played):
    assert played.passed == ["test/x.py: good"]
    assert played.failed == ["test/x.py: bad[a: b]", "test/x.py: broken"]
    assert played.skipped == [("test/x.py: left_out", "no root")]


def test_only_what_failed_is_played_again(played):
    assert played.may_be_excused()
    assert played.again().argv == ["pytest", "test/x.py::bad[a: b]",
                                   "test/x.py::broken"]


def test_on_a_steady_machine_nothing_is_excused(played):
    played.trouble = ""
    assert not played.may_be_excused()


@pytest.mark.parametrize("words", [
    "==7==ERROR: AddressSanitizer: heap-use-after-free",
    "src/x.c:7:3: runtime error: signed integer overflow",
    "==7==ERROR: LeakSanitizer: detected memory leaks"])
def test_no_crash_is_excused(played, words):
    played.output = f"F\n{words}\n"
    assert not played.may_be_excused()


def test_a_file_that_did_not_come_to_its_end_is_not_excused(played):
    played.passed, played.failed = [], []
    count(played, 2)
    assert "test/x.py: exit code 2" in played.failed
    assert not played.may_be_excused()


def test_what_does_not_pass_the_second_time_has_failed(played):
    """It failed again, or was skipped, or did not run."""
    again = played.again()
    again.passed = ["test/x.py: broken"]
    played.settle(again)
    assert played.failed == ["test/x.py: bad[a: b]"]
    assert played.passed == ["test/x.py: good", "test/x.py: broken"]
    assert "test/x.py: broken" in played.replayed


def test_what_is_found_only_the_second_time_has_failed(played):
    again = played.again()
    again.passed = list(played.failed)
    again.failed = ["test/x.py: exit code 3"]
    played.settle(again)
    assert played.failed == ["test/x.py: exit code 3"]


def test_other_programs_are_not_excused():
    job = Job("unit", ["unit"])
    job.output = "ok 1 - one\nnot ok 2 - two\n1..2\n"
    job.trouble = "nobody ran for 1.2 s"
    count(job, 1)
    assert job.failed == ["unit: two"]
    assert not job.may_be_excused()


def test_a_plan_that_is_not_kept_is_a_failure():
    job = Job("unit", ["unit"])
    job.output = "ok 1 - one\n1..2\n"
    count(job, 0)
    assert job.failed == ["unit: 2 tests planned, 1 seen"]


def test_a_machine_that_stood_still_is_told():
    steadiness = Steadiness()
    before = steadiness.mark()
    steadiness.gaps.append((before[0] + 1, 2 * LATE_SECONDS))
    assert "nobody ran for 1.0 s" in steadiness.trouble_since(before)
    after = (before[0] + 2, *before[1:])
    assert "nobody ran" not in steadiness.trouble_since(after)


def test_what_a_hypervisor_takes_is_told():
    steadiness = Steadiness()
    at, stolen, everything = steadiness.mark()
    assert "taken from us" in steadiness.trouble_since(
        (at, stolen - 2000, everything - 10000))
