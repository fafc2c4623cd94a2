"""What an operator does to a running agent: another configuration."""
import signal

from servers import wait_for


def reload(world, seconds=20):
    """SIGHUP with the settings as they stand now: what /status says of it
    when it took effect or was refused."""
    agent = world.agent
    agent.write_config()
    return signal_reload(world, seconds)


def signal_reload(world, seconds=20):
    """SIGHUP with the file as it lies there."""
    def count(config):
        return config["reloads"] + config["reloads_refused"]
    before = count(world.agent.status()["config"])
    world.agent.signal(signal.SIGHUP)

    def told():
        config = world.agent.status()["config"]
        return config if count(config) > before else None
    return wait_for(told, seconds, "outcome of the reload")


def configure(world, name, **settings):
    """Reloads with these settings of one instance; None takes one away."""
    for instance in world.agent.settings["instances"]:
        if instance["name"] == name:
            for key, value in settings.items():
                if value is None:
                    instance.pop(key, None)
                else:
                    instance[key] = value
    told = reload(world)
    assert told["ok"], told["error"]
