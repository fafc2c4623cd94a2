"""A server that promises a string of 100 MB, and sends it."""
from redis_rows import impostor

NUMBER = "8h"
TITLE = "Hostile Redis: a string of 100 MB"
IS_MIXABLE = True


def serve(fake, peer):
    peer.recv(4096)
    peer.sendall(b"$100000000\r\n")
    fake.flood(peer, b"x" * 65536)


inject, expect, heal = impostor(serve, "down", "protocol")
