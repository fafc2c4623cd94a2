"""A Redis that falls asleep again and again, for less than the deadline."""
import threading

from redis_rows import SCENE  # noqa: F401  (a row's setting)

NUMBER = "3a"
TITLE = "Redis: DEBUG SLEEP below the deadline"
SHARE = 0.4     # of the deadline; two of them in a row are still below it
ROUNDS = 4


def inject(world):
    redis = world.redis[world.victim]
    world.quiet()
    end = threading.Event()

    def doze():
        while not end.wait(world.promises.timeout * 0.1):
            redis.ask("DEBUG", "SLEEP", world.promises.timeout * SHARE)
    dozer = threading.Thread(target=doze, daemon=True)
    dozer.start()
    try:
        world.rounds(ROUNDS)
    finally:
        end.set()
        dozer.join()
    slowest = world.agent.instance(world.victim)["latency"]["ping"]["p99_us"]
    world.check("a probe met a sleep",
                slowest >= world.promises.timeout * SHARE * 1e6 / 4)
