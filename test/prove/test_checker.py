"""The checker is checked: logs made by hand, each promise kept and broken.
In them a row is broken at 2 s and mended at 10: hand_made.py.
"""
import pytest

from hand_made import Row


@pytest.fixture
def row(directory):
    return Row(directory)


def test_a_row_in_which_nothing_happened_keeps_every_promise(row):
    assert row.broken() == []


# --- B --------------------------------------------------------------------
def test_an_up_that_ends_within_B_is_kept_and_measured(row):
    row.silent_for(2, 10, "one")
    row.says(8, "one", "down")
    row.says(10.5, "one", "up")
    assert row.broken() == []
    found = row.finding("B")
    assert (found.bound, found.seen, found.name) == (9, 6, "one")


def test_an_up_that_outlives_B_is_broken(row):
    row.silent_for(2, 15, "one")
    row.says(11.2, "one", "down")
    row.says(15.2, "one", "up")
    row.add("marks", 14, "healed")
    row.lines["marks"] = [line for line in row.lines["marks"]
                          if (line["what"], line["t"]) != ("healed", 10)]
    assert row.broken() == ["B"]
    assert row.finding("B").at == 2


def test_an_up_that_never_ends_is_broken_at_the_end_of_the_row(row):
    row.silent(2, "one")
    assert row.broken() == ["B"]
    assert row.finding("B").seen == 18


def test_an_up_is_no_lie_once_the_server_answers_again(row):
    row.silent_for(2, 10, "one")  # 8 s, never seen by the agent
    assert row.broken() == []
    assert row.finding("B").seen == 8


def test_an_up_told_just_before_the_oracles_next_answer_is_no_lie(row):
    """The oracle's last question in vain may wait twice its timeout."""
    row.silent_for(2, 13, "one")
    row.says(8, "one", "down")
    row.says(12, "one", "up")
    assert "B" not in row.broken()
    assert row.finding("B").seen == 6


def test_an_up_told_longer_before_the_next_answer_is_a_lie(row):
    row.silent_for(2, 13, "one")
    row.says(8, "one", "down")
    row.says(11.9, "one", "up")
    assert "B" in row.broken()
    assert row.finding("B").seen == 11


def test_an_up_told_before_an_answer_that_never_came_is_a_lie(row):
    row.silent(2, "one")
    row.says(8, "one", "down")
    row.says(19.5, "one", "up")
    assert "B" in row.broken()


def test_an_up_that_was_there_all_the_time_earned_nothing_by_the_end(row):
    row.silent_for(2, 13, "one")
    row.says(12.5, "one", "up", "replica")
    assert "B" in row.broken()
    assert row.finding("B").seen == 10.5


def test_a_machine_known_to_be_slow_stretches_B(row):
    row.silent_for(2, 15, "one")
    row.says(12, "one", "down")
    row.says(15.2, "one", "up")
    assert "B" in row.broken()
    assert "B" not in row.broken(patience=3)


def test_what_nobody_could_read_is_no_lie(row):
    row.silent_for(2, 16, "one")
    row.add("watch", 3, "blind")
    row.add("watch", 14, "connected")
    row.says(14.5, "one", "down")
    row.says(16.5, "one", "up")
    assert "B" not in row.broken()
    assert row.finding("B").seen == 1


def test_from_contact_on_a_lie_counts_anew(row):
    row.silent(2, "one")
    row.add("watch", 3, "blind")
    row.add("watch", 5, "connected")
    assert "B" in row.broken()  # still `up` at 20, more than B after 5


def test_of_two_faults_at_once_each_may_cost_a_replacement(directory):
    row = Row(directory, begin={"faults": 2})
    row.silent_for(2, 15, "one")
    row.says(12, "one", "down")  # 10 s: over B, within B + R
    row.says(15.2, "one", "up")
    assert "B" not in row.broken()
    assert row.finding("B").bound == 13


# --- no `down` while Redis answers ----------------------------------------
def test_a_down_while_it_answered_is_broken(row):
    row.says(3, "one", "down")
    row.says(4, "one", "up")
    assert row.broken() == ["true"]


def test_a_down_after_a_silence_not_longer_ago_than_B_is_true(row):
    row.silent_for(2, 3, "one")
    row.says(4, "one", "down")
    row.says(5, "one", "up")
    assert row.broken() == []


def test_a_down_long_after_a_silence_is_broken(row):
    row.silent_for(0.5, 1, "one")
    row.says(10.5, "one", "down")
    row.says(11, "one", "up")
    assert row.broken() == ["true"]


def test_what_was_said_before_the_row_began_is_another_rows(row):
    row.says(-0.8, "one", "down")
    row.says(-0.2, "one", "up")
    assert row.broken() == []


def test_the_silence_of_a_neighbour_excuses_nobody(row):
    row.silent_for(2, 10, "two")
    row.says(3, "one", "down")
    row.says(4, "one", "up")
    assert row.broken() == ["true"]


