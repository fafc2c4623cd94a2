"""A row of the fault table: one small file in rows/.

    NUMBER = "2"                  as in the table; order of the report
    TITLE = "SIGSTOP; SIGCONT"
    def inject(world): ...        breaks it, says what is expected
    def heal(world): ...          mends it (may be left out)

and what it needs beside that:

    SCENE = {...}                 a world of its own make (World reads it):
        instances, fall           numbers: 4 and 2 unless told
        redis                     settings of the victim's redis.conf
        victim                    settings of the victim in the agent's file
        settings                  settings of the agent, top level
        environment               of the agent; {directory} {build} {port}
        under                     a command that becomes the agent; the same
        session                   of ZooKeeper, at least so many seconds
        zookeeper, ensemble       settings of zoo.cfg; three servers
    IS_FAST = False               too long for the fast form
    IS_MIXABLE = True             inject returns at once and leaves alone what
                                  others break: part of random mixtures
    IS_SPENT = True               the world is of no use after it
    def needs(): ...              why this machine cannot inject it, or None

`inject` of a mixable row expects nothing itself: `expect(world)` does.
"""
import glob
import importlib.util
import os
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULTS = {"SCENE": {}, "IS_FAST": True, "IS_MIXABLE": False,
            "IS_SPENT": False, "needs": lambda: None,
            "expect": lambda world: None, "heal": lambda world: None}


def load(path):
    name = os.path.basename(path)[:-3]
    spec = importlib.util.spec_from_file_location(f"rows_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    given = {key: getattr(module, key, default)
             for key, default in DEFAULTS.items()}
    return SimpleNamespace(name=name, NUMBER=module.NUMBER,
                           TITLE=module.TITLE, inject=module.inject, **given)


def load_all():
    """Every row, in the order of the table."""
    rows = [load(path) for path in glob.glob(f"{HERE}/rows/r*.py")]
    return sorted(rows, key=lambda row: row.name)
