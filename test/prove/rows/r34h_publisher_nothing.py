"""A publisher says nothing."""
import gossip

NUMBER = "34"
TITLE = "a publisher says nothing"
SCENE = gossip.SCENE
inject = gossip.inject("publisher", "nothing", is_after_hello=False)
