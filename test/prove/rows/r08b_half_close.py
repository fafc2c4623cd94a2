"""A server that says half a reply and closes its half of the connection."""
import hostile
from redis_rows import impostor

NUMBER = "8b"
TITLE = "Hostile Redis: half close in a reply"
inject, expect, heal = impostor(
    hostile.after_request(b"+PO", hostile.half_close), "down", "reset",
    is_pong=True)
