"""hiredis aborts in a call for one instance."""
import sick_redis

NUMBER = "31"
TITLE = "hiredis aborts for one instance"
SCENE = sick_redis.SCENE
IS_ISOLATED = True
needs = sick_redis.needs
inject = sick_redis.inject("feed", "abort")
heal = sick_redis.heal
