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
    check_calm(world, lambda: int(info(control, "rejected_connections")),
               "knocks at the full server")


def heal(world):
    control = controls.pop()
    ask(control, "CONFIG", "SET", "maxclients", 1000)
    control.close()
