"""A thousand HTTP clients that never finish a request, and come again."""
from hostile_rows import CONNECTIONS_MOST, check_honest, metric, start_crowd

NUMBER = "40a"
TITLE = "1,000 slow HTTP clients"
SCENE = {"session": 6}  # the crowd takes its share of the CPU
COUNT = 1000
crowds = []


def inject(world):
    world.quiet()
    console = world.agent.helper("sentinel-console")
    crowds.append(start_crowd(world, COUNT))
    check_honest(world, f"{COUNT} slow ones")
    world.rounds(2)
    check_honest(world, f"{COUNT} slow ones that came again")
    world.check("most of them were shed",
                metric(world, "http_connections_shed_total")
                >= COUNT - CONNECTIONS_MOST
                and metric(world, "http_connections") <= CONNECTIONS_MOST)
    world.check("the console is the same", console.is_alive())


def heal(world):
    while crowds:
        crowds[-1].kill()
        crowds.pop().communicate()
