"""A service manager for tests: the socket behind $NOTIFY_SOCKET."""
import os
import select
import socket
import struct
import threading
import time

from servers import wait_for

CREDENTIALS = struct.Struct("iII")  # pid, uid, gid


class Manager:
    """Listens at `path`, or at an abstract name, and keeps each datagram as
    (time, pid of its sender, text). Not reading, it lets the socket fill."""

    def __init__(self, path, is_reading=True):
        self.path = path
        self.heard = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.bind("\0" + path[1:] if path[0] == "@" else path)
        self.end = os.eventfd(0)
        self.thread = threading.Thread(target=self.read, daemon=True)
        if is_reading:
            self.thread.start()

    def read(self):
        while True:
            ready, _, _ = select.select([self.socket, self.end], [], [])
            if self.end in ready:
                return
            text, extra, _, _ = self.socket.recvmsg(4096, 256)
            pid = CREDENTIALS.unpack(extra[0][2])[0] if extra else 0
            self.heard.append((time.monotonic(), pid, text.decode()))

    def fill(self):
        """Leaves no room in the socket, as if nobody had read for long."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.setblocking(False)
            other.connect(self.socket.getsockname())
            try:
                while True:
                    other.send(b"X=1")
            except BlockingIOError:
                pass

    def serve(self, agent, watchdog_s=None):
        """Puts into the agent's environment what systemd would."""
        agent.environment["NOTIFY_SOCKET"] = self.path
        if watchdog_s is not None:
            agent.environment["WATCHDOG_USEC"] = str(int(watchdog_s * 1e6))
        return agent

    def texts(self, beginning=""):
        return [text for _, _, text in self.heard
                if text.startswith(beginning)]

    def times(self, beginning):
        return [at for at, _, text in self.heard
                if text.startswith(beginning)]

    def senders(self):
        return {pid for _, pid, _ in self.heard}

    def status(self):
        found = self.texts("STATUS=")
        return found[-1][len("STATUS="):] if found else ""

    def wait(self, beginning, count=1, seconds=20):
        """Until so many such datagrams came; the time of the last of them."""
        wait_for(lambda: len(self.times(beginning)) >= count, seconds,
                 f"{count} of {beginning}; heard {self.texts()[-10:]}")
        return self.times(beginning)[count - 1]

    def wait_status(self, *words, seconds=20):
        wait_for(lambda: all(word in self.status() for word in words),
                 seconds, f"status with {words}, last {self.status()!r}")

    def close(self):
        os.eventfd_write(self.end, 1)
        if self.thread.is_alive():
            self.thread.join()
        self.socket.close()
        os.close(self.end)
