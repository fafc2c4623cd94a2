"""A prober floods."""
import gossip

NUMBER = "34"
TITLE = "a prober floods"
SCENE = gossip.SCENE
inject = gossip.inject("prober", "a flood")
