"""libzookeeper is wedged at its start."""
import sick_zookeeper

NUMBER = "32"
TITLE = "libzookeeper is wedged at its start"
SCENE = sick_zookeeper.SCENE
needs = sick_zookeeper.needs
inject = sick_zookeeper.inject_at_start(sick_zookeeper.WEDGED)
