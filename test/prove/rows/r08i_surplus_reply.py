"""A server that says one thing more than it was asked."""
import hostile
from redis_rows import impostor

NUMBER = "8i"
TITLE = "Hostile Redis: a surplus reply"
inject, expect, heal = impostor(hostile.surplus_reply, "down", "protocol",
                                is_pong=True)
