"""libzookeeper is fatal at its start."""
import sick_zookeeper

NUMBER = "32"
TITLE = "libzookeeper is fatal at its start"
SCENE = sick_zookeeper.SCENE
needs = sick_zookeeper.needs
inject = sick_zookeeper.inject_at_start(sick_zookeeper.FATAL)
