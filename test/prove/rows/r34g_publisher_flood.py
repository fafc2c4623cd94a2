"""A publisher floods."""
import gossip

NUMBER = "34"
TITLE = "a publisher floods"
SCENE = gossip.SCENE
inject = gossip.inject("publisher", "a flood")
