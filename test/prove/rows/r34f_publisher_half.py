"""A publisher writes half a record."""
import gossip

NUMBER = "34"
TITLE = "a publisher writes half a record"
SCENE = gossip.SCENE
inject = gossip.inject("publisher", "half a frame", is_after_hello=False)
