"""The password is rotated as one should: Redis takes both, the file changes,
the old one goes. Nobody sees it."""
import canary
from password_rows import SCENE, Guarded  # noqa: F401  (a row's setting)
from redis_rows import ask
from stage import write_secret

NUMBER = "38f"
TITLE = "password file rotated"
guarded = []


def inject(world):
    guarded.append(Guarded(world))
    world.quiet()
    mine, new = guarded[-1], canary.make()
    ask(mine.control, "ACL", "SETUSER", "default", f">{new}")
    write_secret(mine.path, new)
    world.rounds(2)
    ask(mine.control, "ACL", "SETUSER", "default", f"<{mine.secret}")
    world.rounds(2)
    canary.check_unseen(world, mine.secret, new)


def heal(world):
    while guarded:
        guarded.pop().open()
