"""A server whose first line never ends."""
import hostile
from redis_rows import impostor

NUMBER = "8g"
TITLE = "Hostile Redis: a line without an end"
inject, expect, heal = impostor(hostile.endless_line, "down", "protocol",
                                is_pong=True)
