"""The right to make nodes in our directory is withdrawn, and one is gone."""
from kazoo.security import OPEN_ACL_UNSAFE, make_acl

import refused_rows
from zookeeper_rows import admin, path_of

NUMBER = "15b"
TITLE = "ZooKeeper: the parent's ACL withdrawn"
NO_CREATION = [make_acl("world", "anyone", read=True, delete=True,
                        admin=True)]
found = {}


def inject(world):
    world.quiet(world.calm)
    world.exempt([world.victim])  # its node cannot be made
    found["path"] = path_of(world)
    with admin(world) as client:
        client.set_acls(found["path"].rsplit("/", 1)[0], NO_CREATION)
        client.delete(found["path"])
    refused_rows.injected(world, found["path"])


def heal(world):
    path = found["path"]
    with admin(world) as client:
        client.set_acls(path.rsplit("/", 1)[0], OPEN_ACL_UNSAFE)
    refused_rows.healed(world, path)
