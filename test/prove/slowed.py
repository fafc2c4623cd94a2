"""A world whose victim is reached through a relay that takes its time: the
oracle asks through it as well."""
import contextlib
import socket
import threading
import time

from servers import Redis
from world import World

# Nine tenths of it leave two hundred milliseconds; and all rounds ask
# everything, so that an answer is many bytes.
SCENE = {"place": "slowed", "timeout": 2.0,
         "settings": {"deep_interval": "100ms"}}
ROUNDS = 6
CHUNK = 65536


class Relay:
    """Hands bytes to and fro. What answers a request comes `delay` seconds
    after it, as a whole or, with `drip`, a byte in so many seconds."""

    def __init__(self, redis):
        self.redis = redis
        self.delay, self.drip = 0, None
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.ended.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while not self.ended.is_set():
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=[near],
                             daemon=True).start()

    def _join(self, near):
        with near, contextlib.suppress(OSError):
            with socket.create_connection(
                    ("127.0.0.1", self.redis.port), 5) as far:
                far.settimeout(None)
                Conversation(self, near, far).hold()


class Conversation:
    """One connection of each side."""

    def __init__(self, relay, near, far):
        self.relay, self.near, self.far = relay, near, far
        self.asked = time.monotonic()
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def hold(self):
        answers = threading.Thread(target=pass_on, daemon=True,
                                   args=[self.far, self._answer])
        answers.start()
        pass_on(self.near, self._ask)
        # Nobody listens any more: nothing is worth the delay.
        self.far.shutdown(socket.SHUT_RDWR)
        answers.join()

    def _ask(self, data):
        self.asked = time.monotonic()
        self.far.sendall(data)

    def _answer(self, data):
        late = self.asked + self.relay.delay - time.monotonic()
        if late > 0 and self.relay.ended.wait(late):
            return
        if self.relay.drip is None:
            self.near.sendall(data)
            return
        for byte in data:
            self.near.sendall(bytes([byte]))
            if self.relay.drip and self.relay.ended.wait(self.relay.drip):
                return


def pass_on(source, take):
    with contextlib.suppress(OSError):
        while True:
            data = source.recv(CHUNK)
            if not data:
                return
            take(data)


class Slowed(Redis):
    """A Redis that others know by its relay."""

    def __init__(self, settings):
        super().__init__(settings)
        self.relay = Relay(self)

    @property
    def addr(self):
        return f"127.0.0.1:{self.relay.port}"

    def connect(self, seconds=5):
        return socket.create_connection(("127.0.0.1", self.relay.port),
                                        seconds)

    def close(self):
        self.relay.close()
        super().close()


class Place(World):
    def _make_redis(self, number):
        if number:
            return super()._make_redis(number)
        return Slowed(self.scene.get("redis", {}))


def slow(world, tenths):
    """Answers come after so many tenths of the deadline."""
    world.redis[world.victim].relay.delay = \
        world.promises.timeout * tenths / 10


def heal(world):
    relay = world.redis[world.victim].relay
    relay.delay, relay.drip = 0, None


def borne(tenths):
    """expect and inject of a row in which nobody notices."""
    def expect(world):
        world.quiet()

    def inject(world):
        slow(world, tenths)
        world.rounds(ROUNDS)
    return expect, inject
