/*
 * test_list_line.c - a node as a line: what strangers wrote is null or ASCII,
 * never a crash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "publisher/list_line.h"

static struct list_node node_with(const char *bytes, size_t length)
{
    return (struct list_node){.path = "/r/c/h/n",
                              .cluster = "c",
                              .host = "h",
                              .name = "n",
                              .bytes = bytes,
                              .length = length,
                              .owner = 0x100a3b5e2c40000,
                              .czxid = 7,
                              .mzxid = 9,
                              .modified_wall_ms = 1763742000123,
                              .version = 3};
}

static void expect_data(const char *bytes, size_t length, const char *data)
{
    struct list_node node = node_with(bytes, length);
    char *line = list_line_create(&node);
    assert_non_null(line);
    char wanted[512];
    (void)snprintf(wanted, sizeof wanted, "\"data\":%s,\"host\"", data);
    assert_non_null(strstr(line, wanted));
    free(line);
}

static void a_node_is_one_line_with_sorted_keys(void **state)
{
    (void)state;
    const char *bytes = "{\"v\": 1, \"state\": \"up\"}";
    struct list_node node = node_with(bytes, strlen(bytes));
    char *line = list_line_create(&node);
    assert_string_equal(
        line, "{\"cluster\":\"c\",\"czxid\":7,\"data\":{\"state\":\"up\","
              "\"v\":1},\"host\":\"h\",\"mtime\":1763742000123,\"mzxid\":9,"
              "\"name\":\"n\",\"owner\":\"0x100a3b5e2c40000\","
              "\"path\":\"/r/c/h/n\",\"version\":3}");
    free(line);
}

static void what_is_no_object_is_null(void **state)
{
    (void)state;
    expect_data(NULL, 0, "null");
    expect_data("", 0, "null");
    expect_data("[1]", 3, "null");
    expect_data("\"up\"", 4, "null");
    expect_data("{\"a\":1} x", 9, "null");
    expect_data("{\"a\":1,\"a\":2}", 13, "null");
    expect_data("{\"a\":\"\xff\"}", 9, "null");
    expect_data("{\"a\":\"\\u0000\"}", 14, "null");
    expect_data("{\"a\":1}\0", 8, "null");
}

static void a_node_without_end_of_nesting_is_null(void **state)
{
    (void)state;
    char deep[LIST_DATA_MOST];
    memset(deep, '[', sizeof deep);
    static const char head[] = {'{', '"', 'a', '"', ':'};
    memcpy(deep, head, sizeof head);
    expect_data(deep, sizeof deep, "null");
}

static void what_is_longer_than_we_write_is_null(void **state)
{
    (void)state;
    char bytes[LIST_DATA_MOST + 1];
    memset(bytes, ' ', sizeof bytes);
    bytes[0] = '{';
    bytes[LIST_DATA_MOST - 1] = '}';
    expect_data(bytes, LIST_DATA_MOST, "{}");
    bytes[LIST_DATA_MOST] = ' ';
    expect_data(bytes, LIST_DATA_MOST + 1, "null");
}

static void a_line_is_ascii_whatever_the_names_and_texts(void **state)
{
    (void)state;
    const char *bytes = "{\"k\":\"\xc3\xa9\\u001b[31m\xe2\x80\xae\"}";
    struct list_node node = node_with(bytes, strlen(bytes));
    node.name = "n\x1b[2J\n\xff";
    node.version = -1;
    char *line = list_line_create(&node);
    assert_non_null(line);
    for (const char *at = line; *at != '\0'; at++) {
        assert_in_range(*at, ' ', '~');
    }
    assert_non_null(strstr(line, "\"name\":\"n?[2J??\""));
    assert_non_null(strstr(line, "\"version\":-1"));
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_is_one_line_with_sorted_keys),
        cmocka_unit_test(what_is_no_object_is_null),
        cmocka_unit_test(a_node_without_end_of_nesting_is_null),
        cmocka_unit_test(what_is_longer_than_we_write_is_null),
        cmocka_unit_test(a_line_is_ascii_whatever_the_names_and_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
