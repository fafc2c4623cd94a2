"""The watcher's log: every event of the state tree, as a consumer saw it."""
import json

from kazoo.protocol.states import KazooState

from watch import Watch


class Watched(Watch):
    """A Watch that writes down what it sees, and while it sees nothing."""

    def __init__(self, log, servers, root):
        self.log = log
        super().__init__(servers, root)
        self.client.add_listener(self._on_connection)

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
