"""The ACL takes PING away, and the server is alive by what is left; then it
takes the rest."""
from redis_rows import SCENE, Control, ask, turning  # noqa: F401

NUMBER = "5c"
TITLE = "Redis: ACL loses PING, then ROLE and INFO"
controls = []


def inject(world):
    control = Control(world.redis[world.victim])
    controls.append(control)
    mark = world.watch.mark()
    ask(control, "ACL", "SETUSER", "default", "-ping")
    world.rounds(3)
    world.check("without PING it stays up",
                not world.watch.refresh().states(world.victim, mark))
    with turning(world, "user_without_rights"):
        ask(control, "ACL", "SETUSER", "default", "-role", "-info")


def heal(world):
    control = controls.pop()
    ask(control, "ACL", "SETUSER", "default", "+@all")
    control.close()
