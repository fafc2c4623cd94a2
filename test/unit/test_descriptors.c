/*
 * test_descriptors.c - what a limit is good for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/child_exec.h"
#include "supervisor/deathwatch.h"
#include "supervisor/descriptors.h"

static void what_is_needed_grows_with_the_instances(void **state)
{
    (void)state;
    uint64_t needed = 0;
    assert_null(descriptors_judge(DEATHWATCH_RESERVE + 7, 7, &needed));
    assert_int_equal(needed, DEATHWATCH_RESERVE + 7);
    assert_non_null(descriptors_judge(DEATHWATCH_RESERVE + 7, 8, &needed));
    assert_int_equal(needed, DEATHWATCH_RESERVE + 8);
}

static void too_few_for_a_birth_is_told_apart(void **state)
{
    (void)state;
    uint64_t needed = 0;
    const char *none =
        descriptors_judge(CHILD_EXEC_DESCRIPTORS - 1, 1, &needed);
    const char *some = descriptors_judge(CHILD_EXEC_DESCRIPTORS, 1, &needed);
    assert_non_null(none);
    assert_non_null(some);
    assert_string_not_equal(none, some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_needed_grows_with_the_instances),
        cmocka_unit_test(too_few_for_a_birth_is_told_apart),
    };
    return cmocka_run_group_tests_name("descriptors", tests, NULL, NULL);
}
