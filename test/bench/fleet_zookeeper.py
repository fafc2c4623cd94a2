"""The one ZooKeeper all agents share, and what it tells of itself."""
import contextlib
import os
import re
import subprocess
import time

from agent import Process
from servers import ZooKeeper, wait_for

# ZooKeeper's own default, of which expiries are multiples.
TICK_MS = 2000
# Connections that may wait to be accepted. ZooKeeper's default is 50: who
# comes then is dropped, and the kernel tries again after 1, 3, 7 seconds.
BACKLOG = 4096
# A session in the answer to `cons`: since when it is connected, and its id.
CONNECTION = re.compile(r"sid=0x([0-9a-f]+),.*?est=(\d+)")


class FleetZooKeeper(ZooKeeper):
    """Counts what it serves; every figure is its own word."""

    def __init__(self):
        super().__init__(tick_ms=TICK_MS)
        self.set_backlog(BACKLOG)

    def set_backlog(self, connections):
        """From its next start on; None: ZooKeeper's default."""
        self.settings = {} if connections is None \
            else {"clientPortListenBacklog": connections}

    @property
    def address(self):
        return "127.0.0.1", self.port

    def counters(self):
        """mntr as a dict of numbers; its words are left out."""
        found = {}
        for line in self.word("mntr").decode().splitlines():
            key, _, value = line.partition("\t")
            with contextlib.suppress(ValueError):
                found[key.removeprefix("zk_")] = float(value)
        return found

    def connections(self):
        """session id -> when its connection was accepted, wall clock."""
        text = self.word("cons", seconds=30).decode()
        return {int(sid, 16): int(est) / 1000
                for sid, est in CONNECTION.findall(text)}

    def forget_counters(self):
        """Latencies and handshakes count from now on."""
        self.word("srst")

    def wait_ephemerals(self, count, seconds):
        """Until so many stand, and the moment they did (wall clock)."""
        def stand():
            now = time.time()
            return now if self.counters()["ephemerals_count"] == count \
                else None
        return wait_for(stand, seconds, f"{count} ephemeral nodes")

    def heap_mb(self):
        """What lives in its heap after a full collection; None without a
        jcmd, which a JDK brings and a JRE does not."""
        total = 0
        try:
            for command in ("GC.run", "GC.heap_info"):
                told = subprocess.run(
                    ["jcmd", str(self.pid), command], check=True,
                    capture_output=True, text=True, timeout=30).stdout
            for line in told.splitlines():
                if "generation" in line:
                    total += int(re.search(r"used (\d+)K", line).group(1))
        except (OSError, subprocess.SubprocessError, AttributeError):
            return None
        return total / 1024

    def cpu_seconds(self):
        """With its ended threads, of which it has many."""
        return Process(self.pid).cpu_ticks / os.sysconf("SC_CLK_TCK")
