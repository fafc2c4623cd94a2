/*
 * test_overdue.c - an answer that never comes is called so in time for a
 * successor, one that is merely slow or unread never.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/bounds.h"
#include "publisher/overdue.h"

#define ASKED_MS 70000u
/* What a successor needs to resume the session, amply. */
#define SUCCESSOR_MS 500u

/* Looks when it is told to, from the request on; when it gives up. */
static uint64_t give_up_ms(struct overdue *overdue, uint64_t oldest_ms)
{
    uint64_t now_ms = oldest_ms;
    for (int looks = 0; looks < 10; looks++) {
        now_ms = overdue_next_ms(overdue, oldest_ms, now_ms);
        if (overdue_look(overdue, oldest_ms, now_ms)) {
            return now_ms;
        }
    }
    return OVERDUE_NEVER;
}

static void it_is_given_up_in_time_for_a_successor(void **state)
{
    (void)state;
    struct overdue overdue = {0};
    uint64_t took_ms = give_up_ms(&overdue, ASKED_MS) - ASKED_MS;
    assert_true(took_ms >= OVERDUE_MS);
    assert_true(took_ms + SUCCESSOR_MS <= BOUNDS_REPLACE_MS);
}

static void a_slow_answer_is_waited_for(void **state)
{
    (void)state;
    struct overdue overdue = {0};
    for (uint64_t now_ms = ASKED_MS; now_ms < ASKED_MS + OVERDUE_MS;
         now_ms += 10) {
        assert_false(overdue_look(&overdue, ASKED_MS, now_ms));
        assert_int_equal(overdue_next_ms(&overdue, ASKED_MS, now_ms),
                         ASKED_MS + OVERDUE_MS);
    }
}

static void one_look_is_not_enough_for_we_may_not_have_run(void **state)
{
    (void)state;
    struct overdue overdue = {0};
    uint64_t late_ms = ASKED_MS + 20 * OVERDUE_MS;
    assert_false(overdue_look(&overdue, ASKED_MS, late_ms));
    assert_int_equal(overdue_next_ms(&overdue, ASKED_MS, late_ms),
                     late_ms + OVERDUE_AGAIN_MS);
    /* The answer lay in our queue. */
    assert_false(overdue_look(&overdue, 0, late_ms + OVERDUE_AGAIN_MS));
}

static void each_request_is_given_its_own_time(void **state)
{
    (void)state;
    struct overdue overdue = {0};
    uint64_t oldest_ms = ASKED_MS;
    for (int answered = 0; answered < 20; answered++) {
        uint64_t now_ms = oldest_ms + OVERDUE_MS;
        assert_false(overdue_look(&overdue, oldest_ms, now_ms));
        oldest_ms += 100;
    }
}

static void while_nothing_is_awaited_nobody_looks(void **state)
{
    (void)state;
    struct overdue overdue = {0};
    assert_int_equal(overdue_next_ms(&overdue, 0, ASKED_MS), OVERDUE_NEVER);
    assert_false(overdue_look(&overdue, 0, ASKED_MS));
    assert_false(overdue_look(&overdue, 0, ASKED_MS + OVERDUE_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_given_up_in_time_for_a_successor),
        cmocka_unit_test(a_slow_answer_is_waited_for),
        cmocka_unit_test(one_look_is_not_enough_for_we_may_not_have_run),
        cmocka_unit_test(each_request_is_given_its_own_time),
        cmocka_unit_test(while_nothing_is_awaited_nobody_looks),
    };
    return cmocka_run_group_tests_name("overdue", tests, NULL, NULL);
}
