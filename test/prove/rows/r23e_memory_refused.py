"""Each of our processes in turn is refused more memory."""
import oom

NUMBER = "23"
TITLE = "no more memory for each of our processes (prlimit)"
SCENE = oom.SCENE
inject = oom.refuse
