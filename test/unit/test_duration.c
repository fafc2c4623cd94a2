/*
 * test_duration.c - spans of time as a person says them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/duration.h"

static void two_units_are_told_at_most(void **state)
{
    (void)state;
    static const struct {
        uint64_t duration_ms;
        const char *text;
    } known[] = {
        {0, "0 ms"},
        {999, "999 ms"},
        {1000, "1 s"},
        {59999, "59 s"},
        {60000, "1 min"},
        {200000, "3 min 20 s"},
        {3600000, "1 h"},
        {7500000, "2 h 5 min"},
        {UINT64_C(4) * 86400000 + 3 * 3600000, "4 d 3 h"},
        {UINT64_MAX, "213503982334 d 14 h"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char text[DURATION_TEXT_BYTES];
        duration_text(text, sizeof text, known[i].duration_ms);
        assert_string_equal(text, known[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_units_are_told_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
