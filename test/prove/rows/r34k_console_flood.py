"""A console floods."""
import gossip

NUMBER = "34"
TITLE = "a console floods"
SCENE = gossip.SCENE
inject = gossip.inject("console", "a flood")
