/*
 * test_top_frame.c - the picture of `top` on screens of every size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "ctl/frame.h"

#define WIDTH_LEAST 30
#define WIDTH_MOST 240

static const char told[] =
    "{\"agent\":{\"host\":\"db7\",\"cluster\":\"prod\",\"version\":\"1\","
    "  \"pid\":7,\"uptime_ms\":60000,\"heartbeat_age_ms\":%d,\"now\":90000},"
    " \"zookeeper\":{\"state\":\"steady\",\"told_ms_ago\":2000},"
    " \"round\":{\"started_ms_ago\":400},"
    " \"config\":{\"error\":\"%s\"},\"alarms\":[],"
    " \"instances\":["
    "  {\"name\":\"cache-with-a-name\",\"state\":\"up\",\"reason\":\"master\","
    "   \"role\":\"master\",\"since\":30000,\"last_success_ms_ago\":300,"
    "   \"readable\":\"yes\",\"writable\":\"yes\",\"detail\":\"\","
    "   \"timings\":{\"ping_us\":1234}},"
    "  {\"name\":\"queue\",\"state\":\"down\",\"reason\":\"refused\","
    "   \"role\":\"unknown\",\"since\":80000,\"last_success_ms_ago\":10000,"
    "   \"detail\":\"connection refused: nobody listens there \\u001b[2J\"}]}";

/* What is printed; the caller's to free. */
static char *draw(struct frame frame, int heartbeat_ms, const char *error)
{
    char text[2 * sizeof told];
    char *drawn = NULL;
    size_t length = 0;
    assert_true(text_format(text, sizeof text, told, heartbeat_ms, error));
    json_t *status = json_loads(text, 0, NULL);
    assert_non_null(status);
    frame.status = status;
    frame.trouble = frame.trouble != NULL ? frame.trouble : "";
    FILE *stream = open_memstream(&drawn, &length);
    assert_int_equal(frame_print(&frame, stream), 0);
    assert_int_equal(fclose(stream), 0);
    json_decref(status);
    return drawn;
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        longest = length > longest ? length : longest;
        text += length + (text[length] == '\n');
    }
    return longest;
}

static size_t count_lines(const char *text)
{
    size_t count = 1;
    for (; *text != '\0'; text++) {
        count += *text == '\n';
    }
    return count;
}

static void no_line_is_wider_than_the_screen(void **state)
{
    (void)state;
    for (size_t width = WIDTH_LEAST; width <= WIDTH_MOST; width++) {
        struct frame frame = {.width = width, .has_keys = true};
        char *drawn = draw(frame, 100, "");
        assert_in_range(longest_line(drawn), 1, width);
        assert_non_null(strstr(drawn, "cache-with-a-name"));
        assert_non_null(strstr(drawn, "down"));
        free(drawn);
    }
}

static void no_more_lines_than_the_screen_has(void **state)
{
    (void)state;
    for (size_t height = 1; height < 12; height++) {
        struct frame frame = {.width = 60, .height = height, .has_keys = true};
        char *drawn = draw(frame, 100, "");
        assert_in_range(count_lines(drawn), 1, height > 1 ? height : 2);
        free(drawn);
    }
}

static void the_worst_stands_first_on_the_screen_too(void **state)
{
    (void)state;
    struct frame frame = {.width = 200, .sort = SORT_STATE};
    char *drawn = draw(frame, 100, "");
    assert_true(strstr(drawn, "queue") < strstr(drawn, "cache-with-a-name"));
    assert_non_null(strstr(drawn, "1.23 ms"));
    free(drawn);
}

static void a_wide_screen_has_more_columns_than_a_narrow_one(void **state)
{
    (void)state;
    char *wide = draw((struct frame){.width = 200}, 100, "");
    char *narrow = draw((struct frame){.width = 60}, 100, "");
    assert_non_null(strstr(wide, "LAST OK"));
    assert_null(strstr(narrow, "LAST OK"));
    assert_non_null(strstr(narrow, "STATE"));
    free(wide);
    free(narrow);
}

static void a_silent_supervisor_is_red(void **state)
{
    (void)state;
    char *fresh = draw((struct frame){.has_colour = true}, 100, "");
    char *stale = draw((struct frame){.has_colour = true}, 9000, "");
    assert_null(strstr(fresh, "\033[31mSupervisor"));
    assert_non_null(strstr(stale, "\033[31mSupervisor turned 9 s ago"));
    free(fresh);
    free(stale);
}

static void what_is_wrong_with_the_agent_is_said_above(void **state)
{
    (void)state;
    struct frame frame = {.width = 200, .trouble = "no answer from x"};
    char *drawn = draw(frame, 100, "a.yaml:3:1: bad");
    assert_non_null(strstr(drawn, "reload was refused: a.yaml:3:1: bad"));
    assert_non_null(strstr(drawn, "Old news: no answer from x"));
    free(drawn);
}

static void a_strangers_bytes_do_not_reach_the_terminal(void **state)
{
    (void)state;
    char *drawn = draw((struct frame){.width = 200}, 100, "");
    assert_null(strchr(drawn, '\033'));
    assert_non_null(strstr(drawn, "\\x1b[2J"));
    free(drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_is_wider_than_the_screen),
        cmocka_unit_test(no_more_lines_than_the_screen_has),
        cmocka_unit_test(the_worst_stands_first_on_the_screen_too),
        cmocka_unit_test(a_wide_screen_has_more_columns_than_a_narrow_one),
        cmocka_unit_test(a_silent_supervisor_is_red),
        cmocka_unit_test(what_is_wrong_with_the_agent_is_said_above),
        cmocka_unit_test(a_strangers_bytes_do_not_reach_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
