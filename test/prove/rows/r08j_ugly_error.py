"""A server whose error would paint a terminal and end a string: its node and
every page show none of it as it came."""
import hostile
import redis_rows

NUMBER = "8j"
TITLE = "Hostile Redis: ANSI and NUL in an error"
UGLY = ("\x1b", "\x00", "\xff")
PAGES = ("/status", "/metrics", "/", "/events", "/goroutines?debug=2")

_inject, expect, heal = redis_rows.impostor(
    hostile.ugly_error, "degraded", "other", is_pong=True)


def inject(world):
    _inject(world)
    world.wait_expected()
    detail = world.watch.nodes()[world.victim]["detail"]
    world.check("the detail is printable ASCII, at most 160 bytes",
                detail.isascii() and detail.isprintable()
                and 0 < len(detail) <= 160)
    texts = [world.agent.request(page)[1] for page in PAGES]
    texts.append(world.agent.tail(1000000))
    world.check("no page and no log line has its bytes raw", not any(
        byte in text for text in texts for byte in UGLY))
