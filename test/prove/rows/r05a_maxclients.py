"""A Redis with no room for another client."""
from redis_rows import SCENE, Control, ask, check_calm, info, turning

NUMBER = "5a"
TITLE = "Redis: maxclients reached"
controls = []


def inject(world):
    control = Control(world.redis[world.victim])
    controls.append(control)
    with turning(world, "maxclients"):
        ask(control, "CONFIG", "SET", "maxclients", 1)
    knocks = int(info(control, "rejected_connections"))
    # Its own count: the agents of rows beside this one look around, too.
    check_calm(world, lambda: world.agent.instance(
        world.victim)["counters"]["attempts"], "knocks at the full server")
    more = int(info(control, "rejected_connections")) - knocks
    world.check(f"it was really knocked at, {more} times", more > 0)


def heal(world):
    control = controls.pop()
    ask(control, "CONFIG", "SET", "maxclients", 1000)
    control.close()
