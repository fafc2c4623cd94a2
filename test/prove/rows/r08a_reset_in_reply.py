"""A server that resets each connection in the middle of its first reply."""
import hostile
from redis_rows import impostor

NUMBER = "8a"
TITLE = "Hostile Redis: RST in the middle of a reply"
inject, expect, heal = impostor(
    hostile.after_request(b"+PO", hostile.Hostile.reset), "down", "reset",
    is_pong=True)
