"""ZooKeeper's protocol by hand: thousands of sessions in one process, and a
client that costs next to nothing, as the floor of what is measured.

Only what the bench asks: to open and resume a session, to ping, to create
ephemeral nodes many in a transaction, to read with a watch, to write, to close.
"""
import contextlib
import selectors
import socket
import struct
import time

CREATE, GET, SET, PING, MULTI, CLOSE = 1, 4, 5, 11, 14, -11
EVENT_XID, PING_XID = -1, -2
ALL_RIGHTS = 31
EPHEMERAL = 1
NO_SESSION = (0, bytes(16))
ANSWER_SECONDS = 60
OPENINGS_AT_ONCE = 200
TAKE_OVER_TRIES = 20


def buffer(data):
    return struct.pack(">i", len(data)) + data


def framed(body):
    return buffer(body)


def request(xid, kind, body=b""):
    return framed(struct.pack(">ii", xid, kind) + body)


def creation(path, data, flags=EPHEMERAL):
    acl = (struct.pack(">ii", 1, ALL_RIGHTS) + buffer(b"world")
           + buffer(b"anyone"))
    return buffer(path.encode()) + buffer(data) + acl + struct.pack(">i", flags)


def multi(xid, paths, data):
    """Creates all of these in one transaction."""
    body = b"".join(struct.pack(">i?i", CREATE, False, -1)
                    + creation(path, data) for path in paths)
    return request(xid, MULTI, body + struct.pack(">i?i", -1, True, -1))


def opening(timeout_ms, session=NO_SESSION):
    return framed(struct.pack(">iqiq", 0, 0, timeout_ms, session[0])
                  + buffer(session[1]) + b"\0")


class NoSession(AssertionError):
    """The session asked for is over."""


class Session:
    """One session over one blocking connection."""

    def __init__(self, address, timeout_ms, session=NO_SESSION):
        self.socket = socket.create_connection(address, ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send(opening(timeout_ms, session))
        self.take_opened(self.receive())

    def take_opened(self, answer):
        self.negotiated_ms, number = struct.unpack_from(">iq", answer, 4)
        self.identity = (number, answer[20:36])
        if self.negotiated_ms == 0:
            raise NoSession("ZooKeeper opens no session for us")

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """One frame, without its length."""
        length = struct.unpack(">i", self.receive_bytes(4))[0]
        return self.receive_bytes(length)

    def receive_bytes(self, count):
        data = b""
        while len(data) < count:
            chunk = self.socket.recv(count - len(data))
            if not chunk:
                raise OSError("ZooKeeper closed the connection")
            data += chunk
        return data

    def answer(self, xid):
        """(error code, what follows) of the answer to that request, or of
        an event; events that come before it are lost."""
        while True:
            frame = self.receive()
            number, _, code = struct.unpack_from(">iqi", frame)
            if number == xid:
                return code, frame[16:]

    def ask(self, kind, body=b"", xid=1):
        self.send(request(xid, kind, body))
        code, rest = self.answer(xid)
        if code != 0:
            raise AssertionError(f"ZooKeeper answered {code}")
        return rest

    def get(self, path, is_watched=False):
        """The node's bytes; with a watch the next change is an event."""
        rest = self.ask(GET, buffer(path.encode())
                        + (b"\1" if is_watched else b"\0"))
        length = struct.unpack_from(">i", rest)[0]
        return rest[4:4 + max(0, length)]

    def set(self, path, data):
        self.ask(SET, buffer(path.encode()) + buffer(data)
                 + struct.pack(">i", -1))

    def wait_event(self, seconds):
        """When the next event came, wall clock."""
        self.socket.settimeout(seconds)
        self.answer(EVENT_XID)
        came = time.time()
        self.socket.settimeout(ANSWER_SECONDS)
        return came

    def make(self, path):
        """A persistent, empty node and its parents."""
        for end in [i for i in range(1, len(path)) if path[i] == "/"] \
                + [len(path)]:
            self.send(request(1, CREATE, creation(path[:end], b"", 0)))
            self.answer(1)

    def make_many(self, paths, data, at_once=100):
        """Ephemeral ones, in transactions of `at_once` one after another."""
        for first in range(0, len(paths), at_once):
            self.send(multi(1, paths[first:first + at_once], data))
            code, _ = self.answer(1)
            if code != 0:
                raise AssertionError(f"ZooKeeper answered {code}")

    def end(self):
        """Closes the session, and with it its nodes are gone."""
        with contextlib.suppress(OSError):
            self.send(request(1, CLOSE))
            self.answer(1)
        self.socket.close()


def end_session(address, identity):
    """Another client ends a session: what its owner sees is an expiry. The
    owner takes its session back as soon as its connection is gone: so the
    end is sent in one breath with the opening, and again until there is no
    such session."""
    with contextlib.suppress(NoSession):
        for _ in range(TAKE_OVER_TRIES):
            with contextlib.suppress(OSError), socket.create_connection(
                    address, ANSWER_SECONDS) as peer:
                session = Session.__new__(Session)
                session.socket = peer
                peer.sendall(opening(10000, identity) + request(1, CLOSE))
                session.take_opened(session.receive())
                session.answer(1)
        raise AssertionError("a session could not be ended")


class Crowd:
    """Sessions by the thousand, pinged as the C library does: three times in
    their time-out."""

    def __init__(self, address, timeout_ms):
        self.address = address
        self.timeout_ms = timeout_ms
        self.sessions = []

    def open(self, count):
        """Opens so many more; gives back the seconds it took."""
        begun = time.monotonic()
        while count > 0:
            some = min(count, OPENINGS_AT_ONCE)
            self.sessions += self.handshakes([NO_SESSION] * some)
            count -= some
            self.ping_due()
        return time.monotonic() - begun

    def resume(self, identities):
        """The sessions of a crowd whose connections are gone."""
        for first in range(0, len(identities), OPENINGS_AT_ONCE):
            self.sessions += self.handshakes(
                identities[first:first + OPENINGS_AT_ONCE])

    def handshakes(self, identities):
        """All of them under way together."""
        opened = []
        with selectors.DefaultSelector() as selector:
            for identity in identities:
                session = Session.__new__(Session)
                session.socket = socket.create_connection(self.address,
                                                          ANSWER_SECONDS)
                session.send(opening(self.timeout_ms, identity))
                selector.register(session.socket, selectors.EVENT_READ,
                                  session)
            while selector.get_map():
                events = selector.select(ANSWER_SECONDS)
                if not events:
                    raise AssertionError("a handshake was not answered")
                for key, _ in events:
                    selector.unregister(key.fileobj)
                    key.data.take_opened(key.data.receive())
                    key.data.pinged = time.monotonic()
                    opened.append(key.data)
        return opened

    def ping_due(self, silent_s=None):
        """Pings all who were silent for so long, a third of their time if
        it is not said, in one burst."""
        due = time.monotonic() - (self.timeout_ms / 3000
                                  if silent_s is None else silent_s)
        silent = [session for session in self.sessions
                  if session.pinged < due]
        for session in silent:
            session.send(request(PING_XID, PING))
            session.pinged = time.monotonic()
        for session in silent:
            session.answer(PING_XID)

    def close(self):
        for session in self.sessions:
            session.socket.close()
        self.sessions = []
