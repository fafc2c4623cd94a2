/*
 * test_frame.c - frames on a stream: whole or not yet, right or refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sample_message.h"
#include "wire/frame.h"

#define GENERATION 7

static size_t framed(const struct message *message, uint8_t *bytes)
{
    size_t length = 0;
    assert_int_equal(
        frame_encode(message, GENERATION, bytes, FRAME_BYTES_MOST, &length), 0);
    return length;
}

static void the_head_is_as_documented(void **state)
{
    (void)state;
    const struct message look = {.kind = MESSAGE_LOOK};
    const uint8_t expected[] = {5, 0, 0, 0, GENERATION, 0, 0, 0, 11};
    uint8_t bytes[FRAME_BYTES_MOST];
    assert_int_equal(framed(&look, bytes), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void a_frame_is_taken_when_it_is_whole_and_not_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        uint8_t bytes[2 * FRAME_BYTES_MOST];
        size_t whole = framed(&sample_messages[i], bytes);
        memset(bytes + whole, 0xee, FRAME_BYTES_MOST);
        for (size_t length = 0; length < whole + 10; length++) {
            struct message message;
            size_t used = 4711;
            int status = frame_decode(sample_directions[i], GENERATION, bytes,
                                      length, &message, &used);
            assert_int_equal(status, length < whole ? -EAGAIN : 0);
            assert_int_equal(used, length < whole ? 4711 : whole);
        }
    }
}

static void another_generation_is_stale_and_can_be_skipped(void **state)
{
    (void)state;
    uint8_t bytes[FRAME_BYTES_MOST];
    size_t whole = framed(&sample_messages[0], bytes);
    struct message message;
    size_t used = 0;
    assert_int_equal(frame_decode(sample_directions[0], GENERATION + 1, bytes,
                                  whole, &message, &used),
                     -ESTALE);
    assert_int_equal(used, whole);
}

static int status_of_length(uint32_t following)
{
    uint8_t bytes[4] = {(uint8_t)following, (uint8_t)(following >> 8),
                        (uint8_t)(following >> 16), (uint8_t)(following >> 24)};
    struct message message;
    size_t used = 0;
    return frame_decode(FROM_PROBER, GENERATION, bytes, sizeof bytes, &message,
                        &used);
}

static void an_impossible_length_is_refused_at_once(void **state)
{
    (void)state;
    assert_int_equal(status_of_length(0), -EPROTO);
    assert_int_equal(status_of_length(4), -EPROTO);
    assert_int_equal(status_of_length(5), -EAGAIN);
    assert_int_equal(status_of_length(FRAME_BYTES_MOST - 4), -EAGAIN);
    assert_int_equal(status_of_length(FRAME_BYTES_MOST - 3), -EPROTO);
    assert_int_equal(status_of_length(UINT32_MAX), -EPROTO);
}

static void a_wrong_kind_or_way_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[FRAME_BYTES_MOST];
    struct message message;
    size_t used = 0;
    const struct message look = {.kind = MESSAGE_LOOK};
    size_t whole = framed(&look, bytes);
    assert_int_equal(
        frame_decode(FROM_PUBLISHER, GENERATION, bytes, whole, &message, &used),
        -EINVAL);
    bytes[8] = 250;
    assert_int_equal(
        frame_decode(TO_PUBLISHER, GENERATION, bytes, whole, &message, &used),
        -EINVAL);
}

static void a_message_longer_than_its_kind_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[FRAME_BYTES_MOST] = {0};
    struct message message;
    size_t used = 0;
    const struct message look = {.kind = MESSAGE_LOOK};
    size_t whole = framed(&look, bytes);
    bytes[0]++;
    assert_int_equal(frame_decode(TO_PUBLISHER, GENERATION, bytes, whole + 1,
                                  &message, &used),
                     -EPROTO);
}

static void a_buffer_too_small_is_told(void **state)
{
    (void)state;
    uint8_t bytes[FRAME_BYTES_MOST];
    size_t whole = framed(&sample_messages[3], bytes);
    for (size_t room = 0; room < whole; room++) {
        size_t length = 0;
        assert_int_equal(
            frame_encode(&sample_messages[3], GENERATION, bytes, room, &length),
            -ENOBUFS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_is_as_documented),
        cmocka_unit_test(a_frame_is_taken_when_it_is_whole_and_not_before),
        cmocka_unit_test(another_generation_is_stale_and_can_be_skipped),
        cmocka_unit_test(an_impossible_length_is_refused_at_once),
        cmocka_unit_test(a_wrong_kind_or_way_is_refused),
        cmocka_unit_test(a_message_longer_than_its_kind_is_refused),
        cmocka_unit_test(a_buffer_too_small_is_told),
    };
    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
