"""The password is another one, and the agent's file still has the old one;
then the file follows."""
import os

from operator_rows import configure
from redis_rows import SCENE, Control, ask, check_calm, info, turning
from stage import write_secret

NUMBER = "5b"
TITLE = "Redis: password rotated"
IS_ISOLATED = False  # its configuration is reloaded, which begins all anew
FILE = "rotated.password"
controls = []


def secret():
    return "hush-" + os.urandom(12).hex()


def inject(world):
    control = Control(world.redis[world.victim])
    controls.append(control)
    path, first, second = world.path(FILE), secret(), secret()
    write_secret(path, first)
    ask(control, "CONFIG", "SET", "requirepass", first)
    configure(world, world.victim, password_file=path)
    world.wait_healthy()
    with turning(world, "password_wrong"):
        ask(control, "CONFIG", "SET", "requirepass", second)

    def tries():
        return int(info(control, "cmdstat_auth").split(",")[0][6:])
    check_calm(world, tries, "passwords tried")
    write_secret(path, second)
    world.expect(world.victim, "up", "C")
    world.wait_expected()
    world.check("neither password is in the log", not any(
        word in world.agent.tail(1000000) for word in (first, second)))


def heal(world):
    control = controls.pop()
    ask(control, "CONFIG", "SET", "requirepass", "")
    control.close()
    configure(world, world.victim, password_file=None)
