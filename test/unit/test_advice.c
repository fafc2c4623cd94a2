/*
 * test_advice.c - the words of advice: there for every reason, and sentences
 * that a screen, a page and JSON can show as they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "model/advice.h"

#define SENTENCE_LONGEST 240

static void assert_sentence(const char *text, enum reason reason)
{
    size_t length = strlen(text);

    if (!text_is_printable(text, SENTENCE_LONGEST) || text[length - 1] == '.' ||
        text[0] == ' ' || text[length - 1] == ' ' ||
        strstr(text, "  ") != NULL) {
        fail_msg("reason %s: no sentence: \"%s\"", reason_name(reason), text);
    }
}

static void every_reason_says_what_it_means_and_what_to_do(void **state)
{
    (void)state;
    for (enum reason reason = REASON_NONE + 1; reason < REASON_COUNT;
         reason++) {
        assert_sentence(advice_meaning(reason), reason);
        assert_sentence(advice_action(reason), reason);
    }
}

static void no_two_reasons_mean_the_same(void **state)
{
    (void)state;
    for (enum reason one = REASON_NONE; one < REASON_COUNT; one++) {
        for (enum reason other = one + 1; other < REASON_COUNT; other++) {
            assert_string_not_equal(advice_meaning(one), advice_meaning(other));
        }
    }
}

static void a_healthy_server_asks_for_nothing(void **state)
{
    (void)state;
    for (enum reason reason = REASON_NONE + 1; reason < REASON_COUNT;
         reason++) {
        bool is_healthy = reason == REASON_MASTER || reason == REASON_REPLICA;
        bool is_nothing = strcmp(advice_action(reason), "nothing to do") == 0;
        assert_int_equal(is_nothing, is_healthy);
    }
}

static void of_no_reason_there_is_nothing_to_say(void **state)
{
    (void)state;
    assert_string_equal(advice_meaning(REASON_NONE), "");
    assert_string_equal(advice_action(REASON_NONE), "");
    assert_string_equal(advice_meaning(REASON_COUNT), "");
    assert_string_equal(advice_action((enum reason) - 1), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_says_what_it_means_and_what_to_do),
        cmocka_unit_test(no_two_reasons_mean_the_same),
        cmocka_unit_test(a_healthy_server_asks_for_nothing),
        cmocka_unit_test(of_no_reason_there_is_nothing_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
