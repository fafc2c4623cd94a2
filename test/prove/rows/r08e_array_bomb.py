"""A server that promises more elements than there is memory."""
import hostile
from redis_rows import impostor

NUMBER = "8e"
TITLE = "Hostile Redis: an array of two thousand million"
IS_MIXABLE = True
inject, expect, heal = impostor(hostile.array_bomb, "down", "protocol")
