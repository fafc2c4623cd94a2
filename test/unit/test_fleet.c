/*
 * test_fleet.c - the tree of all hosts: grouped, aged, and what is stale.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/fetch.h"
#include "ctl/fleet.h"

#define NOW_MS 1000000
#define HEARTBEAT_MS 10000

#define NODE(host, name, mtime, data)                               \
    "{\"path\":\"/s/prod/" host "/" name "\",\"cluster\":\"prod\"," \
    "\"host\":\"" host "\",\"name\":\"" name "\",\"data\":" data    \
    ",\"owner\":\"0xab\",\"mtime\":" #mtime ",\"version\":1}\n"

static const char lines[] = NODE("a", ".agent", 990000, "{\"version\":\"1\"}")
    NODE("a", "one", 500000, "{\"state\":\"up\",\"since\":400000}")
        NODE("a", "two", 500000, "null")
            NODE("b", ".agent", 969999, "{\"version\":\"1\"}")
                NODE("b", "one", 999000, "{\"state\":\"down\",\"since\":1}")
                    NODE("c", "one", 999000, "{}");

static json_t *read_lines(struct fleet *fleet, const char *below)
{
    char text[sizeof lines];
    memcpy(text, lines, sizeof lines);
    *fleet = (struct fleet){.root = "/s",
                            .below = below,
                            .heartbeat_ms = HEARTBEAT_MS,
                            .now_wall_ms = NOW_MS};
    return fleet_read(fleet, text);
}

static const json_t *host_at(const json_t *tree, size_t index)
{
    return json_array_get(json_object_get(tree, "hosts"), index);
}

static void nodes_are_grouped_by_host(void **state)
{
    (void)state;
    struct fleet fleet;
    json_t *tree = read_lines(&fleet, NULL);
    assert_int_equal(json_array_size(json_object_get(tree, "hosts")), 3);
    assert_string_equal(fetch_text(host_at(tree, 0), "host"), "a");
    assert_int_equal(
        json_array_size(json_object_get(host_at(tree, 0), "instances")), 2);
    assert_int_equal(
        json_array_size(json_object_get(host_at(tree, 1), "instances")), 1);
    json_decref(tree);
}

static void a_host_is_stale_after_three_heartbeats(void **state)
{
    (void)state;
    struct fleet fleet;
    json_t *tree = read_lines(&fleet, NULL);
    assert_true(json_is_false(json_object_get(host_at(tree, 0), "stale")));
    assert_true(json_is_true(json_object_get(host_at(tree, 1), "stale")));
    assert_true(json_is_null(json_object_get(host_at(tree, 2), "stale")));
    assert_int_equal(fleet.stale, 1);
    assert_int_equal(fetch_number(host_at(tree, 0), "heartbeat_age_ms", -1),
                     10000);
    json_decref(tree);
}

static void without_heartbeats_nobody_is_stale(void **state)
{
    (void)state;
    char text[sizeof lines];
    memcpy(text, lines, sizeof lines);
    struct fleet fleet = {.root = "/s", .now_wall_ms = NOW_MS};
    json_t *tree = fleet_read(&fleet, text);
    assert_int_equal(fleet.stale, 0);
    assert_true(json_is_null(json_object_get(host_at(tree, 1), "stale")));
    json_decref(tree);
}

static size_t hosts_below(const char *below)
{
    struct fleet fleet;
    json_t *tree = read_lines(&fleet, below);
    size_t count = json_array_size(json_object_get(tree, "hosts"));
    json_decref(tree);
    return count;
}

static void a_path_or_its_end_chooses(void **state)
{
    (void)state;
    assert_int_equal(hosts_below("/s/prod/a"), 1);
    assert_int_equal(hosts_below("prod/a"), 1);
    assert_int_equal(hosts_below("prod/a/"), 1);
    assert_int_equal(hosts_below("prod/c/one"), 1);
    assert_int_equal(hosts_below("prod"), 3);
    assert_int_equal(hosts_below("/"), 3);
    assert_int_equal(hosts_below("pro"), 0);
    assert_int_equal(hosts_below("/s/prod/ab"), 0);
}

static char *printed(const struct fleet *fleet, const json_t *tree)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    struct table *table = fleet_table(fleet, tree);
    assert_int_equal(table_print(table, stream, 0, false), 0);
    assert_int_equal(fclose(stream), 0);
    table_destroy(table);
    return text;
}

static void the_table_says_who_is_fresh_stale_or_gone(void **state)
{
    (void)state;
    struct fleet fleet;
    json_t *tree = read_lines(&fleet, NULL);
    char *text = printed(&fleet, tree);
    assert_non_null(strstr(text, "prod/a      fresh"));
    assert_non_null(strstr(text, "prod/b      stale"));
    assert_non_null(strstr(text, "prod/c      no agent"));
    assert_non_null(strstr(text, "  two       -"));
    assert_non_null(strstr(text, "holds nothing of ours"));
    assert_non_null(strstr(text, "10 min"));
    free(text);
    json_decref(tree);
}

static void for_a_program_there_is_a_row_an_instance(void **state)
{
    (void)state;
    struct fleet fleet;
    char *text = NULL;
    size_t length = 0;
    json_t *tree = read_lines(&fleet, NULL);
    struct table *table = fleet_csv(tree);
    FILE *stream = open_memstream(&text, &length);
    assert_int_equal(table_print_csv(table, stream), 0);
    assert_int_equal(fclose(stream), 0);
    table_destroy(table);
    assert_int_equal(strncmp(text, "path,cluster,host,name,state,since,", 35),
                     0);
    assert_non_null(strstr(text, "\r\n/s/prod/a/one,prod,a,one,"));
    assert_null(strstr(text, ".agent"));
    free(text);
    json_decref(tree);
}

static void a_line_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"{", "[]\n", "{}\nx\n", "\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char text[16];
        struct fleet fleet = {.root = "/s"};
        (void)strcpy(text, texts[i]);
        assert_null(fleet_read(&fleet, text));
    }
}

static void an_empty_tree_has_no_hosts(void **state)
{
    (void)state;
    char text[] = "";
    struct fleet fleet = {.root = "/s"};
    json_t *tree = fleet_read(&fleet, text);
    assert_int_equal(json_array_size(json_object_get(tree, "hosts")), 0);
    json_decref(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_are_grouped_by_host),
        cmocka_unit_test(a_host_is_stale_after_three_heartbeats),
        cmocka_unit_test(without_heartbeats_nobody_is_stale),
        cmocka_unit_test(a_path_or_its_end_chooses),
        cmocka_unit_test(the_table_says_who_is_fresh_stale_or_gone),
        cmocka_unit_test(for_a_program_there_is_a_row_an_instance),
        cmocka_unit_test(a_line_that_is_none_is_refused),
        cmocka_unit_test(an_empty_tree_has_no_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
