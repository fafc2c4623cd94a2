"""The watcher's log: every event of the state tree, as a consumer saw it."""
import contextlib
import json
import socket
import threading
import time

from kazoo.handlers.threading import SequentialThreadingHandler
from kazoo.protocol.states import KazooState

from watch import Watch


# A ZooKeeper that begins may take a connection and never answer on it.
SILENT_SECONDS = 2
# kazoo's own pauses between its tries grow to a minute.
RETRY = {"max_tries": -1, "delay": 0.1, "backoff": 1, "max_delay": 0.5}


class Line(SequentialThreadingHandler):
    """kazoo's handler, which knows how to hang up."""

    def __init__(self):
        super().__init__()
        self.socket = None
        self.since = 0

    def create_connection(self, *args, **options):
        self.socket = super().create_connection(*args, **options)
        self.since = time.monotonic()
        return self.socket

    def is_old(self):
        return self.socket is not None \
            and time.monotonic() > self.since + SILENT_SECONDS

    def hang_up(self):
        line, self.socket = self.socket, None
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


class Watched(Watch):
    """A Watch that writes down what it sees, and while it sees nothing."""

    def __init__(self, log, servers, root):
        self.log = log
        self.line = Line()
        self.ended = threading.Event()
        super().__init__(servers, root, handler=self.line,
                         connection_retry=RETRY)
        self.client.add_listener(self._on_connection)
        self.patience = threading.Thread(target=self._lose_patience,
                                         daemon=True)
        self.patience.start()

    def close(self):
        self.ended.set()
        self.patience.join(30)
        super().close()

    def _lose_patience(self):
        """Else it would wait for a session's length."""
        while not self.ended.wait(SILENT_SECONDS / 4):
            if not self.client.connected and self.line.is_old():
                self.line.hang_up()

    def _on_connection(self, state):
        self.log.add("connected" if state == KazooState.CONNECTED
                     else "blind")

    def _record(self, what, path, data, stat):
        super()._record(what, path, data, stat)
        event = self.events[-1]
        if path.count("/") != self._depth() or path.endswith("/.agent"):
            return
        self.log.add(what, event.time, name=path.rsplit("/", 1)[1], path=path,
                     czxid=event.czxid, mzxid=event.mzxid,
                     owner=f"0x{event.owner:x}", **told(data))


def told(data):
    """What of a node's data the checker and the report use."""
    try:
        node = json.loads(data)
        return {key: node.get(key) for key in ("state", "reason", "detail")}
    except (ValueError, AttributeError):
        return {"state": None, "reason": None, "detail": None}
