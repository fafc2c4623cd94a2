"""hiredis ends the process in a call for one instance."""
import sick_redis

NUMBER = "31"
TITLE = "hiredis ends the process for one instance"
SCENE = sick_redis.SCENE
IS_ISOLATED = True
needs = sick_redis.needs
inject = sick_redis.inject("reply", "exit")
heal = sick_redis.heal
