"""The manual pages say what the programs say, and mandoc finds no fault."""
import glob
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PAGES = sorted(glob.glob(os.path.join(ROOT, "docs", "man", "*.[158]")))


def test_there_is_a_page_for_each_program_and_the_file():
    assert [os.path.basename(page) for page in PAGES] == [
        "sentinel-agent.8", "sentinel-agent.yaml.5", "sentinel-console.8",
        "sentinel-prober.8", "sentinel-publisher.8", "sentinelctl.1"]


def test_what_the_tables_say_is_not_stale():
    said = subprocess.run([os.path.join(ROOT, "packaging", "make-man"),
                           "--check"], capture_output=True, text=True,
                          timeout=120)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


@pytest.mark.parametrize("page", PAGES, ids=os.path.basename)
def test_mandoc_finds_no_fault(page):
    said = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page],
                          capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stdout) == (0, "")
