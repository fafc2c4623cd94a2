"""The credential file holds another password than ZooKeeper knows."""
import signal

import refused_rows
from zookeeper_rows import in_time, path_of, replaced

NUMBER = "15a"
TITLE = "ZooKeeper: wrong digest"
SCENE = {"place": "guarded"}


def inject(world):
    world.quiet(world.calm)
    world.exempt([world.victim])  # what it would say cannot be written
    publisher = world.agent.helper("sentinel-publisher")
    world.write_credential("wrong")
    world.agent.signal(signal.SIGHUP)
    in_time(world, "the reload reaches the publisher", world.promises.C,
            lambda: not publisher.is_alive()
            and world.agent.status()["zookeeper"]["state"] == "steady")
    world.redis[world.victim].kill()
    refused_rows.injected(world)


def heal(world):
    path = path_of(world)
    world.write_credential("guarded-canary")
    world.agent.signal(signal.SIGHUP)
    world.redis[world.victim].restart()
    replaced(world)
    refused_rows.healed(world, path)
