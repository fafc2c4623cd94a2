"""A fleet of publishers before one ZooKeeper, for the row about herds."""
import os
import shutil
import sys
import threading

from publisher import Publisher
from servers import private_directory, wait_for
from world import STATE

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "..", "bench"))
from fleet_zookeeper import FleetZooKeeper  # noqa: E402

START_SECONDS = 60


class Fleet:
    """`count` publishers, each with a node; who ends is started again."""

    def __init__(self, stack, count, session):
        self.zookeeper = FleetZooKeeper()
        stack.callback(self.zookeeper.close)
        self.zookeeper.start()
        self.publishers = []
        for number in range(count):
            directory = private_directory()
            stack.callback(shutil.rmtree, directory, True)
            publisher = Publisher(
                self.zookeeper, f"{STATE}/{number}", instances=1,
                session_ms=int(session * 1000), run_dir=directory,
                agent_id=f"{number:016x}")
            stack.callback(publisher.close)
            publisher.claim(0, "up")
            self.publishers.append(publisher)
        self.ended = threading.Event()
        keeper = threading.Thread(target=self._keep, daemon=True)
        keeper.start()
        stack.callback(keeper.join, 30)
        stack.callback(self.ended.set)

    def _keep(self):
        """As the supervisor would: its successors come at once."""
        while not self.ended.wait(0.05):
            for publisher in self.publishers:
                ends = len(publisher.heard("exit"))
                if ends == len(publisher.heard("started")) and ends:
                    publisher.say("start")
                    wait_for(lambda: len(publisher.heard("started")) > ends)

    def wait_whole(self, seconds=START_SECONDS):
        """Until all their nodes stand and all their sessions are held."""
        count = len(self.publishers)
        self.zookeeper.wait_ephemerals(count, seconds)
        return wait_for(self._all, seconds, f"{count} connections")

    def _all(self):
        """When each was accepted, wall clock; None while one is missing."""
        came = sorted(self.zookeeper.connections().values())
        return came if len(came) >= len(self.publishers) else None


def densest(moments, width):
    """How many of them are in one span of so many seconds, at most."""
    return max(sum(begin <= moment < begin + width for moment in moments)
               for begin in moments)
