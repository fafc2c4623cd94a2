"""The publisher's loop is wedged while the library's thread keeps its session
alive: for ever its nodes would say what they say. Its dead-man ends it."""
import sick_zookeeper

NUMBER = "33"
TITLE = "publisher's loop wedged, its session alive"
# It would outlive B by far.
SCENE = {"session": 60, "environment": sick_zookeeper.ENVIRONMENT}
needs = sick_zookeeper.needs
inject = sick_zookeeper.inject("write", ["hang"])
