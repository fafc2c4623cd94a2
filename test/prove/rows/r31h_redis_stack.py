"""hiredis blows the stack in a call for one instance."""
import sick_redis

NUMBER = "31"
TITLE = "hiredis blows the stack for one instance"
SCENE = sick_redis.SCENE
IS_ISOLATED = True
needs = sick_redis.needs
inject = sick_redis.inject("feed", "stack")
heal = sick_redis.heal
