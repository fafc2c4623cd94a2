"""A quota has room for no node more, and one is gone."""
import refused_rows
from zookeeper_rows import admin, path_of

NUMBER = "15c"
TITLE = "ZooKeeper: a quota"
SCENE = {"zookeeper": {"enforceQuota": "true"}}
found = {}


def inject(world):
    world.quiet(world.calm)
    world.exempt([world.victim])  # its node cannot be made
    path = found["path"] = path_of(world)
    found["quota"] = "/zookeeper/quota" + path.rsplit("/", 1)[0]
    with admin(world) as client:
        client.ensure_path(found["quota"])
        nodes = len(client.get_children(path.rsplit("/", 1)[0]))
        # It counts the directory, too; room for all of them but one.
        client.create(f"{found['quota']}/zookeeper_limits",
                      f"count=-1,bytes=-1,byteHardLimit=-1,countHardLimit="
                      f"{nodes}".encode())
        client.create(f"{found['quota']}/zookeeper_stats",
                      f"count={nodes + 1},bytes=0".encode())
        client.delete(path)
    refused_rows.injected(world, path)


def heal(world):
    with admin(world) as client:
        for what in ("zookeeper_limits", "zookeeper_stats"):
            client.delete(f"{found['quota']}/{what}")
        client.delete(found["quota"])
    refused_rows.healed(world, found["path"])
