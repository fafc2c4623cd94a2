"""The bench's figures as tables, in the form the documents use."""
import os
import platform

from measure import median


def machine():
    """One line that says where the figures come from."""
    model = "processor not told"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    load = os.getloadavg()[0]
    return (f"{os.cpu_count()} x {model}, Linux {platform.release()}, "
            f"load before: {load:.2f}")


def number(value, form="{:.2f}"):
    return "n/a" if value is None else form.format(value)


def judged(value, aim, form="{:.2f}"):
    """The value, and beside it the aim it meets or misses."""
    text = number(value, form)
    if aim is None or value is None:
        return text
    return f"{text} (aim {aim:g}{'' if value <= aim else ', missed'})"


def table(head, rows):
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]

    def laid_out(cells):
        return "| " + " | ".join(cell.rjust(width) for cell, width
                                 in zip(cells, widths)) + " |"
    rule = "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|"
    return "\n".join([laid_out(head), rule, *map(laid_out, rows)])


def ratio(one, other):
    """The median of the windows' ratios: those of one turn beside each
    other, so that what the machine did then is in both."""
    return median([a / b for a, b in zip(one, other)])


def nanoseconds(windows):
    return [window["ns"] for window in windows]


class Row:
    """A fleet's windows: floors and agents, by flight ("PING", "deep")."""

    def __init__(self, label, count, aims):
        self.label = label
        self.count = count
        self.aims = aims      # of the ratio by flight, and of "MB"
        self.floors = {}
        self.agents = {}

    def add(self, flight, floor, agent):
        self.floors.setdefault(flight, []).append(floor)
        self.agents.setdefault(flight, []).append(agent)

    def cells(self):
        for flight, agents in self.agents.items():
            floors = self.floors[flight]
            agent_ns = nanoseconds(agents)
            yield [self.label, str(self.count), flight, str(len(floors)),
                   number(median(floors) / 1000, "{:.1f}"),
                   number(median(agent_ns) / 1000, "{:.1f}"),
                   judged(ratio(agent_ns, floors), self.aims.get(flight)),
                   judged(median([a["pss_mb"] for a in agents]),
                          self.aims.get("MB"), "{:.1f}"),
                   str(agents[0]["processes"]),
                   number(median([a["writes"] for a in agents]), "{:g}")]

    def deep_cells(self):
        """How dear deep is against PING; None without both."""
        if len(self.agents) < 2:
            return None
        ours = ratio(nanoseconds(self.agents["deep"]),
                     nanoseconds(self.agents["PING"]))
        extra = [deep["ns"] - ping["ns"] for deep, ping
                 in zip(self.agents["deep"], self.agents["PING"])]
        floors = ratio(self.floors["deep"], self.floors["PING"])
        return [self.label, str(self.count),
                judged(ours, self.aims.get("deep to PING")), number(floors),
                number(median(extra) / 1000, "{:.1f}")]


def show_windows(rows):
    print("\nCPU per probe, of all the agent's processes, beside a bare "
          "prober's:\n")
    print(table(["over", "instances", "flight", "windows", "bare us",
                 "agent us", "agent / bare", "PSS MB", "processes",
                 "zk writes/round"],
                [cells for row in rows for cells in row.cells()]))
    deep = [cells for cells in (row.deep_cells() for row in rows) if cells]
    if deep:
        print("\nA deep probe (PING ROLE INFO SETRANGE) against PING:\n")
        print(table(["over", "instances", "agent: deep / PING",
                     "bare: deep / PING", "agent: deep - PING us"], deep))


def show_rounds(found, aim_ms, aim_mb):
    """`found`: (words, what measure_rounds gave)."""
    print("\nOne round of many, from its start to the last outcome, and its "
          "probers' memory:\n")
    rows = []
    for words, seen in found:
        probers = seen["probers"]
        rows.append([
            words, str(len(seen["took_ms"])),
            number(median(seen["took_ms"]), "{:.0f}"),
            judged(max(seen["took_ms"]), aim_ms, "{:.0f}"),
            str(len(probers)),
            judged(max(p["rss_mb"] for p in probers), aim_mb, "{:.1f}"),
            judged(max(p["peak_mb"] for p in probers), aim_mb, "{:.1f}"),
            " ".join(number(p["pss_mb"], "{:.1f}") for p in probers),
            number(seen["pss_mb"], "{:.1f}")])
    print(table(["round", "rounds", "median ms", "longest ms", "probers",
                 "largest RSS MiB", "its peak MiB", "PSS of each MiB",
                 "PSS of all MiB"], rows))
