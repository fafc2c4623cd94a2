"""hiredis does something bad in the call that reads the bytes of one instance
(test/fault/sick_redis_so.c): that one is `unknown`, the others are probed as
ever.

    inject = sick_redis.inject("feed", "abort")
"""
import os

import shim

# Each probe asks INFO, by which the library knows its victim.
SCENE = {"settings": {"deep_interval": "100ms"},
         "environment": {**shim.preload("sick_redis"),
                         "SICK_REDIS": "{directory}/sickness",
                         "SICK_REDIS_MARK": "tcp_port:{port}\r"}}


def needs():
    return shim.missing("sick_redis")


def order(world, place, deed):
    shim.write(world.path("sickness"), f"{place} {deed}\n")


def inject(place, deed):
    """A row's inject."""
    def fall_ill(world):
        world.quiet(world.calm)
        order(world, place, deed)
        world.expect(world.victim, "unknown", "B", reasons=["agent"])
        world.wait_expected()
        world.rounds(2)
    return fall_ill


def inject_wedged(place, deed):
    """The same, and meanwhile a neighbour dies: D is all that it costs."""
    def fall_ill(world):
        world.quiet(world.calm[1:])
        order(world, place, deed)
        world.expect(world.victim, "unknown", "B", reasons=["agent"])
        world.wait_expected()
        neighbour = world.calm[0]
        world.redis[neighbour].kill()
        world.expect(neighbour, "down", "D")
        world.wait_expected()
        world.redis[neighbour].restart()
        world.expect(neighbour, "up", "C")
        world.wait_expected()
    return fall_ill


def heal(world):
    os.unlink(world.path("sickness"))
