"""A proxy that stands before a ZooKeeper. As it is it hands everything
through; whoever derives from it tells clients something else."""
import contextlib
import socket
import threading


class GoBetween:
    def __init__(self, server):
        self.server = server
        self.peers = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.servers = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def hang_up(self):
        """Ends all connections there are."""
        end(*self.peers)

    def close(self):
        self.listener.close()
        self.hang_up()

    def serve(self, peer):
        """All of one connection, in a thread of its own."""
        host, port = self.server.servers.split(":")
        with socket.create_connection((host, int(port)), 5) as real:
            real.settimeout(None)
            self.peers.append(real)
            answers = threading.Thread(target=self.answer, args=[real, peer],
                                       daemon=True)
            answers.start()
            copy(peer, real)
            answers.join()

    def answer(self, real, peer):
        """What the server says, to its client."""
        copy(real, peer)

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                self.peers.append(peer)
                threading.Thread(target=self._serve, args=[peer],
                                 daemon=True).start()

    def _serve(self, peer):
        with contextlib.suppress(OSError), peer:
            self.serve(peer)


def copy(source, target):
    with contextlib.suppress(OSError):
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    end(source, target)


def end(*peers):
    for peer in peers:
        with contextlib.suppress(OSError):
            peer.shutdown(socket.SHUT_RDWR)
