"""One helper is lost, and the one started in its place talks nonsense: it is
replaced, nobody else is moved, and no watcher sees it.

    inject = gossip.inject("publisher", "garbage")
"""
import signal
import time

import losses
from impostor import HELPERS, NONSENSE, Impostors
from servers import wait_for

LINKS = "; ".join(f"ln -sfn {{build}}/sentinel-{name} "
                  f"{{directory}}/libexec/sentinel-{name}"
                  for name in HELPERS)
# Who never says hello is given 5 s, and no session may end meanwhile.
SCENE = {"session": 20, "under": [
    "sh", "-c", f"mkdir -p {{directory}}/libexec; {LINKS}; "
    'exec "$0" "$@" --libexec {directory}/libexec']}


def inject(name, nonsense, is_after_hello=True):
    """A row's inject. A prober would have to be the one at work to be heard
    after its hello: it is replaced before that."""
    def talk(world):
        world.quiet()
        others = pids_of_others(world, name)
        impostors = Impostors(world.directory)
        impostors.forget()
        impostors.plant(name, NONSENSE[nonsense],
                        is_after_hello and name != "prober")
        lost, _ = losses.lose(world, name, signal.SIGKILL)
        pid = wait_for(impostors.started, 20, "impostor")
        wait_for(lambda: not is_alive(world, pid), 40, "its end")
        losses.wait_replaced(world, lost, name)
        world.rounds(2)
        world.check("nobody else was replaced",
                    others == pids_of_others(world, name))
        time.sleep(losses.REST_SECONDS)  # the next row kills its successor
    return talk


def is_alive(world, pid):
    return pid in [member.pid for member in world.agent.members()]


def pids_of_others(world, name):
    return {role: wait_for(lambda: losses.find(world, role), 20, role).pid
            for role in ("supervisor", *losses.HELPERS) if role != name}
