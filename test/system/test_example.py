"""The example configuration is the reference: it runs as it stands, and with
every option taken out of its comment it is right and holds every option of
the table with its default."""
import os
import re
import shutil
import subprocess

import pytest

from agent import BUILD
from servers import private_directory

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
AGENT = os.path.join(BUILD, "sentinel-agent")
FILES = ["zk.cred", "cache-1.pw", "our-ca.pem", "client.pem", "client.key"]
OPTION = re.compile(r"^(\s*)#(?=[a-z-])")
ROW = re.compile(r"^\| `([a-z_]+)` \| (.*) \| (?:`([^`]*)`|needed)? *\| ")


@pytest.fixture
def place():
    """A copy of etc/."""
    parent = private_directory()
    directory = os.path.join(parent, "etc")
    shutil.copytree(os.path.join(ROOT, "etc"), directory)
    yield directory
    shutil.rmtree(parent)


def check(path):
    return subprocess.run([AGENT, "-t", "-c", path], capture_output=True,
                          text=True, timeout=60)


def uncomment(path):
    with open(path, encoding="utf-8") as file:
        lines = [OPTION.sub(r"\1", line) for line in file]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)
    return "".join(lines)


def options():
    """Of the reference: (key, default or None)."""
    text = subprocess.run([AGENT, "--print-reference"], capture_output=True,
                          text=True, timeout=60, check=True).stdout
    return {(match.group(1), match.group(3))
            for match in map(ROW.match, text.splitlines()) if match}


def test_it_is_right_as_it_stands(place):
    ran = check(os.path.join(place, "sentinel-agent.yaml"))
    assert (ran.returncode, ran.stderr) == (0, "")


def test_it_is_right_with_every_option_in_force(place):
    path = os.path.join(place, "sentinel-agent.yaml")
    uncomment(path)
    for name in FILES:
        with open(os.open(os.path.join(place, name),
                          os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write("user:password\n")
    ran = check(path)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_no_option_of_the_table_lacks_and_each_default_is_true(place):
    text = uncomment(os.path.join(place, "sentinel-agent.yaml"))
    known = options()
    assert len(known) > 40
    missing = [key for key, _ in known
               if not re.search(rf"(^|[\s{{-]){key}:", text)]
    assert missing == []
    wrong = [(key, default) for key, default in known if default is not None
             and not re.search(rf"(^|[\s{{-]){key}: {re.escape(default)}(\s|$)",
                               text)]
    assert wrong == []


def test_the_lists_of_instances_are_right(place):
    path = os.path.join(place, "sentinel-agent.yaml")
    for name in os.listdir(os.path.join(place, "instances.d")):
        assert name.endswith(".yaml.example"), "nothing is in force unasked"
        old = os.path.join(place, "instances.d", name)
        os.rename(old, old[:-len(".example")])
    ran = check(path)
    assert (ran.returncode, ran.stderr) == (0, "")
    shown = subprocess.run([AGENT, "-T", "-c", path], capture_output=True,
                           text=True, timeout=60, check=True).stdout
    assert "queue-replica" in shown
