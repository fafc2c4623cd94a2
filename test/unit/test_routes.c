/*
 * test_routes.c - targets as strangers send them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "console/routes.h"

static void every_path_of_the_table_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum route_kind kind;
    } known[] = {
        {"/", ROUTE_PAGE},
        {"/goroutines", ROUTE_GOROUTINES},
        {"/tasks", ROUTE_TASKS},
        {"/status", ROUTE_STATUS},
        {"/status/cache-1", ROUTE_INSTANCE},
        {"/metrics", ROUTE_METRICS},
        {"/healthz", ROUTE_HEALTHZ},
        {"/readyz", ROUTE_READYZ},
        {"/bounds", ROUTE_BOUNDS},
        {"/buildinfo", ROUTE_BUILDINFO},
        {"/check/cache-1", ROUTE_CHECK},
        {"/events", ROUTE_EVENTS},
        {"/events/stream", ROUTE_STREAM},
        {"/sd", ROUTE_SD},
        {"/config", ROUTE_CONFIG},
        {"/drain/cache-1", ROUTE_DRAIN},
        {"/undrain/cache-1", ROUTE_UNDRAIN},
        {"/reload", ROUTE_RELOAD},
        {"/probe/cache-1", ROUTE_PROBE},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct route route;
        assert_int_equal(routes_decode(known[i].path, &route), 0);
        assert_int_equal(route.kind, known[i].kind);
    }
}

static void a_name_is_taken_behind_status(void **state)
{
    (void)state;
    struct route route;
    assert_int_equal(routes_decode("/status/a%2Eb", &route), 0);
    assert_string_equal(route.name, "a.b");
    assert_int_equal(routes_decode("/status/", &route), -ENOENT);
}

static void a_name_longer_than_any_is_nothing(void **state)
{
    (void)state;
    struct route route;
    char target[600] = "/status/";
    memset(target + 8, 'a', SETTINGS_NAME_BYTES);
    assert_int_equal(routes_decode(target, &route), -ENOENT);
    memset(target + 8, 'a', 500);
    assert_int_equal(routes_decode(target, &route), -ENOENT);
}

static void other_paths_are_nothing(void **state)
{
    (void)state;
    struct route route;
    static const char *const targets[] = {
        "/x",           "//",       "/status//",          "/Status",
        "/goroutines/", "/tasks/x", "/%2e%2e/etc/passwd", "/../status",
        "/status%2F",
    };
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        int status = routes_decode(targets[i], &route);
        bool is_name = status == 0 && route.kind == ROUTE_INSTANCE;
        assert_true(status == -ENOENT || is_name);
    }
}

static void what_cannot_be_a_target_is_refused(void **state)
{
    (void)state;
    struct route route;
    static const char *const targets[] = {
        "",          "status",      "*",           "/%",
        "/%zz",      "/%4",         "/%00",        "/status%0a",
        "/\x80",     "/a b",        "/status#x",   "http://",
        "http:///x", "http://u@h/", "https://h/x", "/%7f",
    };
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        assert_int_equal(routes_decode(targets[i], &route), -EINVAL);
    }
}

static void debug_is_nought_to_two(void **state)
{
    (void)state;
    struct route route;
    assert_int_equal(routes_decode("/goroutines", &route), 0);
    assert_int_equal(route.arguments.debug, 0);
    assert_int_equal(routes_decode("/goroutines?debug=2", &route), 0);
    assert_int_equal(route.arguments.debug, 2);
    assert_int_equal(routes_decode("/goroutines?x=9&debug=1&&y", &route), 0);
    assert_int_equal(route.arguments.debug, 1);
    assert_int_equal(routes_decode("/goroutines?debug=3", &route), -ERANGE);
    assert_int_equal(routes_decode("/goroutines?debug=", &route), -ERANGE);
    assert_int_equal(routes_decode("/goroutines?debug=11", &route), -ERANGE);
}

static void an_absolute_target_carries_its_own_host(void **state)
{
    (void)state;
    struct route route;
    assert_int_equal(routes_decode("http://evil.example:80/tasks", &route), 0);
    assert_int_equal(route.kind, ROUTE_TASKS);
    assert_string_equal(route.authority, "evil.example:80");
    assert_int_equal(routes_decode("HTTP://localhost", &route), 0);
    assert_int_equal(route.kind, ROUTE_PAGE);
}

static void what_changes_something_is_told_apart_from_what_is_read(void **state)
{
    (void)state;
    struct route route;
    for (int kind = 0; kind < ROUTE_COUNT; kind++) {
        assert_int_equal(routes_is_order((enum route_kind)kind),
                         kind == ROUTE_DRAIN || kind == ROUTE_UNDRAIN ||
                             kind == ROUTE_RELOAD || kind == ROUTE_PROBE);
    }
    assert_int_equal(routes_decode("/drain/a?operator=me&reason=b%20c", &route),
                     0);
    assert_string_equal(route.name, "a");
    assert_string_equal(route.arguments.operator_name, "me");
    assert_string_equal(route.arguments.reason, "b c");
    assert_int_equal(routes_decode("/drain/b?reason=%0a", &route), -ERANGE);
    assert_int_equal(route.kind, ROUTE_DRAIN);
    assert_string_equal(route.name, "b");
    assert_int_equal(routes_decode("/drain/", &route), -ENOENT);
    assert_int_equal(routes_decode("/reload/a", &route), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_path_of_the_table_is_found),
        cmocka_unit_test(a_name_is_taken_behind_status),
        cmocka_unit_test(a_name_longer_than_any_is_nothing),
        cmocka_unit_test(other_paths_are_nothing),
        cmocka_unit_test(what_cannot_be_a_target_is_refused),
        cmocka_unit_test(debug_is_nought_to_two),
        cmocka_unit_test(an_absolute_target_carries_its_own_host),
        cmocka_unit_test(
            what_changes_something_is_told_apart_from_what_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
