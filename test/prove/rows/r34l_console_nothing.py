"""A console says nothing."""
import gossip

NUMBER = "34"
TITLE = "a console says nothing"
SCENE = gossip.SCENE
inject = gossip.inject("console", "nothing", is_after_hello=False)
