"""The rows about names: lookups fail under a running agent, and whoever has an
address keeps it."""
import signal

from named import HERE, TOLD_SECONDS
from zookeeper_rows import in_time, session_id


def look_up(world):
    """A reload looks all names up anew. The console may be gone for a
    moment after it."""
    world.agent.signal(signal.SIGHUP)


def detail(world):
    return world.agent.instance(world.victim)["detail"]


def failing(order):
    """expect and inject of a row in which this becomes of every lookup: the
    victim stays up where it was last seen, and says so; nobody else, and no
    session, is moved."""
    def expect(world):
        world.quiet()

    def inject(world):
        session = session_id(world)
        world.order(db1=order, zk1=order)
        look_up(world)
        in_time(world, "the culprit says where it was found", TOLD_SECONDS,
                lambda: "last" in detail(world))
        others = [instance for instance
                  in world.agent.status()["instances"]
                  if instance["name"] != world.victim]
        world.check("nobody else says anything",
                    all(instance["detail"] == "" for instance in others))
        # A publisher that has to begin anew finds its server all the same.
        world.agent.helper("sentinel-publisher").signal(signal.SIGKILL)
        in_time(world, "a new publisher is back with the same session",
                world.promises.C_replaced,
                lambda: world.agent.status()["zookeeper"]["state"]
                == "steady" and session_id(world) == session)
    return expect, inject


def heal(world):
    world.order(db1=HERE, zk1=HERE)
    look_up(world)
    in_time(world, "it says nothing more of it", TOLD_SECONDS,
            lambda: detail(world) == "")
