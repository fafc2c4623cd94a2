"""A ZooKeeper that lies to as many connections as it is told to, each in one
of DEEDS' ways, and hands all others through to a real one."""
import contextlib
import socket
import struct
import threading

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


class Liar:
    def __init__(self, server):
        self.server = server
        self.deeds = []  # one for each connection to come
        self.told = 0
        self.peers = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.servers = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def lie(self, deed, times=1):
        self.deeds += [deed] * times

    def hang_up(self):
        """Ends all connections there are."""
        for peer in list(self.peers):  # not those who come back meanwhile
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.close()
        self.hang_up()

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                self.peers.append(peer)
                serve = self._lie if self.deeds else self._pass
                threading.Thread(target=serve, args=[peer],
                                 daemon=True).start()

    def _lie(self, peer):
        deed = self.deeds.pop(0)
        with contextlib.suppress(OSError), peer:
            peer.recv(65536)
            self.told += 1
            peer.sendall(DEEDS[deed])
            if deed == "then the end":
                return
            while peer.recv(65536):
                pass

    def _pass(self, peer):
        with contextlib.suppress(OSError):
            host, port = self.server.servers.split(":")
            real = socket.create_connection((host, int(port)), 5)
            real.settimeout(None)
            self.peers.append(real)
            threading.Thread(target=copy, args=[real, peer],
                             daemon=True).start()
            copy(peer, real)


def copy(source, target):
    with contextlib.suppress(OSError):
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
