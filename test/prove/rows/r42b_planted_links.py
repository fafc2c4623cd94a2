"""Links in the run directory where our files belong, to a file that is dear to
somebody, and to none: a successor follows none of them."""
import contextlib
import os

from agent import Agent
from servers import wait_for

NUMBER = "42b"
TITLE = "links planted in the run directory"
NAMES = ("board", "board.new", "session", "session.new", "session.lock",
         "history", "history.new", "maint", "maint.new", "members",
         "members.new", "console.sock")
CANNOT_CREATE = 73
DEAR = b"dear to somebody\n"


def plant(world, target):
    for name in NAMES:
        path = os.path.join(world.agent.run_dir, name)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        os.symlink(target, path)


def remove_links(world):
    for name in NAMES:
        path = os.path.join(world.agent.run_dir, name)
        if os.path.islink(path):
            os.unlink(path)


def restart(world, between):
    world.leave_dead()
    world.agent.kill()
    world.agent.assert_gone(20)
    between()
    world.is_kept = True


def inject(world):
    dear, none = world.path("dear"), world.path("none")
    with open(dear, "wb") as file:
        file.write(DEAR)
    os.chmod(dear, 0o644)
    for target in (dear, none):
        restart(world, lambda: plant(world, target))
        wait_for(lambda: world.agent.get("/goroutines"), 30, "console")
        world.rounds(3)
        with open(dear, "rb") as file:
            world.check("what they lead to is as it was",
                        file.read() == DEAR
                        and os.stat(dear).st_mode & 0o777 == 0o644)
        world.check("nothing was made where a link leads nowhere",
                    not os.path.exists(none))


    world.check("a link for a lock is refused", is_refused(world, none))
    world.check("nothing was made for it", not os.path.exists(none))


def is_refused(world, target):
    second = Agent(world.directory, {"one": "127.0.0.1:1"}, name="linked")
    os.makedirs(second.run_dir, mode=0o700, exist_ok=True)
    os.symlink(target, os.path.join(second.run_dir, "agent.lock"))
    second.spawn()
    return second.wait_exit(30) == CANNOT_CREATE


def heal(world):
    restart(world, lambda: remove_links(world))
    wait_for(lambda: world.agent.get("/goroutines"), 30, "console")
    world.log["marks"].add("replaced")
