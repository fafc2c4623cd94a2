/*
 * test_message.c - every message comes back as it went; nothing else does.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sample_message.h"
#include "wire/message.h"

#define VERDICT_AT 9 /* in a RESULT: behind u64 task and bool */

static size_t encoded(const struct message *message, uint8_t *bytes)
{
    size_t length = 0;
    assert_int_equal(
        message_encode(message, bytes, MESSAGE_BYTES_MOST, &length), 0);
    return length;
}

static const struct message *sample(enum message_kind kind)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        if (sample_messages[i].kind == kind) {
            return &sample_messages[i];
        }
    }
    fail();
    return NULL;
}

static void every_message_comes_back_byte_for_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        uint8_t bytes[MESSAGE_BYTES_MOST];
        uint8_t again[MESSAGE_BYTES_MOST];
        struct message message;
        size_t length = encoded(&sample_messages[i], bytes);
        assert_int_equal(message_decode(sample_directions[i],
                                        (uint8_t)sample_messages[i].kind, bytes,
                                        length, &message),
                         0);
        assert_int_equal(encoded(&message, again), length);
        assert_memory_equal(again, bytes, length);
    }
}

static void every_field_of_a_result_comes_back(void **state)
{
    (void)state;
    uint8_t bytes[MESSAGE_BYTES_MOST];
    struct message message;
    const struct result *sent = &sample(MESSAGE_RESULT)->result;
    size_t length = encoded(sample(MESSAGE_RESULT), bytes);
    assert_int_equal(
        message_decode(FROM_PROBER, MESSAGE_RESULT, bytes, length, &message),
        0);
    assert_int_equal(message.result.task, sent->task);
    assert_int_equal(message.result.is_deep, sent->is_deep);
    assert_true(verdict_equals(&message.result.verdict, &sent->verdict));
    assert_memory_equal(message.result.stage_us, sent->stage_us,
                        sizeof sent->stage_us);
    assert_int_equal(message.result.facts.pid, sent->facts.pid);
    assert_memory_equal(message.result.facts.values, sent->facts.values,
                        sizeof sent->facts.values);
}

static void a_process_is_told_without_facts_too(void **state)
{
    (void)state;
    uint8_t bytes[MESSAGE_BYTES_MOST];
    struct message sent = *sample(MESSAGE_RESULT);
    struct message message;
    sent.result.has_facts = false;
    sent.result.facts.pid = 4711;
    sent.result.facts.start_ticks = 99;
    size_t length = encoded(&sent, bytes);
    assert_int_equal(
        message_decode(FROM_PROBER, MESSAGE_RESULT, bytes, length, &message),
        0);
    assert_false(message.result.has_facts);
    assert_int_equal(message.result.facts.pid, 4711);
    assert_int_equal(message.result.facts.start_ticks, 99);
    assert_int_equal(message.result.facts.mode, MODE_UNKNOWN);
    assert_int_equal(message.result.facts.values[FACT_GAP], FACT_UNKNOWN);
}

static void a_message_goes_one_way_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        uint8_t bytes[MESSAGE_BYTES_MOST];
        size_t length = encoded(&sample_messages[i], bytes);
        for (enum message_direction way = 0; way < MESSAGE_DIRECTION_COUNT;
             way++) {
            struct message message;
            int status = message_decode(way, (uint8_t)sample_messages[i].kind,
                                        bytes, length, &message);
            assert_int_equal(status, way == sample_directions[i] ? 0 : -EINVAL);
        }
    }
}

static void a_kind_that_is_none_is_refused(void **state)
{
    (void)state;
    struct message message;
    assert_int_equal(message_decode(TO_PROBER, 0, NULL, 0, &message), -EINVAL);
    assert_int_equal(message_decode(TO_PROBER, 255, NULL, 0, &message),
                     -EINVAL);
    assert_string_equal(message_name((enum message_kind)255), "?");
    assert_string_equal(message_name(MESSAGE_LOOK), "look");
}

/* What stands on the wire may change only with the format's number. If this
 * fails: raise MESSAGE_FORMAT, and write down the new sum here. */
