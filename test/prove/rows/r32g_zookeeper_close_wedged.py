"""libzookeeper is wedged when its session is closed."""
import sick_zookeeper

NUMBER = "32"
TITLE = "libzookeeper is wedged at its end"
SCENE = sick_zookeeper.SCENE
needs = sick_zookeeper.needs
inject = sick_zookeeper.inject_at_end(sick_zookeeper.WEDGED)
