"""libzookeeper is wedged at a write."""
import sick_zookeeper

NUMBER = "32"
TITLE = "libzookeeper is wedged at a write"
SCENE = sick_zookeeper.SCENE
needs = sick_zookeeper.needs
inject = sick_zookeeper.inject("write", sick_zookeeper.WEDGED)
