"""A Redis that falls asleep again and again, for less than the deadline."""
import threading

from redis_rows import SCENE, comes_true  # noqa: F401  (a row's setting)

NUMBER = "3a"
TITLE = "Redis: DEBUG SLEEP below the deadline"
SHARE = 0.4     # of the deadline; two of them in a row are still below it
ROUNDS = 4
TRIES = 20      # more, if none of these met one


def inject(world):
    redis = world.redis[world.victim]
    world.quiet()
    end = threading.Event()

    def doze():
        while not end.wait(world.promises.timeout * 0.1):
            redis.ask("DEBUG", "SLEEP", world.promises.timeout * SHARE)
    dozer = threading.Thread(target=doze, daemon=True)
    dozer.start()

    def has_met_one():
        timings = world.agent.instance(world.victim)["timings"]
        return timings["ping_us"] >= world.promises.timeout * SHARE * 1e6 / 4
    try:
        world.rounds(ROUNDS)
        world.check("a probe met a sleep", comes_true(
            has_met_one, TRIES * world.promises.interval))
    finally:
        end.set()
        dozer.join()
