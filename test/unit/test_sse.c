/*
 * test_sse.c - server-sent events, whole and in pieces, as the HTML standard
 * has them, and what is too long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "ctl/sse.h"

struct heard {
    struct sse sse;
    char text[4096]; /* each event's data and a '|' */
    size_t events;
};

static void on_event(void *context, const char *data, size_t length)
{
    struct heard *heard = context;
    assert_int_equal(strlen(data), length);
    assert_true(text_append(heard->text, sizeof heard->text, "%.100s|", data));
    heard->events++;
}

static struct heard *listen_to(const char *bytes)
{
    struct heard *heard = calloc(1, sizeof *heard);
    assert_non_null(heard);
    sse_init(&heard->sse, on_event, heard);
    sse_take(&heard->sse, bytes, strlen(bytes));
    return heard;
}

static void assert_heard(const char *bytes, const char *text)
{
    struct heard *heard = listen_to(bytes);
    assert_string_equal(heard->text, text);
    free(heard);
}

static void an_event_ends_with_a_blank_line(void **state)
{
    (void)state;
    assert_heard("id: 7\nevent: change\ndata: {}\n\n", "{}|");
    assert_heard("data: {}\n", "");
    assert_heard("data: {}", "");
}

static void all_three_ends_of_a_line_are_one(void **state)
{
    (void)state;
    assert_heard("data: a\r\n\r\ndata: b\r\rdata: c\n\n", "a|b|c|");
}

static void comments_and_other_fields_are_none(void **state)
{
    (void)state;
    assert_heard(": still here\n\n:\n\nretry: 1000\n\nid: 1\n\n", "");
    assert_heard("database: x\n\ndat: y\n\n", "");
}

static void lines_of_data_are_joined(void **state)
{
    (void)state;
    assert_heard("data: one\ndata:two\ndata\n\n", "one\ntwo\n|");
}

static void only_the_first_space_is_taken_off(void **state)
{
    (void)state;
    assert_heard("data:  x\n\n", " x|");
}

static void every_cut_gives_the_same(void **state)
{
    (void)state;
    static const char bytes[] = ": hi\r\n\r\nid: 1\r\ndata: {\"a\":1}\r\n\r\n"
                                "data: b\rdata: c\r\rdata: d\n\n";
    for (size_t cut = 0; cut + 1 < sizeof bytes; cut++) {
        struct heard *heard = listen_to("");
        sse_take(&heard->sse, bytes, cut);
        sse_take(&heard->sse, bytes + cut, sizeof bytes - 1 - cut);
        assert_string_equal(heard->text, "{\"a\":1}|b\nc|d|");
        free(heard);
    }
}

/* Takes `count` times the same byte. */
static void take_many(struct heard *heard, char byte, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sse_take(&heard->sse, &byte, 1);
    }
}

static void take_text(struct heard *heard, const char *text)
{
    sse_take(&heard->sse, text, strlen(text));
}

static void an_event_too_long_is_left_out_and_the_next_is_not(void **state)
{
    (void)state;
    struct heard *heard = listen_to("data: ");
    take_many(heard, 'x', SSE_LINE_BYTES);
    take_text(heard, "\ndata: short\n\ndata: next\n\n");
    assert_string_equal(heard->text, "next|");
    assert_int_equal(heard->sse.left_out, 1);
    free(heard);
}

static void many_lines_are_too_long_together(void **state)
{
    (void)state;
    struct heard *heard = listen_to("");
    for (int i = 0; i < 3; i++) {
        take_text(heard, "data: ");
        take_many(heard, 'x', SSE_LINE_BYTES / 2);
        take_text(heard, "\n");
    }
    take_text(heard, "\ndata: next\n\n");
    assert_string_equal(heard->text, "next|");
    free(heard);
}

static void the_longest_event_fits(void **state)
{
    (void)state;
    struct heard *heard = listen_to("data: ");
    take_many(heard, 'x', SSE_LINE_BYTES - strlen("data: "));
    take_text(heard, "\n\n");
    assert_int_equal(heard->events, 1);
    free(heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_ends_with_a_blank_line),
        cmocka_unit_test(all_three_ends_of_a_line_are_one),
        cmocka_unit_test(comments_and_other_fields_are_none),
        cmocka_unit_test(lines_of_data_are_joined),
        cmocka_unit_test(only_the_first_space_is_taken_off),
        cmocka_unit_test(every_cut_gives_the_same),
        cmocka_unit_test(an_event_too_long_is_left_out_and_the_next_is_not),
        cmocka_unit_test(many_lines_are_too_long_together),
        cmocka_unit_test(the_longest_event_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