static void the_bytes_are_those_of_this_format(void **state)
{
    (void)state;
    uint32_t sum = 2166136261u; /* FNV-1a, 32 bits */
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        uint8_t bytes[MESSAGE_BYTES_MOST];
        size_t length = encoded(&sample_messages[i], bytes);
        for (size_t at = 0; at < length; at++) {
            sum = (sum ^ bytes[at]) * 16777619u;
        }
        sum = (sum ^ (uint32_t)sample_messages[i].kind) * 16777619u;
    }
    assert_int_equal(MESSAGE_FORMAT, 2);
    assert_int_equal(BOARD_LAYOUT, 6);
    assert_int_equal(sum, 0x875a1fba);
}

static void a_hello_of_another_build_can_be_read_by_all(void **state)
{
    (void)state;
    /* A later one may say more. */
    const uint8_t later[] = {MESSAGE_FORMAT + 1, 0, 0, 0, 'm', 'o', 'r', 'e'};
    const uint8_t ours[] = {MESSAGE_FORMAT, 0, 0, 0, 'm'};
    struct message message;
    assert_int_equal(message_decode(FROM_CONSOLE, MESSAGE_CONSOLE_HELLO, later,
                                    sizeof later, &message),
                     0);
    assert_int_equal(message.format, MESSAGE_FORMAT + 1);
    /* An earlier one said nothing. */
    assert_int_equal(
        message_decode(FROM_PROBER, MESSAGE_PROBER_HELLO, NULL, 0, &message),
        0);
    assert_int_equal(message.format, MESSAGE_FORMAT_NONE);
    assert_int_equal(message_decode(FROM_PUBLISHER, MESSAGE_PUBLISHER_HELLO,
                                    ours, sizeof ours, &message),
                     -EPROTO);
    assert_int_equal(message_decode(FROM_PUBLISHER, MESSAGE_PUBLISHER_HELLO,
                                    ours, 3, &message),
                     -EPROTO);
}

static bool is_hello(enum message_kind kind)
{
    return kind == MESSAGE_PROBER_HELLO || kind == MESSAGE_PUBLISHER_HELLO ||
           kind == MESSAGE_CONSOLE_HELLO;
}

static void a_byte_too_few_or_too_many_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        uint8_t bytes[MESSAGE_BYTES_MOST + 1] = {0};
        size_t whole = encoded(&sample_messages[i], bytes);
        for (size_t length = 0; length <= whole + 1; length++) {
            struct message message = {.kind = MESSAGE_LOOK};
            int status = message_decode(sample_directions[i],
                                        (uint8_t)sample_messages[i].kind, bytes,
                                        length, &message);
            bool is_older = length == 0 && is_hello(sample_messages[i].kind);
            assert_int_equal(status, length == whole || is_older ? 0 : -EPROTO);
        }
    }
}

/* Decodes a RESULT with one byte changed. */
static int status_with(size_t at, uint8_t value)
{
    uint8_t bytes[MESSAGE_BYTES_MOST];
    struct message message;
    size_t length = encoded(sample(MESSAGE_RESULT), bytes);
    bytes[at] = value;
    return message_decode(FROM_PROBER, MESSAGE_RESULT, bytes, length, &message);
}

static void values_out_of_range_are_refused(void **state)
{
    (void)state;
    assert_int_equal(status_with(8, 2), -EPROTO); /* a bool */
    assert_int_equal(status_with(VERDICT_AT, STATE_COUNT), -EPROTO);
    assert_int_equal(status_with(VERDICT_AT, STATE_NONE), -EPROTO);
    assert_int_equal(status_with(VERDICT_AT, STATE_DOWN), 0);
    assert_int_equal(status_with(VERDICT_AT + 1, REASON_COUNT), -EPROTO);
    assert_int_equal(status_with(VERDICT_AT + 2, ABILITY_COUNT), -EPROTO);
    assert_int_equal(status_with(VERDICT_AT + 3, ABILITY_COUNT), -EPROTO);
    assert_int_equal(status_with(VERDICT_AT + 3, ABILITY_STALE), -EPROTO);
    assert_int_equal(status_with(VERDICT_AT + 4, ROLE_COUNT), -EPROTO);
    assert_int_equal(status_with(VERDICT_AT + 8, 0x80), -EPROTO);
}

static void texts_with_nul_or_escapes_are_refused(void **state)
{
    (void)state;
    size_t detail_at = VERDICT_AT + 5 + 4 + 2;
    assert_int_equal(status_with(detail_at, 'x'), 0);
    assert_int_equal(status_with(detail_at, '\0'), -EPROTO);
    assert_int_equal(status_with(detail_at, '\x1b'), -EPROTO);
    assert_int_equal(status_with(detail_at, 0xc3), -EPROTO);
    assert_int_equal(status_with(detail_at - 1, 0xff), -EPROTO);
}

