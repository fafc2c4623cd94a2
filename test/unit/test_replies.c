/*
 * test_replies.c - the walls around the reader: whatever slices the bytes
 * come in, the same parts; whatever a stranger sends, a bounded refusal.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "prober/replies.h"

#define FLIGHT \
    "+PONG\r\n*3\r\n$6\r\nmaster\r\n:42\r\n*0\r\n$5\r\na:b\r\n\r\n:-1\r\n"
/* reply.depth.position kind text, one by one */
#define PARTS \
    "0.0.0+PONG 1.0.0*3 1.1.0$master 1.1.1:42 1.1.2*0 2.0.0$a:b\r\n 3.0.0:-1 "

struct record {
    struct replies replies;
    char parts[512];
    size_t shown;
};

static void show(void *owner, const struct reply_part *part)
{
    struct record *record = owner;
    static const char marks[] = {'+', '-', ':', '$', '_', '*'};
    char *parts = record->parts;
    size_t size = sizeof(record->parts);
    record->shown++;
    (void)text_append(parts, size, "%u.%u.%zu%c", part->reply, part->depth,
                      part->position, marks[part->kind]);
    if (part->kind == REPLY_INTEGER || part->kind == REPLY_ARRAY) {
        (void)text_append(parts, size, "%lld ", part->number);
    } else if (part->kind == REPLY_NIL) {
        (void)text_append(parts, size, " ");
    } else {
        (void)text_append(parts, size, "%.*s ", (int)part->length, part->text);
    }
}

static void start(struct record *record, unsigned expected)
{
    memset(record, 0, sizeof(*record));
    replies_init(&record->replies, expected, show, record);
}

static int feed(struct record *record, const char *text)
{
    return replies_feed(&record->replies, text, strlen(text));
}

static void every_slicing_gives_the_same_parts(void **state)
{
    (void)state;
    static const char bytes[] = FLIGHT;
    const size_t length = strlen(bytes);
    for (size_t slice = 1; slice <= length; slice++) {
        struct record record;
        start(&record, 4);
        for (size_t at = 0; at < length; at += slice) {
            size_t rest = length - at;
            assert_int_equal(replies_feed(&record.replies, &bytes[at],
                                          rest < slice ? rest : slice),
                             0);
        }
        assert_int_equal(record.replies.count, 4);
        assert_string_equal(record.parts, PARTS);
        replies_finish(&record.replies);
    }
}

static void errors_and_nils_are_shown_as_such(void **state)
{
    (void)state;
    struct record record;
    start(&record, 3);
    assert_int_equal(feed(&record, "-ERR no\r\n$-1\r\n*-1\r\n"), 0);
    assert_string_equal(record.parts, "0.0.0-ERR no 1.0.0_ 2.0.0_ ");
    assert_int_equal(record.replies.count, 3);
    replies_finish(&record.replies);
}

static void unfinished_reply_is_shown_but_not_counted(void **state)
{
    (void)state;
    struct record record;
    start(&record, 2);
    assert_int_equal(feed(&record, "+PONG\r\n*2\r\n$1\r\na\r\n"), 0);
    assert_int_equal(record.replies.count, 1);
    assert_string_equal(record.parts, "0.0.0+PONG 1.0.0*2 1.1.0$a ");
    replies_finish(&record.replies);
}

static void expect_refusal(const char *text, unsigned replies)
{
    struct record record;
    start(&record, 4);
    assert_int_equal(feed(&record, text), -EPROTO);
    assert_int_equal(record.replies.count, replies);
    assert_null(record.replies.reader);
    /* It stays: nothing brings the reader back. */
    assert_int_equal(feed(&record, "+PONG\r\n"), -EPROTO);
    assert_int_equal(record.replies.count, replies);
    assert_null(record.replies.reader);
    replies_finish(&record.replies);
}

