"""The peers' figures as Markdown, and their place in docs/benchmarks.md: the
part between two marks is made anew, the words around it are written by hand."""
import os
import platform
import shutil
import subprocess

from agent import ROOT
from peers_chart import bars, lines
from report import number, table

DOCUMENT = os.path.join(ROOT, "docs/benchmarks.md")
PICTURES = os.path.join(ROOT, "docs/pictures")
BEGIN = "<!-- begin: written by test/bench/peers -->"
END = "<!-- end: written by test/bench/peers -->"
NOT_TIMED = "-"


def figure(value):
    """Three digits that matter."""
    if value is None:
        return "n/a"
    return number(value, "{:.0f}" if value >= 100 else
                  "{:.1f}" if value >= 10 else "{:.2f}")


def per_size(results, peers, head, cell):
    """A row a peer, a column a size; `cell` makes the text of one."""
    sizes = results.sizes()
    rows = [[peers[word].NAME, *[cell(word, size) for size in sizes]]
            for word in results.words()]
    return table([head, *map(str, sizes)], rows)


# --- the tables -----------------------------------------------------------
def probe_table(results, peers):
    def cell(word, size):
        text = figure(results.probe_us(word, size))
        if not results.has_kept(word, size):
            text += f" ({results.kept(word, size) * 100:.0f} % made)"
        return text
    return per_size(results, peers, "us per probe; instances:", cell)


def core_table(results, peers):
    return per_size(results, peers, "% of one core; instances:",
                    lambda word, size:
                    figure(results.core_percent(word, size)))


def memory_table(results, peers):
    def cell(word, size):
        many = results.processes(word, size)
        text = figure(results.pss_mb(word, size))
        return text if many is None or many <= 1 else f"{text} ({many:.0f})"
    return per_size(results, peers, "PSS MiB (processes); instances:", cell)


def times_table(results, peers, kind):
    sizes = results.sizes()

    def cell(word, size):
        seen = results.seen(kind, word, size)
        if seen is None:
            return NOT_TIMED
        middle, worst, unseen = seen
        text = f"{figure(middle)} / {figure(worst)}"
        return text + (f", {unseen} not seen" if unseen else "")
    rows = [[peers[word].NAME, *[cell(word, size) for size in sizes]]
            for word in results.words() if peers[word].IS_TELLING]
    return table(["median / worst ms; instances:", *map(str, sizes)], rows)


def writes_table(results, peers):
    rows = [[peers[word].NAME, number(writes, "{:.1f}")]
            for word in results.words()
            for writes in [results.writes_a_minute(word)]
            if writes is not None]
    return table(["while nothing changes",
                  "writes of instances' nodes a minute"], rows)


def growth_table(results, peers):
    """From the second size to the last, where both are known."""
    sizes = results.sizes()
    first, last = sizes[min(1, len(sizes) - 2)], sizes[-1]

    def grown(ask, word):
        small, large = ask(word, first), ask(word, last)
        return None if not small or not large else (small, large)
    rows = []
    for word in results.words():
        cpu = grown(results.core_percent, word)
        each = grown(results.probe_us, word)
        memory = grown(results.pss_mb, word)
        more = (last - first) / 100
        rows.append([
            peers[word].NAME,
            figure(cpu and cpu[1] / cpu[0]), figure(each and each[1] / each[0]),
            figure(memory and (memory[1] - memory[0]) / more),
            "yes" if results.has_kept(word, last) else
            f"{results.kept(word, last) * 100:.0f} %"])
    return table([f"from {first} to {last} instances", "CPU of the tree, times",
                  "CPU per probe, times", "MiB per 100 more",
                  "keeps the interval"], rows)


# --- the charts -----------------------------------------------------------
def line_series(results, peers, ask):
    return [(word, peers[word].NAME,
             [(size, ask(word, size)) for size in results.sizes()
              if ask(word, size) is not None])
            for word in results.words()]


def bar_series(results, peers, kind, size):
    found = [(word, peers[word].NAME, *results.seen(kind, word, size)[:2])
             for word in results.words()
             if results.seen(kind, word, size)]
    return [one for one in found if one[2] is not None]


