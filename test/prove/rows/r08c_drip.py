"""A server that answers well, a byte at a time, and not before the
deadline."""
import hostile
from redis_rows import impostor

NUMBER = "8c"
TITLE = "Hostile Redis: a byte at a time"


def serve(fake, peer):
    peer.recv(4096)
    fake.drip(peer, hostile.REPLIES, 0.3)


inject, expect, heal = impostor(serve, "down", "timeout", is_pong=True)
