"""A replica that lost its master and must not serve what it has."""
from redis_rows import SCENE, ask, info, turning  # noqa: F401
from servers import Redis, wait_for

NUMBER = "4b"
TITLE = "Redis: MASTERDOWN"


def inject(world):
    redis = world.redis[world.victim]

    def link():
        return info(redis, "master_link_status", "replication")
    ask(redis, "CONFIG", "SET", "replica-serve-stale-data", "no")
    with Redis() as master, turning(world, "masterdown",
                                    passing=("degraded", "loading")):
        master.start()
        ask(redis, "REPLICAOF", master.host, master.port)
        wait_for(lambda: link() == "up", what="link")
        master.kill()
        wait_for(lambda: link() == "down", what="end of the link")


def heal(world):
    redis = world.redis[world.victim]
    ask(redis, "REPLICAOF", "NO", "ONE")
    ask(redis, "CONFIG", "SET", "replica-serve-stale-data", "yes")
