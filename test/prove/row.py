"""A row of the fault table: one small file in rows/.

    NUMBER = "2"                  as in the table; order of the report
    TITLE = "SIGSTOP; SIGCONT"
    def inject(world): ...        breaks it, says what is expected
    def heal(world): ...          mends it (may be left out)

and what it needs beside that:

    SCENE = {...}                 a world of its own make (World reads it):
        instances, fall           numbers: 4 and 2 unless told
        redis                     settings of the victim's redis.conf
        victim                    settings of the victim in the agent's file;
                                  {directory} {build} {port}
        settings                  settings of the agent, top level
        environment               of the agent; filled in like those
        under                     a command that becomes the agent; the same
        session, timeout          at least so many seconds
        zookeeper, ensemble       settings of zoo.cfg; three servers
        place                     a module here with a World of another make
    IS_FAST = False               too long for the fast form
    IS_MIXABLE = True             inject returns at once and leaves alone what
                                  others break: part of random mixtures
    IS_SPENT = True               the world is of no use after it
    IS_ISOLATED = True            nothing of ours is broken: a neighbour's
                                  probes arrive in time. So it is with rows
                                  of Redis (1 to 8), and of one way, name
                                  or library call, unless told
    IS_ALONE = True               it starves or rations the machine: no other
                                  row beside it
    def needs(): ...              why this machine cannot inject it, or None

`inject` of a mixable row expects nothing itself: `expect(world)` does.
"""
import glob
import importlib.util
import os
import re
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
# The fault table's chapters, by the number each begins with.
LAYERS = ((1, "Redis"), (9, "ZooKeeper"), (18, "network, names"),
          (21, "host"), (31, "libraries"), (35, "operator"), (40, "hostile"))
# Of other chapters those that strike one instance, too: a slow way to it, its
# name, its library calls.
ISOLATED = (19, 20, 31)
DEFAULTS = {"SCENE": {}, "IS_FAST": True, "IS_MIXABLE": False,
            "IS_SPENT": False, "IS_ALONE": False, "needs": lambda: None,
            "expect": lambda world: None, "heal": lambda world: None}


def load(path):
    name = os.path.basename(path)[:-3]
    spec = importlib.util.spec_from_file_location(f"rows_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    given = {key: getattr(module, key, default)
             for key, default in DEFAULTS.items()}
    layer = layer_of(module.NUMBER)
    return SimpleNamespace(
        name=name, NUMBER=module.NUMBER, TITLE=module.TITLE, LAYER=layer,
        IS_ISOLATED=getattr(module, "IS_ISOLATED", layer == "Redis"
                            or digits(module.NUMBER) in ISOLATED),
        FAULTS=1, inject=module.inject,
        replay=lambda is_fast: replay(f"--only {name}", is_fast), **given)


def replay(words, is_fast):
    """The command that plays it again."""
    return f"test/prove/run {'--fast ' if is_fast else ''}{words}"


def digits(number):
    return int(re.match(r"\d+", number).group())


def layer_of(number):
    """The chapter of the fault table: "29b" belongs to the host's."""
    return [layer for begin, layer in LAYERS if begin <= digits(number)][-1]


def load_all():
    """Every row, in the order of the table."""
    rows = [load(path) for path in glob.glob(f"{HERE}/rows/r*.py")]
    return sorted(rows, key=lambda row: row.name)


def table(rows):
    """The rows as docs/prove.md lists them."""
    lines = ["| | what is broken | row | |", "|---|---|---|---|"]
    for row in sorted(rows, key=lambda row: (digits(row.NUMBER), row.name)):
        notes = [note for holds, note in (
            (not row.IS_FAST, "true settings only"),
            (row.IS_MIXABLE, "mixtures"), (row.IS_ALONE, "alone")) if holds]
        lines.append(f"| {row.NUMBER} | {row.TITLE} | `{row.name}` | "
                     f"{', '.join(notes)} |")
    return lines
