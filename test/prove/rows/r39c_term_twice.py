"""A second SIGTERM ends it at once, where the first one would wait for a
ZooKeeper that hangs."""
import signal

from ending_rows import end, freeze, start_again
from promises import AT_ONCE
from servers import wait_for

NUMBER = "39c"
TITLE = "a second SIGTERM with everything hung"


def inject(world):
    def heard():
        return world.agent.tail(1000000).count("event=signal name=TERM")
    freeze(world)
    world.leave_dead()
    before = heard()
    world.agent.signal(signal.SIGTERM)
    wait_for(lambda: heard() > before, what="the first one heard")
    end(world, signal.SIGTERM, AT_ONCE)


heal = start_again
