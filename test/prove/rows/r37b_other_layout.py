"""A successor that cannot read the scoreboard, for it has another layout: what
was believed it takes from the session and the nodes."""
import os

from upgrade_rows import SCENE, hand_over  # noqa: F401  (a row's setting)

NUMBER = "37b"
TITLE = "upgrade to a build of another board layout"
LAYOUT_AT = 8  # behind the file's magic number


def inject(world):
    def spoil():
        with open(os.path.join(world.agent.run_dir, "board"), "r+b") as file:
            file.seek(LAYOUT_AT)
            layout = int.from_bytes(file.read(4), "little")
            file.seek(LAYOUT_AT)
            file.write((layout + 1).to_bytes(4, "little"))
    hand_over(world, world.agent.build, spoil)