static void what_is_no_reply_is_refused(void **state)
{
    (void)state;
    expect_refusal("HTTP/1.1 400 Bad Request\r\n", 0);
    expect_refusal(":12x\r\n", 0);
    expect_refusal("$-2\r\n", 0);
    expect_refusal("*-2\r\n", 0);
    expect_refusal("$99999999999999999999\r\n", 0);
    expect_refusal("\r\n", 0);
    expect_refusal("+a\nb\r\n", 0);
    expect_refusal("-ERR a\rb\r\n", 0);
}

/* RESP3, of which later readers know; nobody asked for it. */
static void later_protocol_is_refused(void **state)
{
    (void)state;
    expect_refusal("_\r\n", 0);
    expect_refusal("#t\r\n", 0);
    expect_refusal(",1.5\r\n", 0);
    expect_refusal("(12345678901234567890\r\n", 0);
    expect_refusal("=8\r\ntxt:text\r\n", 0);
    expect_refusal("%1\r\n+a\r\n:1\r\n", 0);
    expect_refusal("~1\r\n+a\r\n", 0);
    expect_refusal("|1\r\n+a\r\n:1\r\n+b\r\n", 0);
    expect_refusal("+PONG\r\n>2\r\n+invalidate\r\n*0\r\n", 1);
    expect_refusal("*1\r\n_\r\n", 0);
}

static void replies_before_the_refusal_stay(void **state)
{
    (void)state;
    expect_refusal("+PONG\r\n:1\r\nnonsense\r\n", 2);
}

static void surplus_reply_is_refused(void **state)
{
    (void)state;
    struct record record;
    start(&record, 1);
    assert_int_equal(feed(&record, "+PONG\r\n+"), -EPROTO);
    assert_int_equal(record.replies.count, 1);
    start(&record, 1);
    assert_int_equal(feed(&record, "+PONG\r\n"), 0);
    assert_int_equal(feed(&record, "+PONG\r\n"), -EPROTO);
    replies_finish(&record.replies);
}

static void array_bombs_are_refused_before_they_exist(void **state)
{
    (void)state;
    expect_refusal("*2147483647\r\n", 0);
    expect_refusal("*4097\r\n", 0);
    expect_refusal("*4096\r\n*1\r\n", 0);
    expect_refusal("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"
                   "*1\r\n",
                   0);
    struct record record;
    start(&record, 1);
    assert_int_equal(feed(&record, "*4096\r\n"), 0);
    replies_finish(&record.replies);
}

static void elements_are_counted_over_all_replies(void **state)
{
    (void)state;
    struct record record;
    start(&record, 3);
    assert_int_equal(feed(&record, "*0\r\n*2\r\n:1\r\n:2\r\n"), 0);
    assert_int_equal(feed(&record, "*4095\r\n"), -EPROTO);
    replies_finish(&record.replies);
}

/* What becomes of a reply that begins so and goes on for `size` bytes. */
static int feed_long(const char *head, size_t size, size_t slice)
{
    char *flood = malloc(slice);
    assert_non_null(flood);
    memset(flood, 'x', slice);
    struct record record;
    start(&record, 2);
    int status = feed(&record, head);
    for (size_t at = 0; at < size && status == 0; at += slice) {
        size_t left = size - at;
        status =
            replies_feed(&record.replies, flood, left < slice ? left : slice);
    }
    if (status == 0) {
        status = feed(&record, "\r\n");
    }
    assert_true(record.replies.bytes <= REPLIES_BYTES_MOST);
    replies_finish(&record.replies);
    free(flood);
    return status;
}

