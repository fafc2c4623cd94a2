"""libzookeeper leaks 100 MB, at a write and in a completion: nothing stops."""
import sick_zookeeper

NUMBER = "32"
TITLE = "libzookeeper leaks 100 MB"
SCENE = sick_zookeeper.SCENE
needs = sick_zookeeper.needs


def inject(world):
    world.quiet(world.calm)
    publisher = sick_zookeeper.publisher(world)
    for place in ("write", "completion"):
        sick_zookeeper.order(world, place, "leak")
        world.redis[world.victim].kill()
        world.expect(world.victim, "down", "B")
        world.wait_expected()
        sick_zookeeper.wait_done(world, place, "leak")
        sick_zookeeper.recover(world)
    world.check("the publisher goes on", publisher.is_alive())
