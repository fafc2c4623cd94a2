/*
 * test_zero_runs.c - what is packed comes back, never takes more than its room,
 * and nothing else is taken for packed.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/zero_runs.h"

#define SIZE 64

static size_t pack_and_compare(const uint8_t *data, size_t size)
{
    uint8_t packed[ZERO_RUNS_ROOM(SIZE)];
    uint8_t back[SIZE];
    size_t length = zero_runs_pack(data, size, packed);
    assert_in_range(length, 0, ZERO_RUNS_ROOM(size));
    memset(back, 0xee, sizeof back);
    assert_int_equal(zero_runs_unpack(packed, length, back, size), 0);
    assert_memory_equal(back, data, size);
    return length;
}

static void zeros_alone_take_nothing(void **state)
{
    uint8_t data[SIZE] = {0};
    (void)state;
    assert_int_equal(pack_and_compare(data, sizeof data), 0);
    assert_int_equal(pack_and_compare(data, 0), 0);
}

static void a_short_text_takes_its_length_and_a_head(void **state)
{
    uint8_t data[SIZE] = "text";
    (void)state;
    assert_int_equal(pack_and_compare(data, sizeof data), 4 + 4);
    data[SIZE - 1] = 1;
    assert_int_equal(pack_and_compare(data, sizeof data), 4 + 4 + 4 + 1);
}

static void without_a_zero_it_takes_its_room(void **state)
{
    uint8_t data[SIZE];
    (void)state;
    memset(data, 7, sizeof data);
    assert_int_equal(pack_and_compare(data, sizeof data), ZERO_RUNS_ROOM(SIZE));
}

/* Every pattern of 16 bytes that are zero or not, at both ends of the room. */
static void every_pattern_comes_back(void **state)
{
    (void)state;
    for (unsigned pattern = 0; pattern < 1u << 16; pattern++) {
        uint8_t data[SIZE] = {0};
        for (unsigned bit = 0; bit < 16; bit++) {
            data[bit] = (pattern >> bit & 1) != 0 ? 9 : 0;
            data[SIZE - 16 + bit] = data[bit];
        }
        (void)pack_and_compare(data, sizeof data);
        (void)pack_and_compare(data, 16);
    }
}

static void what_was_never_packed_is_refused(void **state)
{
    static const uint8_t half_a_head[] = {0, 0};
    static const uint16_t past_the_end[] = {SIZE, 1, 0};
    static const uint16_t too_many[] = {0, SIZE, 0};
    uint8_t back[SIZE];
    (void)state;
    assert_int_equal(
        zero_runs_unpack(half_a_head, sizeof half_a_head, back, SIZE), -EINVAL);
    assert_int_equal(
        zero_runs_unpack((const uint8_t *)past_the_end, 5, back, SIZE),
        -EINVAL);
    assert_int_equal(zero_runs_unpack((const uint8_t *)too_many, 6, back, SIZE),
                     -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeros_alone_take_nothing),
        cmocka_unit_test(a_short_text_takes_its_length_and_a_head),
        cmocka_unit_test(without_a_zero_it_takes_its_room),
        cmocka_unit_test(every_pattern_comes_back),
        cmocka_unit_test(what_was_never_packed_is_refused),
    };
    return cmocka_run_group_tests_name("zero runs", tests, NULL, NULL);
}
