"""SIGTERM while ZooKeeper, every Redis and every helper stand still."""
import signal

from ending_rows import end, freeze, start_again

NUMBER = "39a"
TITLE = "SIGTERM with everything hung"


def inject(world):
    freeze(world)
    end(world, signal.SIGTERM)


heal = start_again
