"""The report as one self-contained page: no script, nothing from elsewhere,
light and dark, as readable on a telephone as on paper."""
import os
import time
from html import escape

import timeline
from servers import PATIENCE

STYLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page.css")
LEGEND = """<p class=small>A timeline has two bars per instance: above, when
the server could answer; below, what its node said. Lines: <b class=broken></b>
broken, <b class=mended></b> mended, <b class=bound></b> the bound of a promise
that was not kept.</p>"""


def make(results, held, pace, limits):
    """`held` are the rows of report.held(), `limits` what nobody promises."""
    with open(STYLE) as file:
        style = file.read()
    skipped = [result for result in results if result.skipped]
    broken = [result for result in results if not result.is_kept()]
    kept = [result for result in results
            if result.is_kept() and not result.skipped]
    return "\n".join([
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width,initial-scale=1">',
        "<title>Promises, and what was seen of them</title>",
        f"<style>{style}</style><main>",
        "<h1>Promises, and what was seen of them</h1>",
        f"<p>{verdict(len(kept), len(broken), len(skipped))}</p>",
        f"<p class=small>{escape(setting(pace))}</p>", table(held),
        f"<p class=small>{escape(' '.join(limits))}</p>", LEGEND,
        *breaches(broken), *chapters(kept), *left_out(skipped),
        "</main></html>", ""])


def verdict(kept, broken, skipped):
    return (f"<strong class=good>{kept} rows kept</strong>, <strong class="
            f"{'bad' if broken else 'good'}>{broken} broken</strong>, "
            f"{skipped} skipped.")


def setting(pace):
    patience = "" if PATIENCE == 1 else (
        f" A slow machine: bounds were stretched by {PATIENCE:g}.")
    return (time.strftime("%Y-%m-%d %H:%M") + f", {os.uname().release}, "
            f"{os.cpu_count()} processors. Interval {pace['interval']:g} s, "
            f"timeout {pace['timeout']:g} s, session {pace['session']:g} s, "
            f"unless a row says otherwise.{patience}")


def table(held):
    rows = "".join(
        f"<tr{' class=bad' if broken else ''}><td>{marked(title)}<td>{count}"
        f"<td>{broken}<td>{bound}<td>{worst}"
        for title, count, broken, bound, worst in held)
    return ("<div class=wide><table><tr><th>promise<th>held against<th>broken"
            f"<th>bound, s<th>worst seen, s{rows}</table></div>")


def marked(text):
    """Text with `code` in it."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part
                   for i, part in enumerate(parts))


# --- rows -----------------------------------------------------------------
def breaches(results):
    """What was broken, all of it open to the eye."""
    if results:
        yield "<h2>Broken</h2>"
    for result in results:
        yield (f"<article><h3>{heading(result)}</h3>{findings(result)}"
               f"{timeline.make(result)}<p class=small>Again: <code>"
               f"{escape(result.replay)}</code><br>Logs: <code>"
               f"{escape(result.directory or '')}</code></p></article>")


def chapters(results):
    """What was kept, by the chapters of the fault table, folded."""
    for layer in dict.fromkeys(result.layer for result in results):
        yield f"<h2>{escape(layer[:1].upper() + layer[1:])}</h2>"
        for result in results:
            if result.layer == layer:
                yield (f"<details><summary>{heading(result)}</summary>"
                       f"{findings(result)}{timeline.make(result)}"
                       "</details>")


def left_out(results):
    if results:
        yield "<h2>Skipped</h2><dl>"
    for result in results:
        yield (f"<dt>{heading(result)}<dd>"
               f"{escape(result.skipped)}")
    if results:
        yield "</dl>"


def heading(result):
    took = f"<small>{result.took:.1f} s</small>" if result.took else ""
    return (f"<em>{escape(result.number)}</em> {escape(result.title)} "
            f"{took}")


def findings(result):
    """Broken ones first; of the kept ones those that measured something,
    and how many more there were."""
    told = [finding for finding in result.findings
            if not finding.is_kept or finding.seen]
    told.sort(key=lambda finding: finding.is_kept)
    rows = "".join(
        f"<tr{'' if finding.is_kept else ' class=bad'}><td>"
        f"{escape(finding.promise)}<td>{sentence(finding)}<td>"
        f"{seconds(finding.bound)}<td>{seconds(finding.seen)}"
        for finding in told)
    more = len(result.findings) - len(told)
    return ("<div class=wide><table><tr><th>promise<th><th>bound, s"
            f"<th>seen, s{rows}</table></div><p class=small>{more} more were "
            "kept with nothing to measure.</p>")


def sentence(finding):
    """Its first line; a log that follows it is folded."""
    first, _, rest = finding.sentence.partition("\n")
    if not rest:
        return marked(first)
    return (f"{marked(first)}<details><summary>more</summary><pre>"
            f"{escape(rest)}</pre></details>")


def seconds(number):
    return "" if number is None else f"{number:.2f}"
