"""Of a thousand instances 100 are taken away, 100 renamed, 100 added, by one
SIGHUP: nobody else's node hears of it."""
from operator_rows import reload
from servers import wait_for
from world import STATE

NUMBER = "35c"
TITLE = "100 of 1,000 instances removed, renamed, added"
PLACE = f"{STATE}/test/h1"
COUNT = 1000
FEW = 100
# The world's own are asked as ever; a crowd on two cores gets more time.
EASY = {"interval": "10s", "timeout": "5s"}


def entries(world, names):
    addresses = [redis.addr for redis in world.redis.values()]
    return [{"name": name, "addr": addresses[number % len(addresses)], **EASY}
            for number, name in enumerate(names)]


def turn_to(world, names):
    """Reloads with these instances beside the world's own, and waits until
    the watcher has read their nodes."""
    own = world.agent.settings["instances"][:len(world.redis)]
    world.agent.settings["instances"] = own + entries(world, names)
    told = reload(world, 60)
    assert told["ok"], told["error"]
    wanted = set(names) | set(world.redis)

    def stand():
        return set(world.watch.client.get_children(PLACE)) \
            - {".agent"} == wanted
    wait_for(stand, 60, f"just {len(wanted)} nodes")
    nodes = world.watch.refresh(60).nodes()
    assert set(nodes) == wanted
    world.check(f"all {len(wanted)} nodes say `up`", all(
        node["state"] == "up" for node in nodes.values()))


def inject(world):
    before = [f"n{number}" for number in range(COUNT)]
    after = ([f"renamed{number}" for number in range(FEW)]
             + before[2 * FEW:] + [f"added{number}" for number in range(FEW)])
    world.quiet()
    turn_to(world, before)
    mark = world.watch.refresh().mark()
    turn_to(world, after)
    world.rounds(2)
    moved = {event.path.rsplit("/", 1)[1]
             for event in world.watch.refresh().since(mark)}
    world.check("only the nodes of changed instances moved",
                moved == set(before) ^ set(after))


def heal(world):
    turn_to(world, [])
