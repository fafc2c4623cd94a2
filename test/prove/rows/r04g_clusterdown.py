"""A cluster that lost a slot."""
import contextlib
import os

from redis_rows import SCENE, ask, turning  # noqa: F401  (a row's setting)
from servers import free_port, wait_for

NUMBER = "4g"
TITLE = "Redis: CLUSTERDOWN"


def inject(world):
    redis = world.redis[world.victim]
    redis.settings.update({"cluster-enabled": "yes",
                           "cluster-port": free_port()})
    redis.restart()
    ask(redis, "CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_for(lambda: b"cluster_state:ok" in redis.ask("CLUSTER", "INFO"))
    world.wait_healthy()
    with turning(world, "clusterdown"):
        ask(redis, "CLUSTER", "DELSLOTS", 0)


def heal(world):
    redis = world.redis[world.victim]
    for key in ("cluster-enabled", "cluster-port"):
        redis.settings.pop(key, None)
    redis.kill()
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(redis.directory, "nodes.conf"))
    redis.restart()
