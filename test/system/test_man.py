"""The manual pages say what the programs say, and mandoc finds no fault."""
import glob
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PAGES = sorted(glob.glob(os.path.join(ROOT, "docs", "man", "*.[158]")))
XR = re.compile(r"referenced manual not found: Xr (\S+) (\d)")


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
    """It looks for other pages among those installed; ours lie here."""
    said = subprocess.run(["mandoc", "-T", "lint", page], text=True,
                          capture_output=True, timeout=60).stdout
    for name, section in XR.findall(said):
        assert f"{name}.{section}" in map(os.path.basename, PAGES)
    assert [line for line in said.splitlines() if not XR.search(line)] == []


@pytest.mark.parametrize("page", PAGES, ids=os.path.basename)
def test_each_page_is_mdoc(page):
    with open(page, encoding="utf-8") as file:
        assert file.readline().startswith(".Dd ")
