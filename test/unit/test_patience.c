/*
 * test_patience.c - whose silence it was: time our own loop lost is given back
 * once, and silence is believed only if the server had its time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/bounds.h"
#include "prober/patience.h"

#define START_MS 10000
#define TIMEOUT_MS 1000

/* A loop that woke for an order. */
static void begin(struct turns *turns, struct patience *patience,
                  uint64_t timeout_ms)
{
    *turns = (struct turns){.stalled_ms = 77};
    turns_on_sleep(turns, START_MS - 500, 1000);
    patience_start(patience, turns, START_MS, timeout_ms);
    turns_on_wake(turns, START_MS);
}

/* The turn goes on for so long, then the loop sleeps until the deadline. */
static void stall(struct turns *turns, uint64_t stalled_ms,
                  const struct patience *patience)
{
    uint64_t now_ms = START_MS + stalled_ms;
    uint64_t left_ms = patience_left(patience, now_ms);
    turns_on_sleep(turns, now_ms, (int)left_ms);
    turns_on_wake(turns, now_ms + left_ms);
}

static bool is_fair(const struct patience *patience, const struct turns *turns,
                    uint64_t now_ms, const char *words)
{
    char trouble[160];
    bool fair =
        patience_is_fair(patience, turns, now_ms, trouble, sizeof(trouble));
    assert_string_equal(trouble, words);
    return fair;
}

static void silence_in_a_loop_that_turns_is_believed(void **state)
{
    (void)state;
    struct turns turns;
    struct patience patience;
    begin(&turns, &patience, TIMEOUT_MS);
    stall(&turns, 1, &patience);
    uint64_t end_ms = START_MS + TIMEOUT_MS;
    assert_int_equal(patience_left(&patience, START_MS), TIMEOUT_MS);
    assert_int_equal(patience_left(&patience, end_ms), 0);
    assert_false(patience_extend(&patience, &turns, end_ms, false));
    assert_true(is_fair(&patience, &turns, end_ms, ""));
}

static void lost_time_is_given_back_once(void **state)
{
    (void)state;
    struct turns turns;
    struct patience patience;
    begin(&turns, &patience, TIMEOUT_MS);
    stall(&turns, 120, &patience);
    uint64_t end_ms = START_MS + TIMEOUT_MS;
    assert_true(patience_extend(&patience, &turns, end_ms, false));
    assert_int_equal(patience_left(&patience, end_ms), 120);
    assert_false(patience_extend(&patience, &turns, end_ms + 120, true));
    assert_true(is_fair(&patience, &turns, end_ms + 120, ""));
}

static void more_than_can_be_given_back_is_no_evidence(void **state)
{
    (void)state;
    struct turns turns;
    struct patience patience;
    assert_true(PATIENCE_BACK_MS < BOUNDS_GRACE_MS);
    begin(&turns, &patience, TIMEOUT_MS);
    stall(&turns, 900, &patience);
    uint64_t end_ms = START_MS + TIMEOUT_MS;
    assert_true(patience_extend(&patience, &turns, end_ms, false));
    end_ms += patience_left(&patience, end_ms);
    assert_int_equal(end_ms, START_MS + TIMEOUT_MS + PATIENCE_BACK_MS);
    assert_false(is_fair(&patience, &turns, end_ms, ""));
}

static void loop_that_is_busy_now_and_then_still_believes(void **state)
{
    (void)state;
    struct turns turns;
    struct patience patience;
    begin(&turns, &patience, 10 * TIMEOUT_MS);
    stall(&turns, 2000, &patience);
    uint64_t end_ms = START_MS + 10 * TIMEOUT_MS;
    assert_true(patience_extend(&patience, &turns, end_ms, false));
    assert_true(is_fair(&patience, &turns, end_ms + PATIENCE_BACK_MS, ""));
}

static void timer_that_is_late_hears_but_believes_no_silence(void **state)
{
    (void)state;
    struct turns turns;
    struct patience patience;
    begin(&turns, &patience, 10 * TIMEOUT_MS);
    turns_on_sleep(&turns, START_MS, 10 * TIMEOUT_MS);
    uint64_t late_ms = START_MS + 10 * TIMEOUT_MS + PATIENCE_LATE_MS + 20;
    turns_on_wake(&turns, late_ms);
    assert_true(patience_extend(&patience, &turns, late_ms, true));
    late_ms += patience_left(&patience, late_ms);
    assert_false(is_fair(&patience, &turns, late_ms, ""));
}

static void who_speaks_at_the_very_end_may_go_on(void **state)
{
    (void)state;
    struct turns turns;
    struct patience patience;
    begin(&turns, &patience, TIMEOUT_MS);
    stall(&turns, 0, &patience);
    uint64_t end_ms = START_MS + TIMEOUT_MS;
    assert_true(patience_extend(&patience, &turns, end_ms, true));
    assert_int_equal(patience_left(&patience, end_ms), PATIENCE_HEARD_MS);
    assert_true(is_fair(&patience, &turns, end_ms + PATIENCE_HEARD_MS, ""));
}

static void order_that_lay_unread_has_less_left(void **state)
{
    (void)state;
    struct turns turns;
    struct patience patience;
    begin(&turns, &patience, TIMEOUT_MS);
    turns_on_sleep(&turns, START_MS + 400, 100);
    patience_start(&patience, &turns, START_MS + 400, TIMEOUT_MS);
    turns_on_wake(&turns, START_MS + 400);
    assert_int_equal(patience_left(&patience, START_MS + 400), 600);
    assert_true(
        patience_extend(&patience, &turns, START_MS + TIMEOUT_MS, false));
}

static void slow_file_is_named_to_its_own_and_told_to_others(void **state)
{
    (void)state;
    struct turns turns;
    struct patience own;
    begin(&turns, &own, TIMEOUT_MS);
    struct patience other = own;
    patience_note_file(&own, &turns, "password file", "/etc/a.pw", 950000);
    patience_note_file(&own, &turns, "authorities file", "/etc/ca", 50);
    stall(&turns, 960, &own);
    uint64_t end_ms = START_MS + TIMEOUT_MS;
    assert_false(is_fair(&own, &turns, end_ms,
                         "password file /etc/a.pw takes too long to open or "
                         "to read"));
    assert_false(is_fair(&other, &turns, end_ms,
                         "the agent ran late: files of other instances take "
                         "too long to open or to read"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_in_a_loop_that_turns_is_believed),
        cmocka_unit_test(lost_time_is_given_back_once),
        cmocka_unit_test(more_than_can_be_given_back_is_no_evidence),
        cmocka_unit_test(loop_that_is_busy_now_and_then_still_believes),
        cmocka_unit_test(timer_that_is_late_hears_but_believes_no_silence),
        cmocka_unit_test(who_speaks_at_the_very_end_may_go_on),
        cmocka_unit_test(order_that_lay_unread_has_less_left),
        cmocka_unit_test(slow_file_is_named_to_its_own_and_told_to_others),
    };
    return cmocka_run_group_tests_name("patience", tests, NULL, NULL);
}
