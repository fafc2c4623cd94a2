"""libzookeeper is fatal in a completion."""
import sick_zookeeper

NUMBER = "32"
TITLE = "libzookeeper is fatal in a completion"
SCENE = sick_zookeeper.SCENE
needs = sick_zookeeper.needs
inject = sick_zookeeper.inject("completion", sick_zookeeper.FATAL)
