/*
 * test_speech.c - what a helper may say, and how much of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/speech.h"

#define START_MS 5000u

static const struct message note = {.kind = MESSAGE_RESULT};

/* Says so many; the verdict on the last. */
static enum speech_verdict say(struct speech *speech, uint32_t count,
                               uint64_t now_ms)
{
    enum speech_verdict verdict = SPEECH_FINE;

    for (uint32_t i = 0; i < count; i++) {
        verdict = speech_judge(speech, &note, now_ms);
    }
    return verdict;
}

static void as_much_as_all_instances_can_say_is_fine(void **state)
{
    struct speech speech = {0};
    (void)state;
    assert_int_equal(say(&speech, SPEECH_MESSAGES_MOST, START_MS), SPEECH_FINE);
}

static void one_more_in_the_same_second_is_a_flood(void **state)
{
    struct speech speech = {0};
    (void)state;
    (void)say(&speech, SPEECH_MESSAGES_MOST, START_MS);
    assert_int_equal(say(&speech, 1, START_MS + SPEECH_WINDOW_MS - 1),
                     SPEECH_FLOOD);
}

static void each_second_counts_for_itself(void **state)
{
    struct speech speech = {0};
    (void)state;
    for (uint32_t second = 0; second < 3; second++) {
        uint64_t now_ms = START_MS + second * SPEECH_WINDOW_MS;
        assert_int_equal(say(&speech, SPEECH_MESSAGES_MOST, now_ms),
                         SPEECH_FINE);
    }
}

static void a_hello_of_our_format_is_fine(void **state)
{
    struct speech speech = {0};
    struct message hello = {.kind = MESSAGE_CONSOLE_HELLO,
                            .format = MESSAGE_FORMAT};
    (void)state;
    assert_int_equal(speech_judge(&speech, &hello, START_MS), SPEECH_FINE);
}

static void a_hello_of_another_format_is_of_another_build(void **state)
{
    static const enum message_kind hellos[] = {
        MESSAGE_PROBER_HELLO, MESSAGE_PUBLISHER_HELLO, MESSAGE_CONSOLE_HELLO};
    (void)state;
    for (size_t i = 0; i < sizeof(hellos) / sizeof(hellos[0]); i++) {
        struct speech speech = {0};
        struct message hello = {.kind = hellos[i],
                                .format = MESSAGE_FORMAT - 1};
        assert_int_equal(speech_judge(&speech, &hello, START_MS),
                         SPEECH_OF_ANOTHER_BUILD);
    }
}

static void only_a_hello_tells_a_format(void **state)
{
    struct speech speech = {0};
    (void)state;
    assert_int_not_equal(note.format, MESSAGE_FORMAT);
    assert_int_equal(speech_judge(&speech, &note, START_MS), SPEECH_FINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_much_as_all_instances_can_say_is_fine),
        cmocka_unit_test(one_more_in_the_same_second_is_a_flood),
        cmocka_unit_test(each_second_counts_for_itself),
        cmocka_unit_test(a_hello_of_our_format_is_fine),
        cmocka_unit_test(a_hello_of_another_format_is_of_another_build),
        cmocka_unit_test(only_a_hello_tells_a_format),
    };
    return cmocka_run_group_tests_name("speech", tests, NULL, NULL);
}
