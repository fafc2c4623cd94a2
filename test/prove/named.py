"""A world in which names are looked up by a resolver that does as it is told:
the victim's, and ZooKeeper's."""
import os

from agent import BUILD
from world import World

PRELOAD = os.path.join(BUILD, "test", "fault", "fake_resolver.so")
SCENE = {"place": "named", "victim": {"addr": "db1:{port}"}}
HERE = "127.0.0.1"
LOOKUP_SECONDS = 5  # until a lookup counts as one that failed
# A failed lookup is tried again within that time, too.
TOLD_SECONDS = 3 * LOOKUP_SECONDS


def needs():
    """Why it cannot be done here, or None."""
    return None if os.path.exists(PRELOAD) else f"{PRELOAD} is not built"


class Place(World):
    def _servers_of_agent(self):
        return f"zk1:{self.zookeeper.port}"

    def _prepare(self):
        self.orders = {}
        self.order(db1=HERE, zk1=HERE)
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        self.agent.environment.update({
            "LD_PRELOAD": PRELOAD, "FAKE_RESOLVER": self.path("resolver"),
            "ASAN_OPTIONS": sanitizer + ":verify_asan_link_order=0"})

    def order(self, **orders):
        """What becomes of a name; see test/fault/fake_resolver_so.c."""
        self.orders.update(orders)
        path = self.path("resolver")
        with open(path + ".new", "w") as file:
            for name, order in self.orders.items():
                file.write(f"{name} {order}\n")
        os.rename(file.name, path)
