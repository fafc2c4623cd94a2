"""What ships the programs says the same everywhere: versions, the libraries a
container needs, a spec that rpm reads. That packages install, upgrade and purge
is test/packaging's."""
import os
import re
import shutil
import subprocess

import pytest

from agent import HELPERS, ROOT

PROGRAMS = ("sentinel-agent", *HELPERS, "sentinelctl")
LINKED = (*PROGRAMS, "sentinel-prober-tls.so")
RELEASE = os.path.join(ROOT, "build")
SPEC = os.path.join(ROOT, "packaging", "rpm", "sentinel-agent.spec")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def only(pattern, *path):
    found = re.search(pattern, read(*path), re.MULTILINE)
    assert found, f"{'/'.join(path)} has no {pattern}"
    return found.group(1)


def version():
    return only(r"^VERSION *:= *(\S+)$", "Makefile")


@pytest.mark.parametrize("pattern, path", [
    (r"^sentinel-agent \((\S+)\)", "packaging/debian/changelog"),
    (r"^Version: +(\S+)$", "packaging/rpm/sentinel-agent.spec"),
    (r"^## (\S+) - ", "CHANGELOG.md"),
    (r"sentinel-agent_([0-9.]+)_amd64.deb", "README.md"),
    (r"sentinel-agent_([0-9.]+)_amd64.deb", "docs/quickstart.md"),
    (r"sentinel-agent-([0-9.]+)\.tar\.gz", "packaging/rpm/sentinel-agent.spec"),
], ids=lambda value: value.rsplit("/", 1)[-1])
def test_the_version_is_that_of_the_makefile(pattern, path):
    assert only(pattern, path) == version()


def owner(library):
    """The package of a library that is here."""
    ran = subprocess.run(["dpkg-query", "-S", f"*/{library}"], text=True,
                         capture_output=True)
    return ran.stdout.split(":")[0]


def test_a_container_has_the_libraries_of_the_programs():
    if not shutil.which("dpkg-query"):
        pytest.skip("this is not Debian: nobody knows a library's package")
    if not os.path.exists(os.path.join(RELEASE, "sentinelctl")):
        pytest.skip("the release build is not there: make")
    needed = set()
    for program in LINKED:
        said = subprocess.run(["readelf", "-d", os.path.join(RELEASE, program)],
                              check=True, capture_output=True, text=True)
        needed |= set(re.findall(r"NEEDED.*\[(\S+)\]", said.stdout))
    installed = set(only(r"((?:.*\n)+?.*rm -rf /var/lib/apt)", "packaging",
                         "Containerfile").split())
    assert {owner(library) for library in needed} - installed <= {"libc6"}


def test_rpm_reads_the_spec():
    if not shutil.which("rpmspec"):
        pytest.skip("no rpmspec: install the package rpm")
    ran = subprocess.run(["rpmspec", "-P", SPEC], capture_output=True,
                         text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    user = read("packaging", "systemd", "sentinel-agent.sysusers")
    assert "u sentinel-agent " in user
    assert "useradd -r -g sentinel-agent -d /nonexistent" in ran.stdout
    assert "%{" not in re.sub(r"(?m)^#.*$", "", ran.stdout)
