"""Our own processes are lost, one at a time, at random points of a round.

    inject = losses.inject("publisher", signal.SIGKILL)

What was lost must be replaced within R, and no watcher may see anything. The
points are the same in every run.
"""
import random
import signal
import time

from promises import REPLACE
from servers import wait_for

SESSION = 10     # ends not before twice R: nothing has to be seen
SCENE = {"session": SESSION}
# A helper that has lived so long is replaced without a pause.
REST_SECONDS = 1.2
COUNTS = {signal.SIGKILL: (4, 20), signal.SIGSTOP: (2, 20)}  # fast, true
HELPERS = {"publisher", "console"}
PROBERS = {"prober": "shard", "spare": "spare"}


def find(world, role):
    """The one process that has this part now; None while there is none."""
    if role == "supervisor":
        pid = world.agent.pid
    else:
        pid = next((service["pid"] for service
                    in world.agent.status()["services"]
                    if plays(service, role)), None)
    return next((member for member in world.agent.members()
                 if member.pid == pid), None)


def plays(service, role):
    if role in PROBERS:
        return (service["kind"], service["note"]) == ("prober", PROBERS[role])
    return service["kind"] == role


def probers(world):
    """Those that stand ready. Which of them works is seen when it does: in
    the next round."""
    known = {service["pid"] for service in world.agent.status()["services"]
             if service["kind"] == "prober"}
    return [member for member in world.agent.members() if member.pid in known]


def is_whole(world):
    """Each part has somebody alive, and the session is at work."""
    return (world.agent.status()["zookeeper"]["state"] == "steady"
            and all(find(world, role) for role
                    in ("supervisor", *PROBERS, *HELPERS)))


def lose(world, role, number):
    """Signals whoever plays this part; the process, and when."""
    process = wait_for(lambda: find(world, role), 20, f"{role} at work")
    process.signal(number)
    return process, time.monotonic()


def wait_replaced(world, process, role):
    """Until somebody else can play this part; when that was. Returns when all
    stand again."""
    def is_replaced():
        if role in PROBERS:
            return not process.is_alive() and len(probers(world)) > 1
        successor = find(world, role)
        return not process.is_alive() and successor \
            and successor.pid != process.pid
    wait_for(is_replaced, 40, f"successor of the {role}")
    at = time.monotonic()
    wait_for(lambda: is_whole(world), 40, "full set of processes")
    return at


def expect_unseen(world):
    """No watcher sees anything, where a session lasts twice as long as a
    replacement: so much is promised."""
    if world.promises.session >= 2 * REPLACE:
        world.quiet()


def is_fast(world):
    return world.promises.interval < 10


def count(world, number):
    fast, true = COUNTS[number]
    return fast if is_fast(world) else true


def inject(role, number):
    """A row's inject."""
    def lose_again_and_again(world):
        points = random.Random(f"{role} {number}")
        world.quiet()
        worst = 0
        for _ in range(count(world, number)):
            time.sleep(REST_SECONDS
                       + points.random() * world.promises.interval)
            process, at = lose(world, role, number)
            worst = max(worst, wait_replaced(world, process, role) - at)
        world.check(f"the {role} is replaced within R", True, REPLACE, worst)
    return lose_again_and_again
