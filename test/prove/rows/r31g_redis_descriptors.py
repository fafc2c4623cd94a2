"""hiredis leaks descriptors in a call for one instance."""
import sick_redis

NUMBER = "31"
TITLE = "hiredis leaks descriptors for one instance"
SCENE = sick_redis.SCENE
IS_ISOLATED = True
needs = sick_redis.needs
inject = sick_redis.inject("feed", "descriptors")
heal = sick_redis.heal
