"""A unix socket that its owner closed to us: our trouble, not the server's.
The agent is bound by modes, also where root runs it."""
import os

from redis_rows import UNIX
from socket_rows import told
from stage import MODES_BIND

NUMBER = "7c"
TITLE = "Redis: unix socket EACCES"
SCENE = {"under": MODES_BIND}


def inject(world):
    world.exempt([UNIX])  # the oracle may be root, whom no mode binds
    os.chmod(world.redis[UNIX].path, 0)
    told(world, "unknown", "agent", "ermission denied")


def heal(world):
    os.chmod(world.redis[UNIX].path, 0o700)
