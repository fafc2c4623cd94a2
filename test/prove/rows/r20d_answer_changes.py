"""A name moves to another server, and its old one goes: it is followed."""
from named import HERE, LOOKUP_SECONDS, SCENE, needs
from servers import Redis
from zookeeper_rows import in_time, session_id

NUMBER = "20d"
TITLE = "names: getaddrinfo changes its answer"
ELSEWHERE = "127.0.0.2"
new = []
__all__ = ["SCENE", "needs"]


def follows(world, before):
    """A name that leads nowhere is looked up again so soon."""
    in_time(world, "its name is followed",
            LOOKUP_SECONDS + world.promises.C,
            lambda: run_id(world) not in ("", before)
            and world.watch.state(world.victim) == "up")


def run_id(world):
    return world.agent.instance(world.victim)["run_id"]


def inject(world):
    world.quiet(world.calm)
    world.exempt([world.victim])  # the oracle asks the old one
    session, before = session_id(world), run_id(world)
    old = world.redis[world.victim]
    new.append(Redis(host=ELSEWHERE, port=old.port).start())
    world.order(db1=ELSEWHERE)
    old.kill()
    follows(world, before)
    world.check("the session is the same", session_id(world) == session)


def heal(world):
    before = run_id(world)
    world.order(db1=HERE)
    world.redis[world.victim].restart()
    while new:
        new.pop().close()
    follows(world, before)
