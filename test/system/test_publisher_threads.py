"""The publisher under the thread sanitizer: the library's thread and ours
meet in one queue, and nowhere else."""
import glob
import os
import shutil
import subprocess

import pytest
from kazoo.client import KazooClient

from agent import ROOT
from publisher import Publisher
from servers import private_directory, wait_for

PROGRAM = os.path.join(ROOT, "build/thread/sentinel-publisher")


@pytest.fixture(scope="module")
def program():
    """The publisher with the sanitizer in; a second build does nothing."""
    made = subprocess.run(
        ["make", "-C", ROOT, "--no-print-directory", "SAN=thread", "CC=gcc",
         "build/thread/sentinel-publisher"], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return PROGRAM


@pytest.fixture
def sanitized(program, own_zookeeper, state_path):
    """(publisher, reports): what the sanitizer wrote, as one text."""
    directory = private_directory()
    # Not all of these kernels' address spaces suit the sanitizer: without
    # randomised mappings they do.
    publisher = Publisher(
        own_zookeeper, state_path, instances=60, program=program,
        heartbeat_ms=200, prefix=["setarch", "-R"], environment={
            "TSAN_OPTIONS": f"exitcode=0:log_path={directory}/report"})

    def reports():
        text = ""
        for path in glob.glob(f"{directory}/report*"):
            with open(path, errors="replace") as file:
                text += file.read()
        return text
    yield publisher, reports
    publisher.close()
    shutil.rmtree(publisher.run_dir, True)
    shutil.rmtree(directory, True)


def test_a_publishers_whole_life_has_no_race(sanitized, own_zookeeper):
    publisher, reports = sanitized
    for round_number in range(5):
        mark = publisher.mark()
        for index in range(60):
            publisher.claim(index, "up" if round_number % 2 == 0 else "down")
        for index in range(60):
            publisher.wait("published", mark, instance=index)
    client = KazooClient(hosts=own_zookeeper.servers)
    client.start(timeout=30)
    for index in range(60):
        client.delete(publisher.path(index))
    wait_for(lambda: all(client.exists(publisher.path(index))
                         for index in range(60)), 20, "all restored")
    client.stop()
    publisher.replace()
    mark = publisher.mark()
    own_zookeeper.restart()
    publisher.wait("session", mark, 30, state="suspended")
    publisher.wait_through("session", mark, 60, state="steady")
    mark = publisher.mark()
    publisher.say("withdraw")
    assert publisher.wait("exit", mark)["code"] == 0
    assert reports() == ""


def test_the_sanitizer_is_at_work(program):
    """What shows no race must be able to show one: its runtime is there."""
    needed = subprocess.run(["ldd", program], capture_output=True, text=True)
    assert "libtsan" in needed.stdout
