"""A watcher of the state tree that needs no word of the agent.

It follows every node under a root with ZooKeeper's own watches and writes
down what it saw: time, what, path, data, czxid, mzxid, owner. One-shot
watches can merge two changes of a node into one event, but never hide a
deletion: a node made anew has another czxid.
"""
import json
import logging
import threading
import time
from collections import namedtuple

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException, NoNodeError
from kazoo.handlers.threading import KazooTimeoutError
from kazoo.protocol.states import EventType

from servers import wait_for

# A lost connection is often what a test is about.
logging.getLogger("kazoo").setLevel(logging.CRITICAL)

SWEEP_SECONDS = 0.25
REQUEST_SECONDS = 5
Event = namedtuple("Event", "time what path data czxid mzxid owner")


class Watch:
    """`events` holds what was seen, oldest first; `what` is created,
    changed or deleted. Times are of time.monotonic(). `options` are those of
    kazoo's client."""

    def __init__(self, servers, root, session_seconds=60, **options):
        self.root = root.rstrip("/")
        self.lock = threading.RLock()
        self.events = []
        self.known = {}   # path -> its last Event
        self.sweeps = 0
        self.is_closed = False
        self.wake = threading.Event()
        self.client = KazooClient(hosts=servers, timeout=session_seconds,
                                  **options)
        self.client.start(timeout=30)
        self.client.ensure_path(self.root)
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()
        self.refresh()

    # --- what tests ask ---------------------------------------------------
    def mark(self):
        """A place in the record; hand it to the questions below."""
        with self.lock:
            return len(self.events)

    def since(self, mark=0, what=None, name=None):
        with self.lock:
            return [event for event in self.events[mark:]
                    if (what is None or event.what == what)
                    and (name is None or event.path.endswith(f"/{name}"))
                    and not event.path.endswith("/.agent")
                    and event.path.count("/") == self._depth()]

    def nodes(self):
        """The instances' nodes as they stand: name -> parsed JSON."""
        with self.lock:
            return {event.path.rsplit("/", 1)[1]: json.loads(event.data)
                    for event in self.known.values()
                    if event.path.count("/") == self._depth()
                    and not event.path.endswith("/.agent")}

    def node(self, name):
        """The last Event of one instance's node, or None."""
        with self.lock:
            for event in self.known.values():
                if event.path.endswith(f"/{name}") \
                        and event.path.count("/") == self._depth():
                    return event
        return None

    def states(self, name, mark=0):
        """The states one node went through since the mark, without
        repeats."""
        found = []
        for event in self.since(mark, name=name):
            state = "deleted" if event.what == "deleted" \
                else json.loads(event.data)["state"]
            if not found or found[-1] != state:
                found.append(state)
        return found

    def state(self, name):
        event = self.node(name)
        return json.loads(event.data)["state"] if event else None

    def wait_state(self, name, state, seconds=20):
        """The Event that showed this state."""
        def shown():
            event = self.node(name)
            if event and json.loads(event.data)["state"] == state:
                return event
            return None
        try:
            return wait_for(shown, seconds, f"state {state} in {name}")
        except AssertionError as error:
            raise AssertionError(f"{error}; nodes: {self.nodes()}") from None

    def wait_gone(self, seconds=20):
        wait_for(lambda: not self.nodes(), seconds, "end of the nodes")

    def assert_quiet(self, mark, names=None):
        """Since the mark no node was deleted or made anew, and none said
        another state."""
        deleted = [event for event in self.since(mark, "deleted")
                   if names is None or event.path.rsplit("/", 1)[1] in names]
        assert not deleted, f"deleted: {deleted}"
        with self.lock:
            before = {event.path: event for event in self.events[:mark]}
        for event in self.since(mark):
            if names and event.path.rsplit("/", 1)[1] not in names:
                continue
            old = before.get(event.path)
            if old is None:
                continue
            assert event.czxid == old.czxid, f"made anew: {event}"
            assert json.loads(event.data)["state"] \
                == json.loads(old.data)["state"], f"changed: {event}"

    def refresh(self, seconds=20):
        """Returns when all was read again, from now on."""
        mark = self.sweeps
        self.wake.set()
        # The sweep under way may have begun before: two more are enough.
        wait_for(lambda: self.sweeps >= mark + 2, seconds, "sweep")
        return self

    def close(self):
        self.is_closed = True
        self.wake.set()
        self.thread.join(30)
        self.client.stop()
        self.client.close()

    # --- following --------------------------------------------------------
    def _depth(self):
        # <root>/<cluster>/<host>/<name>
        return self.root.count("/") + 3

    def _follow(self):
        """One thread reads: when a watch fired, and every SWEEP_SECONDS in
        case one was lost with its connection."""
        while not self.is_closed:
            self.wake.clear()
            try:
                for path in list(self.known):
                    self._read(path)
                self._list(self.root)
                self.sweeps += 1
            except (KazooException, KazooTimeoutError):
                pass
            self.wake.wait(0 if self.wake.is_set() else SWEEP_SECONDS)

    def _on_event(self, event):
        """Called in kazoo's thread: a deletion is written down at once."""
        if event.type == EventType.DELETED:
            with self.lock:
                if event.path in self.known:
                    self._record("deleted", event.path, b"", None)
        if event.type != EventType.NONE:
            self.wake.set()

    def _record(self, what, path, data, stat):
        event = Event(time.monotonic(), what, path, data,
                      stat.czxid if stat else 0, stat.mzxid if stat else 0,
                      stat.ephemeralOwner if stat else 0)
        with self.lock:
            self.events.append(event)
            if what == "deleted":
                self.known.pop(path, None)
            else:
                self.known[path] = event

    def _read(self, path):
        """Reads a node and watches it; records what is new about it."""
        try:
            data, stat = self.client.get_async(
                path, watch=self._on_event).get(timeout=REQUEST_SECONDS)
        except NoNodeError:
            stat = None
        with self.lock:
            old = self.known.get(path)
            if old is not None and (not stat or old.czxid != stat.czxid):
                self._record("deleted", path, b"", None)
                old = None
            if stat and old is None:
                self._record("created", path, data, stat)
            elif stat and old.mzxid != stat.mzxid:
                self._record("changed", path, data, stat)

    def _list(self, path):
        """Lists a node's children, watches the list, reads what is new."""
        try:
            names = self.client.get_children_async(
                path, watch=self._on_event).get(timeout=REQUEST_SECONDS)
        except NoNodeError:
            return
        for name in names:
            child = f"{path}/{name}"
            if child not in self.known:
                self._read(child)
            if child.count("/") < self._depth():
                self._list(child)
