"""A publisher writes garbage."""
import gossip

NUMBER = "34"
TITLE = "a publisher writes garbage"
SCENE = gossip.SCENE
inject = gossip.inject("publisher", "garbage")