static void a_text_fits_to_its_last_byte_and_no_further(void **state)
{
    (void)state;
    uint8_t bytes[MESSAGE_BYTES_MOST + 1];
    struct message message = *sample(MESSAGE_PUBLISH_SETTINGS);
    memset(message.publish_settings.run_dir, 'r', SETTINGS_RUN_DIR_BYTES - 1);
    message.publish_settings.run_dir[SETTINGS_RUN_DIR_BYTES - 1] = '\0';
    size_t length = encoded(&message, bytes);
    struct message decoded;
    assert_int_equal(message_decode(TO_PUBLISHER, MESSAGE_PUBLISH_SETTINGS,
                                    bytes, length, &decoded),
                     0);
    assert_string_equal(decoded.publish_settings.run_dir,
                        message.publish_settings.run_dir);

    size_t text_at = length - (SETTINGS_RUN_DIR_BYTES - 1);
    bytes[text_at - 2] = SETTINGS_RUN_DIR_BYTES;
    bytes[length] = 'r';
    assert_int_equal(message_decode(TO_PUBLISHER, MESSAGE_PUBLISH_SETTINGS,
                                    bytes, length + 1, &decoded),
                     -EPROTO);
}

static void what_was_refused_leaves_the_target_alone(void **state)
{
    (void)state;
    struct message message = {.kind = MESSAGE_LOOK};
    assert_int_equal(
        message_decode(FROM_PROBER, MESSAGE_RESULT, NULL, 0, &message),
        -EPROTO);
    assert_int_equal(message.kind, MESSAGE_LOOK);
}

static void an_instance_past_the_most_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[MESSAGE_BYTES_MOST];
    struct message message = *sample(MESSAGE_PUBLISHED);
    message.published.instance = SETTINGS_INSTANCES_MOST;
    size_t length = encoded(&message, bytes);
    assert_int_equal(message_decode(FROM_PUBLISHER, MESSAGE_PUBLISHED, bytes,
                                    length, &message),
                     -EPROTO);
}

static void a_found_server_has_an_address_and_a_process(void **state)
{
    (void)state;
    uint8_t bytes[MESSAGE_BYTES_MOST];
    struct message message = *sample(MESSAGE_FOUND);
    message.found.addr[0] = '\0';
    size_t length = encoded(&message, bytes);
    assert_int_equal(
        message_decode(FROM_PROBER, MESSAGE_FOUND, bytes, length, &message),
        -EPROTO);
    message = *sample(MESSAGE_FOUND);
    message.found.pid = (uint32_t)INT32_MAX + 1;
    length = encoded(&message, bytes);
    assert_int_equal(
        message_decode(FROM_PROBER, MESSAGE_FOUND, bytes, length, &message),
        -EPROTO);
}

static void a_buffer_too_small_is_not_overrun(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        uint8_t bytes[MESSAGE_BYTES_MOST];
        size_t whole = encoded(&sample_messages[i], bytes);
        for (size_t room = 0; room < whole; room++) {
            size_t length = 4711;
            memset(bytes, 'Z', sizeof bytes);
            assert_int_equal(
                message_encode(&sample_messages[i], bytes, room, &length),
                -ENOBUFS);
            assert_int_equal(bytes[room], 'Z');
            assert_int_equal(length, 4711);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_comes_back_byte_for_byte),
        cmocka_unit_test(every_field_of_a_result_comes_back),
        cmocka_unit_test(a_process_is_told_without_facts_too),
        cmocka_unit_test(a_message_goes_one_way_only),
        cmocka_unit_test(a_kind_that_is_none_is_refused),
        cmocka_unit_test(the_bytes_are_those_of_this_format),
        cmocka_unit_test(a_hello_of_another_build_can_be_read_by_all),
        cmocka_unit_test(a_byte_too_few_or_too_many_is_refused),
        cmocka_unit_test(values_out_of_range_are_refused),
        cmocka_unit_test(texts_with_nul_or_escapes_are_refused),
        cmocka_unit_test(a_text_fits_to_its_last_byte_and_no_further),
        cmocka_unit_test(what_was_refused_leaves_the_target_alone),
        cmocka_unit_test(an_instance_past_the_most_is_refused),
        cmocka_unit_test(a_found_server_has_an_address_and_a_process),
        cmocka_unit_test(a_buffer_too_small_is_not_overrun),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
