"""The supervisor needs a page of memory, and there is none."""
import oom

NUMBER = "23"
TITLE = "out of memory: the supervisor is killed for it"
SCENE = oom.SCENE
needs = oom.needs
inject = oom.inject("supervisor")
