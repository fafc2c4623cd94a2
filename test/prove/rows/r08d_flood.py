"""A server that answers without being asked and without an end."""
from redis_rows import impostor

NUMBER = "8d"
TITLE = "Hostile Redis: a flood of replies"


def serve(fake, peer):
    fake.flood(peer, b"+PONG\r\n" * 9000)


inject, expect, heal = impostor(serve, "down", "protocol", is_pong=True)
