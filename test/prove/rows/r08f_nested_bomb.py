"""A server whose reply is deeper than any."""
import hostile
from redis_rows import impostor

NUMBER = "8f"
TITLE = "Hostile Redis: arrays in arrays in arrays"
IS_MIXABLE = True
inject, expect, heal = impostor(
    hostile.after_request(b"*1\r\n" * 64, hostile.Hostile.hold), "down",
    "protocol")