def test_unknown_while_it_answers_is_no_lie(row):
    row.says(3, "one", "unknown", "agent")
    row.says(4, "one", "up")
    assert row.broken() == []


def test_exempt_names_answer_to_what_the_row_expects_alone(row):
    row.add("marks", 1, "exempt", names=["one"])
    row.says(3, "one", "down")
    row.says(10.2, "one", "up")
    row.silent(11, "one")
    assert row.broken() == []
    row.expect(2, "one", ["loading"], "now")
    assert row.broken() == ["now"]


# --- what rows expect -----------------------------------------------------
def test_an_expectation_is_kept_by_state_and_reason_in_time(row):
    row.silent_for(2, 10, "one")
    row.expect(2, "one", ["down"], "now", ["refused"])
    row.says(2.4, "one", "down", "refused")
    row.says(10.1, "one", "up")
    assert row.broken() == []
    assert row.finding("now").seen == pytest.approx(0.4)


@pytest.mark.parametrize("state, reason, t", [
    ("down", "timeout", 2.4), ("unknown", "refused", 2.4),
    ("down", "refused", 3.1)])
def test_an_expectation_is_broken_by_reason_state_or_time(row, state, reason,
                                                          t):
    row.silent_for(2, 10, "one")
    row.expect(2, "one", ["down"], "now", ["refused"])
    row.says(t, "one", state, reason)
    row.says(10.1, "one", "up")
    assert row.broken() == ["now"]


def test_an_expectation_nobody_saw_come_true_is_broken(row):
    row.expect(2, "one", ["down"], "B")
    assert row.broken() == ["B"]
    found = [finding for finding in row.judge() if not finding.is_kept][0]
    assert found.seen is None


def test_what_holds_already_is_there_at_once(row):
    row.expect(2, "one", ["up"], "now")
    assert row.broken() == []


def test_what_held_only_before_does_not_count(row):
    row.silent_for(0, 1, "one")
    row.says(0.5, "one", "down")
    row.says(1.5, "one", "up")
    row.expect(2, "one", ["down"], "B")
    assert row.broken() == ["B"]


def test_gone_within_E_is_a_state_too(directory):
    row = Row(directory, begin={"spent": True})
    row.expect(2, "one", ["gone"], "E")
    row.gone(4, "one")
    assert row.broken() == []
    row.expect(2, "two", ["gone"], "E")
    row.gone(5, "two")
    assert row.broken() == ["E"]


def test_a_node_that_never_was_is_gone(row):
    row.expect(2, "stranger", ["gone"], "now")
    assert row.broken() == []


def test_a_finding_of_the_rows_own_is_kept_or_broken(row):
    def own(kept, bound=None, seen=None):
        row.add("marks", 3, "check", sentence="it is shed", kept=kept,
                bound=bound, seen=seen)
    own(True)
    own(True, 0.25, 0.2)
    assert row.broken() == []
    own(True, 0.25, 0.3)
    assert row.broken() == ["row"]
    assert row.broken(patience=3) == []
    own(False, 0.25, 0.2)
    assert row.broken(patience=3) == ["row"]


# --- no flap --------------------------------------------------------------
def test_quiet_nodes_may_tell_other_details_of_the_same_state(row):
    row.add("marks", 2, "quiet", names=["one", "two"])
    row.says(5, "one", "up", "replica")
    assert row.broken() == []


def test_what_happened_before_the_mark_is_no_flap(row):
    row.says(0.5, "one", "unknown", "agent")
    row.says(0.8, "one", "up")
    row.add("marks", 2, "quiet", names=["one"])
    assert row.broken() == []


@pytest.mark.parametrize("spoil", [
    lambda row: row.says(5, "one", "unknown", "agent"),
    lambda row: row.gone(5, "one"),
    lambda row: (row.gone(5, "one"), row.created(5, "one")),
    lambda row: row.created(5, "one")])
def test_a_change_a_deletion_or_a_node_made_anew_is_a_flap(row, spoil):
    row.add("marks", 2, "quiet", names=["one"])
    spoil(row)
    row.says(6, "one", "up")
    assert row.broken() == ["no flap"]


def test_only_the_names_told_must_be_quiet(row):
    row.add("marks", 2, "quiet", names=["two"])
    row.says(5, "one", "unknown", "agent")
    row.says(6, "one", "up")
    assert row.broken() == []


# --- C --------------------------------------------------------------------
def test_all_right_again_within_C_is_kept_and_measured(row):
    row.silent_for(2, 10, "one")
    row.says(4, "one", "down")
    row.says(12, "one", "up")
    assert row.broken() == []
    assert row.finding("C").seen == 2


def test_a_node_that_is_late_breaks_C(row):
    row.silent_for(2, 10, "one")
    row.says(4, "one", "down")
    row.says(12.6, "one", "up")
    assert row.broken() == ["C"]


def test_a_node_that_is_right_and_wrong_again_breaks_C(row):
    row.says(11, "one", "unknown", "agent")
    row.says(13, "one", "up")
    assert row.broken() == ["C"]


