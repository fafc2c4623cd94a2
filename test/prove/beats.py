"""When probes arrive at a Redis that nobody breaks, by its own word.

MONITOR tells every command with the server's clock and the asker's address.
What does not come from the oracle is the agent's. So an instance that waits
because its neighbour is broken is seen without asking the agent.
"""
import re
import threading
import time

LINE = re.compile(rb"^\+?(\d+\.\d+) \[\d+ [^\]]*:(\d+)\]")
APART = 0.02    # nearer ones are one flight
STEP = 0.2      # how often to look whether the row is over


class Beats:
    """Writes {"what": "beat", "name", "t"} for each probe, "listening" from
    the first moment on, and "deaf" while it has no connection."""

    def __init__(self, log, name, connect, is_ours):
        """`is_ours(port)` knows the suite's own connections."""
        self.log = log
        self.name = name
        self.connect = connect
        self.is_ours = is_ours
        self.offset = time.monotonic() - time.time()
        self.last = 0
        self.end = threading.Event()
        self.is_listening = threading.Event()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        self.is_listening.wait(10)

    def close(self):
        self.end.set()
        self.thread.join(30)

    def _listen(self):
        while not self.end.is_set():
            try:
                with self.connect(STEP) as peer:
                    self._follow(peer)
            except OSError:
                pass  # it is not there: tried again
            if self.is_listening.is_set() and not self.end.is_set():
                self.log.add("deaf", name=self.name)
                self.is_listening.clear()
            self.end.wait(STEP)

    def _follow(self, peer):
        peer.sendall(b"MONITOR\r\n")
        rest = b""
        while not self.end.is_set():
            try:
                chunk = peer.recv(65536)
            except TimeoutError:
                continue
            if not chunk:
                return
            if not self.is_listening.is_set():
                self.log.add("listening", name=self.name)
                self.is_listening.set()
            *lines, rest = (rest + chunk).split(b"\r\n")
            for line in lines:
                self._hear(line)

    def _hear(self, line):
        found = LINE.match(line)
        if found and not self.is_ours(int(found.group(2))):
            t = float(found.group(1)) + self.offset
            if t - self.last > APART:
                self.last = t
                self.log.add("beat", t, name=self.name)
