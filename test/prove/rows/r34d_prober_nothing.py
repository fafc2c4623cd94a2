"""A prober says nothing."""
import gossip

NUMBER = "34"
TITLE = "a prober says nothing"
SCENE = gossip.SCENE
inject = gossip.inject("prober", "nothing", is_after_hello=False)
