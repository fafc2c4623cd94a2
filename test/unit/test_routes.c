/*
 * test_routes.c - targets and hosts as strangers send them.
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
    assert_int_equal(route.debug, 0);
    assert_int_equal(routes_decode("/goroutines?debug=2", &route), 0);
    assert_int_equal(route.debug, 2);
    assert_int_equal(routes_decode("/goroutines?x=9&debug=1&&y", &route), 0);
    assert_int_equal(route.debug, 1);
    assert_int_equal(routes_decode("/goroutines?debug=3", &route), -EINVAL);
    assert_int_equal(routes_decode("/goroutines?debug=", &route), -EINVAL);
    assert_int_equal(routes_decode("/goroutines?debug=11", &route), -EINVAL);
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

static void loopback_hosts_are_allowed(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "localhost", "localhost:6060", "LocalHost:1",
        "127.0.0.1", "127.0.0.1:",     "127.9.8.7:6060",
        "[::1]",     "[::1]:6060",     "[0:0::1]",
    };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        assert_true(routes_host_is_allowed(hosts[i], NULL));
    }
}

static void foreign_hosts_are_refused(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1:80:80",
        "127.0.0.1:x",
        "127.0.0.1 ",
        "127.1",
        "0.0.0.0",
        "10.0.0.7",
        "[::1",
        "::1",
        "[::2]",
        "[127.0.0.1]",
        "[localhost]",
        "[::1]x",
        "128.0.0.1",
    };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        assert_false(routes_host_is_allowed(hosts[i], NULL));
    }
}

static void the_address_connected_to_is_allowed_as_a_literal(void **state)
{
    (void)state;
    assert_true(routes_host_is_allowed("10.0.0.7:6060", "10.0.0.7"));
    assert_true(routes_host_is_allowed("[fd00::7]", "fd00:0::7"));
    assert_false(routes_host_is_allowed("10.0.0.8", "10.0.0.7"));
    assert_false(routes_host_is_allowed("db7", "10.0.0.7"));
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
        cmocka_unit_test(loopback_hosts_are_allowed),
        cmocka_unit_test(foreign_hosts_are_refused),
        cmocka_unit_test(the_address_connected_to_is_allowed_as_a_literal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
