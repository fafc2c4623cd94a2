"""Servers that misbehave: a socket, and what to do with each connection.

    with Hostile(lambda peer: peer.sendall(b"+PO")) as fake: ... fake.addr

A connection is closed when its function returns; use `reset` to close it with
a RST, `hold` to keep it open and silent, `drip` to send byte by byte.
"""
import contextlib
import socket
import ssl
import struct
import threading

RST = struct.pack("ii", 1, 0)
# What a healthy master answers to a deep flight.
REPLIES = b"+PONG\r\n*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n" \
    b"$13\r\nrole:master\r\n\r\n:0\r\n"
DENIED = b"-DENIED Redis is running in protected mode because protected " \
    b"mode is enabled and no password is set for the default user.\r\n"


class Hostile:
    """Accepts for ever, each connection in a thread of its own; with a
    `certificate` it speaks TLS before it misbehaves."""

    def __init__(self, serve, path=None, certificate=None, port=0):
        self.serve = serve
        self.tls = None
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate.certificate, certificate.key)
        self.accepted = 0
        self.ended = threading.Event()
        if path is None:
            self.listener = socket.socket()
            self.listener.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.bind(("127.0.0.1", port))
            self.addr = "127.0.0.1:%d" % self.listener.getsockname()[1]
        else:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
            self.addr = f"unix:{path}"
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while not self.ended.is_set():
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(peer,),
                             daemon=True).start()

    def _serve(self, peer):
        with peer, contextlib.suppress(OSError):
            if self.tls is None:
                self.serve(self, peer)
                return
            with self.tls.wrap_socket(peer, server_side=True) as opened:
                self.serve(self, opened)

    def hold(self, peer):
        """Keeps the connection, and says nothing, until the test ends."""
        self.ended.wait(60)

    def reset(self, peer):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
        peer.close()

    def drip(self, peer, data, seconds):
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in data:
            peer.send(bytes([byte]))
            if self.ended.wait(seconds):
                return

    def flood(self, peer, data):
        while not self.ended.is_set():
            peer.sendall(data)

    def close(self):
        self.ended.set()
        # A blocked accept wakes by shutdown, not by close.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@contextlib.contextmanager
def full_backlog(path=None, port=0):
    """A listener nobody accepts from, its queue full; gives its address."""
    with contextlib.ExitStack() as stack:
        family = socket.AF_INET if path is None else socket.AF_UNIX
        listener = stack.enter_context(socket.socket(family))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port) if path is None else path)
        listener.listen(0)
        for _ in range(4):
            peer = stack.enter_context(socket.socket(family))
            peer.setblocking(False)
            peer.connect_ex(listener.getsockname())
        if path is None:
            yield "127.0.0.1:%d" % listener.getsockname()[1]
        else:
            yield f"unix:{path}"


def after_request(data, then):
    """Reads the flight, sends `data`, goes on with `then`."""
    def serve(fake, peer):
        peer.recv(4096)
        peer.sendall(data)
        then(fake, peer)
    return serve


def leave(fake, peer):
    """Closes; all of the flight was read, so it is no reset."""


def half_close(fake, peer):
    peer.shutdown(socket.SHUT_WR)
    fake.hold(peer)


silent = after_request(b"", Hostile.hold)
reset_at_once = Hostile.reset
http_server = after_request(b"HTTP/1.1 400 Bad Request\r\n\r\n", leave)
array_bomb = after_request(b"*2147483647\r\n", Hostile.hold)
surplus_reply = after_request(REPLIES + b"+MORE\r\n", Hostile.hold)
closes_between = after_request(b"+PONG\r\n*3\r\n$6\r\nmas", leave)
protected_mode = after_request(DENIED, leave)
ugly_error = after_request(
    b"-\x1b[2J\x00\xff after 1234 ms \"'\\\r\n", Hostile.hold)


def endless_line(fake, peer):
    fake.flood(peer, b"+" + b"A" * 4096)


EMPTY_RDB = b"REDIS0009\xff" + bytes(8)


def half_a_write(fake, peer):
    """A master whose replica gets its first copy, and then of one write all
    but the end."""
    lines = peer.makefile("rb")
    for line in lines:
        word = line.strip().upper()
        if word in (b"PING", b"REPLCONF"):
            peer.sendall(b"+OK\r\n")
        elif word == b"PSYNC":
            peer.sendall(b"+FULLRESYNC " + b"a" * 40 + b" 0\r\n$%d\r\n"
                         % len(EMPTY_RDB) + EMPTY_RDB)
            peer.sendall(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$20000\r\n"
                         + b"x" * 10000)
            fake.hold(peer)
