"""The report as one self-contained page."""
import html


def make(results, lines, pace):
    rows = "".join(
        f"<tr><td>{html.escape(result.number)}<td>"
        f"{html.escape(result.title)}<td>"
        f"{'skipped' if result.skipped else 'kept' if result.is_kept() else 'broken'}"
        for result in results)
    return (f"<!doctype html><meta charset=utf-8><title>Promises</title>"
            f"<pre>{html.escape(chr(10).join(lines))}</pre>"
            f"<table>{rows}</table>")
