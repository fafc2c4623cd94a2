"""hiredis blocks every signal in a call for one instance: nothing changes by
it, and who then hangs is killed all the same."""
import sick_redis

NUMBER = "31"
TITLE = "hiredis blocks all signals for one instance, then hangs"
SCENE = sick_redis.SCENE
IS_ISOLATED = True
needs = sick_redis.needs
hang = sick_redis.inject("feed", "hang")


def inject(world):
    mark = world.watch.mark()
    sick_redis.order(world, "feed", "mask")
    world.rounds(2)
    world.watch.refresh()
    world.check("blocked signals change nothing", not world.watch.since(mark))
    hang(world)


heal = sick_redis.heal
