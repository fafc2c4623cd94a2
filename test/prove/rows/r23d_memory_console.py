"""The console needs a page of memory, and there is none."""
import oom

NUMBER = "23"
TITLE = "out of memory: the console is killed for it"
SCENE = oom.SCENE
needs = oom.needs
inject = oom.inject("console", oom.ask)
