"""A reader of server-sent events, as a browser is one."""
import contextlib
import json
import select
import socket

from servers import PATIENCE, wait_for


def unchunk(data):
    """What the whole chunks hold, and whether the last one was there."""
    text = b""
    while b"\r\n" in data:
        size, rest = data.split(b"\r\n", 1)
        length = int(size, 16)
        if length == 0:
            return text, True
        if len(rest) < length + 2:
            break
        text += rest[:length]
        data = rest[length + 2:]
    return text, False


class Events:
    """An open /events/stream of `address`, a (host, port) or a socket's path.
    Nothing is read but in listen() and wait()."""

    def __init__(self, address, since=None, last_event_id=None, receive=None):
        is_path = isinstance(address, str)
        self.sock = socket.socket(socket.AF_UNIX if is_path
                                  else socket.AF_INET)
        if receive is not None:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.sock.settimeout(10 * PATIENCE)
        self.sock.connect(address)
        self.data = b""
        self.is_ended = False
        lines = ["GET /events/stream"
                 + (f"?since={since}" if since is not None else "")
                 + " HTTP/1.1", "Host: localhost"]
        if last_event_id is not None:
            lines.append(f"Last-Event-ID: {last_event_id}")
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def listen(self, seconds=0.05):
        """Takes what has come, or comes in this time."""
        ready, _, _ = select.select([self.sock], [], [], seconds)
        if ready and not self.is_ended:
            piece = b""
            with contextlib.suppress(ConnectionError):
                piece = self.sock.recv(65536)
            self.is_ended = not piece
            self.data += piece

    @property
    def code(self):
        """The answer's code; its header is waited for."""
        wait_for(lambda: b"\r\n\r\n" in self.data or self.listen(),
                 what="header of the stream")
        return int(self.data.split(b" ", 2)[1])

    @property
    def text(self):
        _, _, body = self.data.partition(b"\r\n\r\n")
        return unchunk(body)[0].decode("ascii")

    def messages(self):
        """What came whole: dicts of field and value; comments as `comment`."""
        found = []
        for block in self.text.split("\n\n")[:-1]:
            fields = {}
            for line in block.split("\n"):
                key, _, value = line.partition(":")
                fields[key or "comment"] = value.strip()
            found.append(fields)
        return found

    def changes(self):
        """The events' objects; each stands under its own id."""
        found = []
        for message in self.messages():
            if message.get("event") == "change":
                found.append(json.loads(message["data"]))
                assert found[-1]["id"] == int(message["id"])
        return found

    def is_told_of_loss(self):
        return any(message.get("event") == "lost"
                   for message in self.messages())

    def wait(self, wanted, seconds=20, what="event on the stream"):
        """Until wanted(changes) gives something true: that."""
        def look():
            self.listen()
            return wanted(self.changes())
        return wait_for(look, seconds, what)

    def wait_open(self):
        """Until the stream has said its first words; returns itself."""
        assert self.code == 200, self.data

        def look():
            self.listen()
            return "retry:" in self.text
        wait_for(look, what="first words of the stream")
        return self

    def wait_end(self, seconds=20):
        def look():
            self.listen()
            return self.is_ended
        wait_for(look, seconds, "end of the stream")

    def close(self):
        self.sock.close()
