"""A console writes garbage."""
import gossip

NUMBER = "34"
TITLE = "a console writes garbage"
SCENE = gossip.SCENE
inject = gossip.inject("console", "garbage")
