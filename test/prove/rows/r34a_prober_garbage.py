"""A prober writes garbage."""
import gossip

NUMBER = "34"
TITLE = "a prober writes garbage"
SCENE = gossip.SCENE
inject = gossip.inject("prober", "garbage")