def charts(results, peers):
    """file name -> SVG."""
    sizes = results.sizes()
    timed = max([size for size in sizes if size <= 10], default=sizes[0])
    return {
        "peers-cpu.svg": lines(
            "CPU per probe, whole process tree", "µs",
            sizes, line_series(results, peers, results.probe_us)),
        "peers-core.svg": lines(
            "CPU of the whole tree at one probe a second each",
            "% of a core", sizes,
            line_series(results, peers, results.core_percent)),
        "peers-memory.svg": lines(
            "Memory of the whole tree (PSS)", "MiB", sizes,
            line_series(results, peers, results.pss_mb)),
        "peers-kill.svg": bars(
            f"From kill -9 of a server to word of it, {timed} instances",
            "ms", bar_series(results, peers, "kill", timed)),
        "peers-stop.svg": bars(
            f"From SIGSTOP of a server to word of it, {timed} instances",
            "ms", bar_series(results, peers, "stop", timed)),
    }


PICTURES_OF = {"cpu": ["peers-cpu.svg", "peers-core.svg"],
               "memory": ["peers-memory.svg"], "kill": ["peers-kill.svg"],
               "stop": ["peers-stop.svg"]}


def pictures(which, names):
    if not names:
        return []
    return [f"![{name[:-4]}](pictures/{name})" for name in PICTURES_OF[which]]


# --- the whole ------------------------------------------------------------
def versions():
    """Of what was measured, as Debian names it."""
    def of(package):
        if shutil.which("dpkg-query") is None:
            return None
        found = subprocess.run(
            ["dpkg-query", "-W", "-f=${Version}", package],
            capture_output=True, text=True, check=False).stdout
        return f"{package} {found}" if found else None
    known = [of(package) for package in (
        "redis-tools", "libzookeeper-java", "golang-go",
        "golang-github-gomodule-redigo-dev",
        "golang-github-samuel-go-zookeeper-dev", "python3-kazoo")]
    return ", ".join([f"Python {platform.python_version()}",
                      *filter(None, known)])


def notes(results, peers):
    said = [f"- {peers[word].NAME} is not here: {why}"
            for word, why in results.missing.items()]
    said += [f"- {trouble}" for trouble in results.troubles]
    if results.skipped:
        said.append("- left out for want of time: "
                    + "; ".join(results.skipped))
    return ["", *said] if said else []


def text(results, peers, command=None, names=()):
    """All that was found. `command`: how it was made, for the document;
    `names`: pictures lie beside it."""
    if not results.windows:
        return "nothing was measured" + "\n".join(notes(results, peers))
    parts = []
    if command is not None:
        took = f" in {results.took_s / 60:.1f} minutes" \
            if results.took_s else ""
        parts += [f"    {command}", "", f"made this part{took}.", ""]
    parts += [f"{results.machine}, after: {os.getloadavg()[0]:.2f}. "
              f"{versions()}.", *notes(results, peers),
              "", "### CPU", "", probe_table(results, peers), "",
              core_table(results, peers), "", *pictures("cpu", names),
              "", "### Memory", "", memory_table(results, peers), "",
              *pictures("memory", names)]
    for kind, title in (("kill", "Killed (kill -9)"),
                        ("stop", "Stopped (SIGSTOP)")):
        if any(of == kind for of, _, _ in results.times):
            parts += ["", f"### {title}", "",
                      times_table(results, peers, kind), "",
                      *pictures(kind, names)]
    parts += ["", "### ZooKeeper", "", writes_table(results, peers)]
    if len(results.sizes()) > 1:
        parts += ["", "### How each grows", "",
                  growth_table(results, peers)]
    return "\n".join(parts)


def write(results, peers, arguments):
    """Into docs/: the pictures, and the document's made part."""
    drawn = charts(results, peers)
    os.makedirs(PICTURES, exist_ok=True)
    for name, svg in drawn.items():
        with open(os.path.join(PICTURES, name), "w") as file:
            file.write(svg)
    command = " ".join(["test/bench/peers", *arguments])
    with open(DOCUMENT) as file:
        document = file.read()
    before, rest = document.split(BEGIN)
    after = rest.split(END)[1]
    made = text(results, peers, command, list(drawn))
    with open(DOCUMENT, "w") as file:
        file.write(f"{before}{BEGIN}\n{made}\n{END}{after}")
    print(f"\nwritten: {DOCUMENT} and {len(drawn)} pictures")
