"""A prober writes half a record."""
import gossip

NUMBER = "34"
TITLE = "a prober writes half a record"
SCENE = gossip.SCENE
inject = gossip.inject("prober", "half a frame", is_after_hello=False)
