"""A console writes half a record."""
import gossip

NUMBER = "34"
TITLE = "a console writes half a record"
SCENE = gossip.SCENE
inject = gossip.inject("console", "half a frame", is_after_hello=False)
