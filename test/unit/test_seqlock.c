/*
 * test_seqlock.c - every way a reader and the writer can meet, one step at a
 * time, so that no luck of the scheduler is needed.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/seqlock.h"

#define SIZE 21 /* two words and a part of one */

static int make_lock(void **state)
{
    *state = calloc(1, seqlock_bytes(SIZE));
    return *state != NULL ? 0 : -1;
}

static int free_lock(void **state)
{
    free(*state);
    return 0;
}

static void store(struct seqlock *lock, char byte)
{
    char data[SIZE];
    memset(data, byte, sizeof data);
    seqlock_begin(lock);
    seqlock_put(lock, 0, data, sizeof data);
    seqlock_end(lock);
}

static void what_was_stored_is_read_whole(void **state)
{
    struct seqlock *lock = *state;
    char data[SIZE + 1] = {[SIZE] = 'Z'};
    char expected[SIZE];
    uint32_t sequence = 0;
    memset(expected, 'a', sizeof expected);
    store(lock, 'a');
    assert_int_equal(seqlock_enter(lock, &sequence), 0);
    seqlock_get(lock, 0, data, SIZE);
    assert_int_equal(seqlock_leave(lock, sequence), 0);
    assert_memory_equal(data, expected, SIZE);
    assert_int_equal(data[SIZE], 'Z');
}

static void a_reader_does_not_enter_while_the_writer_is_inside(void **state)
{
    struct seqlock *lock = *state;
    uint32_t sequence = 4711;
    seqlock_begin(lock);
    assert_int_equal(seqlock_enter(lock, &sequence), -EAGAIN);
    assert_int_equal(sequence, 4711);
    seqlock_end(lock);
    assert_int_equal(seqlock_enter(lock, &sequence), 0);
}

static void a_writer_that_began_since_spoils_the_copy(void **state)
{
    struct seqlock *lock = *state;
    uint32_t sequence = 0;
    assert_int_equal(seqlock_enter(lock, &sequence), 0);
    seqlock_begin(lock);
    assert_int_equal(seqlock_leave(lock, sequence), -EAGAIN);
    seqlock_end(lock);
    assert_int_equal(seqlock_leave(lock, sequence), -EAGAIN);
}

static void a_whole_store_in_between_spoils_the_copy(void **state)
{
    struct seqlock *lock = *state;
    char data[SIZE];
    uint32_t sequence = 0;
    assert_int_equal(seqlock_enter(lock, &sequence), 0);
    seqlock_get(lock, 0, data, 8);
    store(lock, 'b');
    seqlock_get(lock, 8, data + 8, SIZE - 8);
    assert_int_equal(seqlock_leave(lock, sequence), -EAGAIN);
}

static void a_writer_that_follows_a_torn_one_goes_on_odd(void **state)
{
    struct seqlock *lock = *state;
    uint32_t sequence = 0;
    seqlock_begin(lock); /* and dies */
    seqlock_begin(lock);
    assert_int_equal(seqlock_enter(lock, &sequence), -EAGAIN);
    seqlock_end(lock);
    assert_int_equal(seqlock_enter(lock, &sequence), 0);
}

static void a_part_can_be_stored_alone(void **state)
{
    struct seqlock *lock = *state;
    char data[SIZE];
    store(lock, 'a');
    seqlock_begin(lock);
    seqlock_put(lock, 8, "bbbbbbbb", 8);
    seqlock_end(lock);
    seqlock_get(lock, 0, data, SIZE);
    assert_memory_equal(data, "aaaaaaaabbbbbbbbaaaaa", SIZE);
}

#define LOCK_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_lock, free_lock)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOCK_TEST(what_was_stored_is_read_whole),
        LOCK_TEST(a_reader_does_not_enter_while_the_writer_is_inside),
        LOCK_TEST(a_writer_that_began_since_spoils_the_copy),
        LOCK_TEST(a_whole_store_in_between_spoils_the_copy),
        LOCK_TEST(a_writer_that_follows_a_torn_one_goes_on_odd),
        LOCK_TEST(a_part_can_be_stored_alone),
    };
    return cmocka_run_group_tests_name("seqlock", tests, NULL, NULL);
}
