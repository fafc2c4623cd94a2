"""Another Redis takes the place of the one that was known: it is noticed."""
from redis_rows import comes_true, info

NUMBER = "6b"
TITLE = "Redis: another one in its place (run_id)"


def inject(world):
    world.quiet(world.calm)
    redis = world.redis[world.victim]

    def known():
        return world.watch.nodes()[world.victim]["run_id"]
    before = info(redis, "run_id", "server")
    world.check("the node names the Redis that runs", known() == before)
    redis.restart()
    after = info(redis, "run_id", "server")
    world.check("the node names its successor",
                before != after and comes_true(lambda: known() == after,
                                               world.promises.C))
    counters = world.agent.instance(world.victim)["counters"]
    world.check("the restart is counted", counters["restarts"] > 0)
