"""ZooKeeper's protocol by hand: thousands of sessions in one process, and a
client that costs next to nothing, as the floor of what is measured.

Only what the bench asks: to open and resume a session, to ping, to create
ephemeral nodes one by one or many in a transaction, to set a watch, to close.
"""
import contextlib
import selectors
import socket
import struct
import time

CREATE, EXISTS, PING, MULTI, CLOSE = 1, 3, 11, 14, -11
PING_XID = -2
ALL_RIGHTS = 31
EPHEMERAL = 1
NO_SESSION = (0, bytes(16))
ANSWER_SECONDS = 60
OPENINGS_AT_ONCE = 200


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
        if number == 0:
            raise AssertionError("ZooKeeper opens no session for us")

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
        """The error code of the answer to that request."""
        while True:
            number, _, code = struct.unpack_from(">iqi", self.receive())
            if number == xid:
                return code

    def ask(self, kind, body=b"", xid=1):
        self.send(request(xid, kind, body))
        code = self.answer(xid)
        if code != 0:
            raise AssertionError(f"ZooKeeper answered {code}")

    def end(self):
        """Closes the session, and with it its nodes are gone."""
        with contextlib.suppress(OSError):
            self.send(request(1, CLOSE))
            self.answer(1)
        self.socket.close()


def end_session(address, identity):
    """Another client ends a session: what its owner sees is an expiry."""
    Session(address, 10000, identity).end()


class Crowd:
    """Sessions by the thousand, each pinged three times in its time-out as
    the C library does."""

    def __init__(self, address, timeout_ms):
        self.address = address
        self.timeout_ms = timeout_ms
        self.sessions = []

    def open(self, count):
        """Opens so many more; gives back the seconds it took."""
        begun = time.monotonic()
        while count > 0:
            some = min(count, OPENINGS_AT_ONCE)
            self.sessions += self.open_at_once([NO_SESSION] * some)
            count -= some
            self.ping_due()
        return time.monotonic() - begun

    def open_at_once(self, identities):
        """All their handshakes under way together."""
        return [opened for opened, _ in self.handshakes(identities)]

    def handshakes(self, identities):
        """(session, when the server answered), all asked in one moment."""
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
                    opened.append((key.data, time.monotonic()))
        for session, _ in opened:
            session.pinged = time.monotonic()
        return opened

    def ping_due(self):
        """To be called often: pings who was silent for a third of its
        time."""
        due = time.monotonic() - self.timeout_ms / 3000
        for session in self.sessions:
            if session.pinged < due:
                session.send(request(PING_XID, PING))
                session.answer(PING_XID)
                session.pinged = time.monotonic()

    def close(self):
        for session in self.sessions:
            session.socket.close()
        self.sessions = []
