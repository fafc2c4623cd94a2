"""The Redis ends, and a web server takes its port."""
import hostile
from redis_rows import impostor

NUMBER = "6a"
TITLE = "Redis: another service on its port"
IS_MIXABLE = True
inject, expect, heal = impostor(hostile.http_server, "down", "protocol")
