"""A world whose agent reaches ZooKeeper by way of a liar; and the rows in
which it lies to who resumes our session."""
from liar import Liar
from world import World
from zookeeper_rows import are_ours, in_time, outlive_sessions, replaced

# Longer than a successor takes, so that there are nodes to take over.
SCENE = {"place": "lied_to", "session": 4.0}


class Place(World):
    def _servers_of_agent(self):
        self.liar = Liar(self.zookeeper)
        self.stack.callback(self.liar.close)
        return self.liar.servers


def inject(deed):
    """A row's inject: this deed, told once to our publisher when it comes
    back. The library takes most of them for the end of its session, so the
    nodes may be taken over by a new one, where they stand."""
    def play(world):
        others = {member.pid for member in world.agent.members()
                  if member.name != "sentinel-publisher"[:15]}
        mark = world.watch.mark()
        replaced(world)
        told = world.liar.told
        world.liar.lie(deed)
        world.liar.hang_up()
        in_time(world, "it was told the lie", world.promises.session,
                lambda: world.liar.told > told)
        in_time(world, "and outlived it", world.promises.C_replaced,
                lambda: is_content(world) and are_ours(world))
        outlive_sessions(world)  # nothing may vanish later
        world.check("all nodes stand when a session left behind has ended",
                    are_ours(world))
        said = {state for name in world.redis
                for state in world.watch.states(name, mark)}
        world.check("no node said another state", said <= {"up", "deleted"})
        now = {member.pid for member in world.agent.members()}
        world.check("nobody else was moved", others <= now)
    return play


def is_content(world):
    return world.agent.status()["zookeeper"]["state"] == "steady"
