/*
 * test_service.c - how long a helper waits that died too soon.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/service.h"

#define DEATHS 20u

/* The pause after so many deaths in a row. */
static uint64_t pause_after_deaths(bool has_worked)
{
    uint64_t pause_ms = 0;
    for (unsigned i = 0; i < DEATHS; i++) {
        uint64_t longer_ms = service_longer_pause_ms(pause_ms, has_worked);
        assert_true(longer_ms >= pause_ms);
        pause_ms = longer_ms;
    }
    return pause_ms;
}

static void the_pauses_grow_to_a_bound(void **state)
{
    (void)state;
    assert_int_equal(service_longer_pause_ms(0, false), SERVICE_PAUSE_LEAST_MS);
    assert_int_equal(service_longer_pause_ms(SERVICE_PAUSE_LEAST_MS, false),
                     2 * SERVICE_PAUSE_LEAST_MS);
    assert_int_equal(pause_after_deaths(false), SERVICE_PAUSE_MOST_MS);
}

static void one_that_reached_its_work_never_waits_long(void **state)
{
    (void)state;
    assert_int_equal(pause_after_deaths(true), SERVICE_PAUSE_WORKED_MS);
    assert_int_equal(service_longer_pause_ms(SERVICE_PAUSE_MOST_MS, true),
                     SERVICE_PAUSE_WORKED_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pauses_grow_to_a_bound),
        cmocka_unit_test(one_that_reached_its_work_never_waits_long),
    };
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
