"""A ZooKeeper that lies to as many connections as it is told to, each in one
of DEEDS' ways, and hands all others through to a real one."""
import struct

from go_between import GoBetween

SESSION = 0x4d
PASSWORD = b"p" * 16
HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" * 4


def frame(data):
    return struct.pack(">i", len(data)) + data


def handshake(session=SESSION, timeout_ms=15000):
    return frame(struct.pack(">iiqi16s?", 0, timeout_ms, session, 16,
                             PASSWORD, False))


def reply(xid, data=b"", code=0):
    return frame(struct.pack(">iqi", xid, 1, code) + data)


# What is said to a client that has said hello; then nothing more.
DEEDS = {
    "another session": handshake(),
    "no timeout": handshake(timeout_ms=0),
    "a timeout below nothing": handshake(timeout_ms=-5),
    "a timeout of a month": handshake(timeout_ms=2 ** 31 - 1),
    "no session": handshake(session=0),
    "an http server": HTTP,
    "a length below nothing": struct.pack(">i", -1) + b"x" * 64,
    "a huge length": struct.pack(">i", 2 ** 31 - 1) + b"x" * 64,
    "half a handshake": handshake()[:20],
    "a surplus reply": handshake() + reply(12345),
    "a reply of nonsense": handshake() + frame(b"\xff" * 40),
    "an empty reply": handshake() + frame(b""),
    "then a length below nothing": handshake() + struct.pack(">i", -7),
    "then a huge length": handshake() + struct.pack(">i", 2 ** 31 - 1),
    "then garbage": handshake() + bytes(range(256)) * 8,
    "then the end": handshake() + b"END",
    "a watch of nowhere": handshake() + reply(-1, struct.pack(
        ">iii", 3, 3, 2 ** 30)),
}


class Liar(GoBetween):
    def __init__(self, server):
        self.deeds = []  # one for each connection to come
        self.told = 0
        super().__init__(server)

    def lie(self, deed, times=1):
        self.deeds += [deed] * times

    def serve(self, peer):
        try:
            deed = self.deeds.pop(0)
        except IndexError:
            super().serve(peer)
            return
        peer.recv(65536)
        self.told += 1
        peer.sendall(DEEDS[deed])
        if deed == "then the end":
            return
        while peer.recv(65536):
            pass
