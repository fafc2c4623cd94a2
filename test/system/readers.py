"""Other people's readers of presence trees: Prometheus, and Curator under
test/readers/CuratorReader.java. packaging/get-readers unpacks them into
build/readers; where it could not, what needs them skips."""
import json
import os
import shutil
import subprocess
import threading
import urllib.request

import pytest

from agent import ROOT
from servers import (PATIENCE, Server, die_with_parent, free_port, wait_for)

UNPACKED = os.path.join(ROOT, "build/readers/usr")
CURATOR_JARS = ["curator-client", "curator-framework", "curator-recipes",
                "curator-x-discovery", "guava", "jackson-annotations",
                "jackson-core", "jackson-databind", "slf4j-api",
                "slf4j-simple", "zookeeper", "zookeeper-jute"]


def program(name):
    """Its path, or the test is skipped."""
    unpacked = os.path.join(UNPACKED, "bin", name)
    found = unpacked if os.path.exists(unpacked) else shutil.which(name)
    if found is None:
        pytest.skip(f"no {name}: packaging/get-readers did not get it")
    return found


def jar(name):
    for place in (f"{UNPACKED}/share/java", "/usr/share/java"):
        if os.path.exists(f"{place}/{name}.jar"):
            return f"{place}/{name}.jar"
    pytest.skip(f"no {name}.jar: packaging/get-readers did not get it")


# --- Prometheus -----------------------------------------------------------
class ZooKeeperJobs:
    """A prometheus.yml whose jobs discover in ZooKeeper, as docs/consumers.md
    has it: `jobs` is name -> ("nerve" or "serverset", path). JSON is YAML."""

    def __init__(self, directory, servers, jobs):
        self.path = os.path.join(directory, "prometheus.yml")
        # Targets are found and not scraped: they are nobody's addresses.
        drop = {"source_labels": ["__address__"], "action": "drop"}
        with open(self.path, "w") as file:
            json.dump({"scrape_configs": [
                {"job_name": job,
                 f"{kind}_sd_configs": [{"servers": servers.split(","),
                                         "paths": [path]}],
                 "relabel_configs": [drop]}
                for job, (kind, path) in jobs.items()]}, file)

    def ask_promtool(self, job):
        """What promtool discovers in two seconds: a list of labels."""
        done = subprocess.run(
            [program("promtool"), "check", "service-discovery",
             "--timeout=2s", self.path, job],
            capture_output=True, text=True, timeout=60 * PATIENCE)
        assert done.returncode == 0, done.stdout + done.stderr
        return meta(found["discoveredLabels"]
                    for found in json.loads(done.stdout) or [])


def meta(targets):
    """The address and what discovery told, by address."""
    return sorted(
        ({key: value for key, value in labels.items()
          if key == "__address__" or key.startswith("__meta_")}
         for labels in targets), key=lambda labels: labels["__address__"])


class Prometheus(Server):
    """A Prometheus on loopback, to be asked what it has discovered."""

    def __init__(self, config):
        self.program = program("prometheus")
        super().__init__()
        self.config = config
        self.port = 0

    def prepare(self, is_first):
        if is_first:
            self.port = free_port()
        return [self.program, f"--config.file={self.config.path}",
                f"--storage.tsdb.path={self.directory}/data",
                f"--web.listen-address=127.0.0.1:{self.port}"], None

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}",
                                    timeout=5) as answer:
            return answer.read()

    def answers(self):
        return b"Ready" in self.get("/-/ready")

    def targets(self, job):
        data = json.loads(self.get("/api/v1/targets?state=dropped"))["data"]
        return meta(target["discoveredLabels"]
                    for target in data["droppedTargets"]
                    if target["discoveredLabels"]["job"] == job)


# --- Curator --------------------------------------------------------------
class Curator:
    """Curator's service discovery; `seen` is what it said last of "names",
    "query", "strict" and "cache"."""

    def __init__(self, servers, base, service):
        jars = ":".join(jar(name) for name in CURATOR_JARS)
        self.seen = {}
        self.process = subprocess.Popen(
            ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1",
             "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel="
             "warn", "-cp", jars,
             os.path.join(ROOT, "test/readers/CuratorReader.java"),
             servers, base, service],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=die_with_parent)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            said = json.loads(line)
            self.seen[said["what"]] = said["seen"]

    def addresses(self, what="cache"):
        """{"host:port"} once it has said something, else None."""
        if what not in self.seen:
            return None
        return {f"{one['address']}:{one['port']}" for one in self.seen[what]}

    def wait(self, addresses, what="cache"):
        wait_for(lambda: self.addresses(what) == set(addresses), 30,
                 f"{what} of {addresses}, not {self.seen}")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()
