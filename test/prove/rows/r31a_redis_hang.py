"""hiredis hangs in a call for one instance."""
import sick_redis

NUMBER = "31"
TITLE = "hiredis hangs for one instance"
SCENE = sick_redis.SCENE
IS_ISOLATED = True
needs = sick_redis.needs
inject = sick_redis.inject_wedged("reply", "hang")
heal = sick_redis.heal
