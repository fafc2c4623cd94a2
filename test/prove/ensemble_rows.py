"""What the rows about three ZooKeeper servers have in common."""
import contextlib

# An election takes seconds, and the rows are about who outlives it.
SCENE = {"ensemble": True, "session": 6.0}
SECONDS = 2


def is_serving(world):
    """There is a leader that answers, and our publisher is content with whom
    it is connected to."""
    return has_leader(world) \
        and world.agent.status()["zookeeper"]["state"] == "steady"


def has_leader(world):
    for member in world.zookeeper.members:
        if member.process is not None and not is_stopped(member):
            with contextlib.suppress(OSError):
                if b"Mode: leader" in member.word("srvr", SECONDS):
                    return True
    return False


def is_stopped(member):
    with open(f"/proc/{member.pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0] in "Tt"


def heal(world):
    """All three run again."""
    for member in world.zookeeper.members:
        if member.process is None:
            member.restart()
        else:
            member.cont()