def test_a_node_that_never_comes_back_breaks_C(row):
    row.gone(9, "one")
    assert row.broken() == ["C"]


def test_a_row_that_ends_before_all_is_right_breaks_C(row):
    row.gone(9, "one")
    row.lines["marks"] = [line for line in row.lines["marks"]
                          if line["what"] != "end"]
    row.add("marks", 11, "end")
    assert row.broken() == ["C"]


def test_a_replaced_publisher_has_R_more(row):
    row.gone(9, "one")
    row.created(16, "one")
    assert row.broken() == ["C"]
    row.add("marks", 3, "replaced")
    assert row.broken() == []


def test_a_spent_world_need_not_be_right_again(directory):
    row = Row(directory, begin={"spent": True})
    row.gone(9, "one")
    assert row.broken() == []


# --- D --------------------------------------------------------------------
def test_a_neighbour_that_is_probed_in_time_is_isolated(directory):
    row = Row(directory, begin={"isolated": True})
    row.beat(0, 20)
    assert row.broken() == []
    assert row.finding("probed").bound == pytest.approx(2.2)


def test_a_gap_between_two_probes_of_a_neighbour_breaks_D(directory):
    row = Row(directory, begin={"isolated": True})
    row.beat(0, 5)
    row.beat(7.5, 20)
    assert row.broken() == ["probed"]
    assert row.finding("probed").seen == pytest.approx(2.5)


def test_a_neighbour_that_is_probed_no_more_breaks_D(directory):
    row = Row(directory, begin={"isolated": True})
    row.beat(0, 5)
    assert row.broken() == ["probed"]


def test_a_neighbour_that_was_never_probed_breaks_D(directory):
    row = Row(directory, begin={"isolated": True})
    row.add("beats", 0, "listening", name="two")
    assert row.broken() == ["probed"]


def test_a_gap_before_the_fault_or_while_deaf_says_nothing(directory):
    row = Row(directory, begin={"isolated": True})
    row.beat(-5, -4)
    row.beat(1, 5)
    row.add("beats", 5.5, "deaf", name="two")
    row.beat(15, 20)
    assert row.broken() == []


def test_rows_that_break_our_own_processes_promise_no_D(row):
    row.beat(0, 5)
    assert row.broken() == []


# --- bounded --------------------------------------------------------------
def test_a_zombie_that_is_reaped_is_none(row):
    row.looks_from(5, zombies=1)
    row.looks_from(19.8, zombies=0)
    assert row.broken() == []


def test_a_zombie_that_stays_is_broken(row):
    row.looks_from(5, zombies=1)
    assert row.broken() == ["bounded"]


def test_a_zombie_that_came_just_now_does_not_stay(row):
    row.looks_from(19.7, zombies=1)
    assert row.broken() == []


def test_a_process_that_stays_is_broken(row):
    row.looks_from(5, count=7)
    assert row.broken() == []
    row.looks_from(5, count=8)
    assert row.broken() == ["bounded"]


def test_descriptors_that_stay_are_broken(row):
    row.looks_from(5, fds=200)
    row.looks_from(19.8, fds=92)
    assert row.broken() == []
    row.looks_from(5, fds=93)
    assert row.broken() == ["bounded"]


def test_a_process_just_begun_has_descriptors_of_its_own(row):
    row.looks_from(5, count=6, fds=112)
    assert row.broken() == []
    row.looks_from(5, count=6, fds=113)
    assert row.broken() == ["bounded"]


def test_an_errand_that_is_under_way_may_have_its_descriptors(row):
    row.looks_from(5, count=6, fds=110)
    assert row.broken() == []
    row.looks_from(5, count=6, fds=113)
    assert row.broken() == ["bounded"]


# --- nothing is kept because nobody looked --------------------------------
@pytest.mark.parametrize("log", ["watch", "oracle", "tree", "marks"])
def test_an_empty_log_is_no_kept_promise(row, log):
    row.lines[log] = []
    assert "sight" in row.broken()


@pytest.mark.parametrize("log", ["watch", "oracle"])
def test_an_instance_nobody_watched_is_no_kept_promise(row, log):
    row.lines[log] = [line for line in row.lines[log]
                      if line["name"] != "two"]
    assert row.broken() == ["sight"]


def test_a_watcher_that_is_blind_to_the_end_is_no_kept_promise(row):
    row.add("watch", 5, "blind")
    assert row.broken() == ["sight"]


def test_a_watcher_that_was_blind_for_a_while_saw_the_end(row):
    row.add("watch", 5, "blind")
    row.add("watch", 12, "connected")
    assert row.broken() == []


def test_closing_the_logs_is_no_blindness(row):
    row.add("watch", 20.5, "blind")
    assert row.broken() == []


def test_a_row_that_began_without_health_is_no_kept_promise(row):
    row.says(-0.5, "one", "unknown", "agent")
    row.says(1, "one", "up")
    assert row.broken() == ["sight"]
