"""A world whose ZooKeeper lets nobody write without a password."""
import os

from kazoo.security import make_acl, make_digest_acl

from world import STATE, World
from zookeeper_rows import admin

USER, PASSWORD = "agent", "guarded-canary"
DIGEST = {"auth_data": [("digest", f"{USER}:{PASSWORD}")]}
READ = make_acl("world", "anyone", read=True)


class Place(World):
    def _prepare(self):
        self.write_credential(PASSWORD)
        self.agent.settings["zookeeper"]["auth"] = {
            "scheme": "digest", "credential_file": self.path("credential")}
        # As an administrator would: the root of the tree is ours alone.
        with admin(self, **DIGEST) as client:
            client.ensure_path(STATE, acl=[
                make_digest_acl(USER, PASSWORD, all=True), READ])

    def write_credential(self, password):
        path = self.path("credential")
        with open(path + ".new", "w") as file:
            file.write(f"{USER}:{password}\n")
        os.chmod(file.name, 0o600)
        os.rename(file.name, path)
