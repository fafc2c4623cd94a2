"""A ZooKeeper that lies at random: a real one behind a proxy that spoils some
of the frames it hands back. The same seed makes the same choices."""
import contextlib
import struct
import time

import go_between

LEAST_PERCENT, MOST_PERCENT = 3, 40   # of a connection's frames are spoilt
DELAY_SECONDS = 0.3
FRAME_MOST = 1 << 22
CODES = [0, -1, -2, -4, -5, -6, -7, -8, -9, -13, -100, -101, -102, -103, -108,
         -110, -111, -112, -114, -115, -118, -119, -124, 1, 2 ** 31 - 1]
EDGES = [0, 1, -1, -2, -4, 2 ** 31 - 1, -2 ** 31, 2 ** 30, 256]


# --- spoiling one frame: (random, body) -> bytes on the wire, or None to end
def framed(body):
    return struct.pack(">i", len(body)) + body


def lose(random, body):
    return b""


def repeat(random, body):
    return framed(body) * random.randint(2, 4)


def flip(random, body):
    spoilt = bytearray(body)
    for _ in range(random.randint(1, 8)):
        if spoilt:
            spoilt[random.randrange(len(spoilt))] ^= 1 << random.randrange(8)
    return framed(bytes(spoilt))


def set_an_edge(random, body):
    """Lengths, counts, versions and codes stand on four bytes."""
    if len(body) < 4:
        return framed(body)
    at = random.randrange(0, len(body) - 3)
    return framed(body[:at] + struct.pack(">i", random.choice(EDGES))
                  + body[at + 4:])


def answer_a_code(random, body):
    """A reply's head is xid, zxid, code; an error has no body."""
    if len(body) < 16:
        return framed(body)
    code = random.choice(CODES)
    return framed(body[:12] + struct.pack(">i", code)
                  + (b"" if random.random() < 0.5 else body[16:]))


def shorten(random, body):
    return framed(body[:random.randrange(len(body) + 1)])


def lengthen(random, body):
    return framed(body + random.randbytes(random.randint(1, 300)))


def belie_the_length(random, body):
    length = random.choice([*EDGES, len(body) - 1, len(body) + 1])
    return struct.pack(">i", length) + body


def answer_another(random, body):
    xid = random.choice([-1, -2, -4, -8, 0, 1, random.getrandbits(31)])
    return framed(struct.pack(">i", xid) + body[4:])


def tell_an_event(random, body):
    """A watch's event, of any type and state, on a path of anywhere."""
    path = random.choice([b"/", b"/t", b"", b"\xff\xfe", b"/" + b"x" * 5000])
    event = struct.pack(">iqiii", -1, -1, 0, random.randint(-3, 6),
                        random.choice([-112, 0, 1, 3, 5, 6, 999, -113]))
    return framed(event + struct.pack(">i", len(path)) + path) + framed(body)


def babble(random, body):
    return framed(body) + random.randbytes(random.randint(1, 600))


def end(random, body):
    return None


def delay(random, body):
    time.sleep(random.uniform(0, DELAY_SECONDS))
    return framed(body)


LIES = (lose, repeat, flip, flip, set_an_edge, set_an_edge, answer_a_code,
        answer_a_code, shorten, lengthen, belie_the_length, answer_another,
        tell_an_event, babble, end, delay)


class LyingZooKeeper(go_between.GoBetween):
    """Lies while `is_lying`; honest, it hands everything through."""

    def __init__(self, server, random):
        self.random = random
        self.is_lying = True
        self.told = []    # the names of the lies
        super().__init__(server)

    def become_honest(self):
        """And all who were lied to have to come again."""
        self.is_lying = False
        self.hang_up()

    def close(self):
        self.is_lying = False
        super().close()

    def answer(self, real, peer):
        percent = self.random.randint(LEAST_PERCENT, MOST_PERCENT)
        with contextlib.suppress(OSError, struct.error):
            while True:
                body = frame_of(real)
                spoilt = framed(body)
                if self.is_lying and self.random.randrange(100) < percent:
                    lie = self.random.choice(LIES)
                    self.told.append(lie.__name__)
                    spoilt = lie(self.random, body)
                if spoilt is None:
                    break
                peer.sendall(spoilt)
        go_between.end(real, peer)


def frame_of(peer):
    length = struct.unpack(">i", exactly(peer, 4))[0]
    if not 0 <= length <= FRAME_MOST:
        raise OSError(f"a frame of {length} bytes")
    return exactly(peer, length)


def exactly(peer, count):
    data = b""
    while len(data) < count:
        chunk = peer.recv(count - len(data))
        if not chunk:
            raise OSError("closed")
        data += chunk
    return data
