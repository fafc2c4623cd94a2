"""The bench of the peers judges and draws without measuring: its smoke test
can fail, its charts can be read, and it leaves the written words alone."""
import os
import pathlib
import sys
import xml.dom.minidom

import pytest

from agent import ROOT

sys.path.insert(0, os.path.join(ROOT, "test/bench"))

import peers_chart  # noqa: E402
import peers_document  # noqa: E402
from peer import Window  # noqa: E402
from peers_faults import batches  # noqa: E402
from peers_hear import is_whole  # noqa: E402
from peers_results import Results  # noqa: E402

SIZES = [1, 10]


class Agent:
    NAME = "sentinel-agent"
    IS_TELLING = True


class Bare:
    NAME = "bare epoll loop"
    IS_TELLING = False


PEERS = {"agent": Agent, "floor": Bare}


def window(count, probes_a_second=1.0):
    return Window(cpu_s=0.001 * count, seconds=4,
                  probes=4 * count * probes_a_second, count=count, pss_mb=7.5,
                  processes=1, writes=0)


@pytest.fixture
def results():
    found = Results("a machine")
    for size in SIZES:
        for word in PEERS:
            found.add_window(word, size, window(size))
        for kind in ("kill", "stop"):
            found.add_times(kind, size, {"agent": [5.0, 7.0]})
    return found


def test_a_peer_that_probed_and_told_passes_the_smoke(results):
    assert results.smoke(PEERS, list(PEERS)) == 0


def test_a_peer_that_hardly_probed_fails_the_smoke(results, capsys):
    results.windows["floor", 10] = [window(10, probes_a_second=0.2)]
    assert results.smoke(PEERS, list(PEERS)) == 1
    assert "bare epoll loop: too few probes" in capsys.readouterr().out


def test_a_peer_that_missed_a_death_fails_the_smoke(results, capsys):
    results.times["kill", "agent", 1] = [5.0, None]
    assert results.smoke(PEERS, list(PEERS)) == 1
    assert "after a kill" in capsys.readouterr().out


def test_a_peer_that_was_not_measured_fails_the_smoke(results):
    del results.windows["agent", 1]
    assert results.smoke(PEERS, list(PEERS)) == 1


def test_a_peer_that_cannot_run_fails_the_smoke_and_is_named(results):
    results.missing["agent"] = "no such program"
    assert results.smoke(PEERS, list(PEERS)) == 1
    assert "sentinel-agent is not here: no such program" \
        in peers_document.text(results, PEERS)


def test_the_part_of_the_probes_that_was_made_stands_in_the_table(results):
    results.windows["agent", 10] = [window(10, probes_a_second=0.5)]
    text = peers_document.text(results, PEERS)
    assert "500 (50 % made)" in text  # 10 ms for 20 probes
    assert "250 " in text             # 10 ms for 40 of the bare loop


def test_charts_are_sound_and_name_each_peer(results):
    for name, svg in peers_document.charts(results, PEERS).items():
        xml.dom.minidom.parseString(svg)
        assert "prefers-color-scheme: dark" in svg
        assert Agent.NAME in svg, name


def test_a_chart_of_nothing_is_no_error():
    nothing = Results("a machine")
    assert "nothing was measured" in peers_document.text(nothing, PEERS)
    xml.dom.minidom.parseString(peers_chart.bars("none", "ms", []))


def test_labels_at_one_place_are_moved_apart():
    moved = sorted(peers_chart.spread([100.0, 100.0, 101.0, 351.0, 352.0]))
    gaps = [after - before for before, after in zip(moved, moved[1:])]
    assert min(gaps) >= peers_chart.LABEL_GAP
    assert moved[-1] <= peers_chart.HEIGHT - peers_chart.BOTTOM


def test_only_the_made_part_of_the_document_is_written(
        results, workspace, monkeypatch):
    directory = pathlib.Path(workspace)
    document = directory / "benchmarks.md"
    monkeypatch.setattr(peers_document, "DOCUMENT", str(document))
    monkeypatch.setattr(peers_document, "PICTURES", workspace)
    document.write_text(f"by hand\n{peers_document.BEGIN}\nold\n"
                        f"{peers_document.END}\nby hand, too\n")
    for _ in range(2):
        peers_document.write(results, PEERS, ["--quick"])
    text = document.read_text()
    assert text.startswith("by hand\n") and text.endswith("by hand, too\n")
    assert "old" not in text
    assert text.count("test/bench/peers --quick") == 1
    assert (directory / "peers-cpu.svg").exists()


@pytest.mark.parametrize("count, times", [(1, 3), (10, 5), (10, 20), (3, 1)])
def test_no_server_is_struck_twice_at_once(count, times):
    struck = batches(count, times, "kill")
    assert sum(map(len, struck)) == times
    assert all(len(set(names)) == len(names) for names in struck)


def test_an_answer_is_whole_by_its_length_or_its_last_chunk():
    head = b"HTTP/1.1 200 OK\r\n"
    assert is_whole(head + b"Content-Length: 2\r\n\r\nab")
    assert not is_whole(head + b"Content-Length: 3\r\n\r\nab")
    assert is_whole(head + b"\r\n2\r\nab\r\n0\r\n\r\n")
    assert not is_whole(head + b"\r\n2\r\nab\r\n")
    assert not is_whole(head)
