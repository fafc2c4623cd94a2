"""What each Redis could answer when: asked by PING, past the agent.

A thread a server keeps one question open. A server counts as answering from
the answer that came within the agent's timeout; as not answering from its
last such answer, once the next one failed or is overdue.
"""
import socket
import threading
import time

STEP = 0.05  # between two questions: as exact as the oracle is


class Oracle:
    """Writes {"what": "answers" | "silent", "name", "t"} at each change; `t`
    of "silent" is the last answer's."""

    def __init__(self, log, timeout):
        self.log = log
        self.timeout = timeout
        self.end = threading.Event()
        self.threads = []
        self.ports = set()  # of its own end of each connection over TCP

    def follow(self, name, connect):
        """`connect(seconds)` gives a fresh connected socket, as
        Redis.connect. Returns when the first answer was written down."""
        asked = threading.Event()
        thread = threading.Thread(target=self._follow, daemon=True,
                                  args=(name, connect, asked))
        thread.start()
        self.threads.append(thread)
        asked.wait()

    def close(self):
        self.end.set()
        for thread in self.threads:
            thread.join(30)

    def _follow(self, name, connect, asked):
        last, was_answering, peer = time.monotonic(), None, None
        while True:
            is_answering, peer = self._ask(connect, peer)
            if is_answering:
                last = time.monotonic()
            if is_answering != was_answering:
                self.log.add("answers" if is_answering else "silent", last,
                             name=name)
            was_answering = is_answering
            asked.set()
            if self.end.wait(STEP):
                break
        if peer:
            peer.close()

    def _ask(self, connect, peer):
        """Asks once: whether it answered, and the connection to go on
        with."""
        try:
            if peer is None:
                peer = connect(self.timeout)
                self._remember(peer)
            peer.settimeout(self.timeout)
            peer.sendall(b"PING\r\n")
            # An error is an answer, too: what it means is the row's.
            if peer.recv(4096)[:1] in (b"+", b"-"):
                return True, peer
        except OSError:
            pass
        if peer:
            peer.close()
        return False, None

    def _remember(self, peer):
        if peer.family != socket.AF_UNIX:
            self.ports.add(peer.getsockname()[1])
