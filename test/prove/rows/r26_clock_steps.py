"""The wall clock steps a year ahead, a year back, and home again."""
import struct
import time

import shim
from servers import wait_for

NUMBER = "26"
TITLE = "the wall clock steps a year either way"
YEAR = 366 * 24 * 3600
# The shim wants its file from the first breath on: eight bytes of zero.
SCENE = {"under": ["sh", "-c", "head -c 8 /dev/zero >{directory}/clock; "
                   "exec env LD_PRELOAD={build}/test/fault/set_clock.so "
                   "SET_CLOCK={directory}/clock \"$0\" \"$@\""]}


def needs():
    return shim.missing("set_clock")


def inject(world):
    world.quiet()
    mark = world.watch.mark()
    for years in (1, -1, 0):
        with open(world.path("clock"), "r+b") as file:
            file.write(struct.pack("=q", years * YEAR))
        wait_for(lambda: abs(world.agent.status()["agent"]["now"] / 1000
                             - time.time() - years * YEAR) < YEAR / 2, 20,
                 "stepped clock")
        world.rounds(2)
    world.watch.refresh()
    world.check("not one byte of a node changed", not world.watch.since(mark))