static void string_longer_than_we_read_is_told_from_nonsense(void **state)
{
    (void)state;
    static const size_t slices[] = {1000, 65536, 1000000};
    char head[64];
    for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
        assert_int_equal(feed_long("$1000000\r\n", 1000000, slices[i]),
                         -EMSGSIZE);
        assert_int_equal(feed_long("+PONG\r\n$1000000\r\n", 1000000, slices[i]),
                         -EMSGSIZE);
        assert_int_equal(feed_long("+", 1000000, slices[i]), -EPROTO);
        assert_int_equal(feed_long("+PONG\r\n+", 1000000, slices[i]), -EPROTO);
        assert_int_equal(feed_long("*1\r\n$1000000\r\n", 1000000, slices[i]),
                         -EPROTO);
        /* What fits leaves room for the replies behind it. */
        (void)text_format(head, sizeof(head), "$%d\r\n", REPLIES_STRING_MOST);
        assert_int_equal(feed_long(head, REPLIES_STRING_MOST, slices[i]), 0);
        (void)text_format(head, sizeof(head), "$%d\r\n",
                          REPLIES_STRING_MOST + 1);
        assert_int_equal(feed_long(head, REPLIES_STRING_MOST + 1, slices[i]),
                         -EMSGSIZE);
    }
}

static void bytes_are_capped_before_the_reader_sees_them(void **state)
{
    (void)state;
    char *flood = malloc(REPLIES_BYTES_MOST);
    assert_non_null(flood);
    memset(flood, 'x', REPLIES_BYTES_MOST);
    struct record record;
    start(&record, 1);
    assert_int_equal(feed(&record, "$10000000\r\n"), 0);
    assert_int_equal(replies_feed(&record.replies, flood, REPLIES_BYTES_MOST),
                     -EMSGSIZE);
    assert_int_equal(record.replies.bytes, REPLIES_BYTES_MOST);
    assert_null(record.replies.reader);
    assert_int_equal(record.shown, 0);
    free(flood);
}

static void endless_line_byte_by_byte_ends_by_its_work(void **state)
{
    (void)state;
    struct record record;
    start(&record, 1);
    int status = feed(&record, "+");
    size_t bytes = 0;
    while (status == 0 && bytes < REPLIES_BYTES_MOST) {
        status = feed(&record, "A");
        bytes++;
    }
    assert_int_equal(status, -EPROTO);
    assert_true(bytes < 20000);
    replies_finish(&record.replies);
}

static void info_of_ten_kilobytes_may_come_byte_by_byte(void **state)
{
    (void)state;
    struct record record;
    start(&record, 1);
    assert_int_equal(feed(&record, "$10000\r\n"), 0);
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(feed(&record, "i"), 0);
    }
    assert_int_equal(feed(&record, "\r\n"), 0);
    assert_int_equal(record.replies.count, 1);
    replies_finish(&record.replies);
}

static void commands_are_formatted_into_their_room_or_not_at_all(void **state)
{
    (void)state;
    const char *const words[] = {"SET", "key", ""};
    const char *expected = "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$0\r\n\r\n";
    uint8_t bytes[64];
    size_t length = 0;
    assert_int_equal(replies_format(3, words, bytes, strlen(expected), &length),
                     0);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(bytes, expected, length);
    assert_int_equal(
        replies_format(3, words, bytes, strlen(expected) - 1, &length),
        -ENOBUFS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slicing_gives_the_same_parts),
        cmocka_unit_test(errors_and_nils_are_shown_as_such),
        cmocka_unit_test(unfinished_reply_is_shown_but_not_counted),
        cmocka_unit_test(what_is_no_reply_is_refused),
        cmocka_unit_test(later_protocol_is_refused),
        cmocka_unit_test(replies_before_the_refusal_stay),
        cmocka_unit_test(surplus_reply_is_refused),
        cmocka_unit_test(array_bombs_are_refused_before_they_exist),
        cmocka_unit_test(elements_are_counted_over_all_replies),
        cmocka_unit_test(string_longer_than_we_read_is_told_from_nonsense),
        cmocka_unit_test(bytes_are_capped_before_the_reader_sees_them),
        cmocka_unit_test(endless_line_byte_by_byte_ends_by_its_work),
        cmocka_unit_test(info_of_ten_kilobytes_may_come_byte_by_byte),
        cmocka_unit_test(commands_are_formatted_into_their_room_or_not_at_all),
    };
    return cmocka_run_group_tests_name("replies", tests, NULL, NULL);
}
