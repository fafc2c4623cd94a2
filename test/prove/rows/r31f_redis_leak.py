"""hiredis leaks 100 MB in a call for one instance."""
import sick_redis

NUMBER = "31"
TITLE = "hiredis leaks 100 MB for one instance"
SCENE = sick_redis.SCENE
IS_ISOLATED = True
needs = sick_redis.needs
inject = sick_redis.inject("feed", "leak")
heal = sick_redis.heal
