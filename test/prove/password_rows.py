"""Rows about the file that holds a password: what becomes of it is told as our
trouble, and its words are seen nowhere."""
import os

import canary
from operator_rows import configure
from redis_rows import SCENE, Control, ask, comes_true  # noqa: F401
from stage import write_secret


class Guarded:
    """The victim behind a password, and the agent that knows its file."""

    def __init__(self, world):
        self.world = world
        self.control = Control(world.redis[world.victim])
        self.path = world.path("row.password")
        self.secret = canary.make()
        write_secret(self.path, self.secret)
        ask(self.control, "CONFIG", "SET", "requirepass", self.secret)
        configure(world, world.victim, password_file=self.path)
        world.wait_healthy()

    def is_refused(self, *secrets):
        """Its node says that we cannot get in, for the file's sake."""
        world = self.world
        world.quiet(world.calm)
        world.expect(world.victim, "unknown", "C", ["agent"])
        world.wait_expected()
        world.check("the node's detail names the file", comes_true(
            lambda: os.path.basename(self.path)
            in world.watch.nodes()[world.victim]["detail"],
            world.promises.C))
        canary.check_unseen(world, self.secret, *secrets)

    def open(self):
        """No password any more."""
        ask(self.control, "CONFIG", "SET", "requirepass", "")
        self.control.close()
        configure(self.world, self.world.victim, password_file=None)


def file_row(spoil):
    """inject and heal of a row that does this to the file (its path, and
    its secret) while it is in use; mended by the file as it was."""
    guarded = []

    def inject(world):
        guarded.append(Guarded(world))
        spoil(guarded[-1].path, guarded[-1].secret)
        guarded[-1].is_refused()
        write_secret(guarded[-1].path, guarded[-1].secret)
        world.expect(world.victim, "up", "C")
        world.wait_expected()

    def heal(world):
        while guarded:
            guarded.pop().open()
    return inject, heal
