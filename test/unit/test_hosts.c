/*
 * test_hosts.c - Host headers as strangers send them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/hosts.h"

static void loopback_hosts_are_allowed(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "localhost", "localhost:6060", "LocalHost:1",
        "127.0.0.1", "127.0.0.1:",     "127.9.8.7:6060",
        "[::1]",     "[::1]:6060",     "[0:0::1]",
    };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        assert_true(hosts_is_allowed(hosts[i], NULL, ""));
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
        assert_false(hosts_is_allowed(hosts[i], NULL, ""));
    }
}

static void the_address_connected_to_is_allowed_as_a_literal(void **state)
{
    (void)state;
    assert_true(hosts_is_allowed("10.0.0.7:6060", "10.0.0.7", ""));
    assert_true(hosts_is_allowed("[fd00::7]", "fd00:0::7", ""));
    assert_false(hosts_is_allowed("10.0.0.8", "10.0.0.7", ""));
    assert_false(hosts_is_allowed("db7", "10.0.0.7", ""));
}

static void a_configured_name_is_allowed_whatever_its_case_and_port(
    void **state)
{
    (void)state;
    static const char names[] = "db7.internal,console";
    assert_true(hosts_is_allowed("db7.internal", NULL, names));
    assert_true(hosts_is_allowed("DB7.Internal:80", NULL, names));
    assert_true(hosts_is_allowed("console:6060", NULL, names));
    assert_true(hosts_is_allowed("localhost", NULL, names));
}

static void a_part_of_a_configured_name_is_nobody(void **state)
{
    (void)state;
    static const char names[] = "db7.internal,console";
    static const char *const hosts[] = {
        "db7",       "internal",      "db7.internal,console",
        "consol",    "consoles",      "evil.db7.internal",
        "[console]", "db7.internal.", ",",
        "",          "console@evil",  "console:80:80",
    };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        assert_false(hosts_is_allowed(hosts[i], NULL, names));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loopback_hosts_are_allowed),
        cmocka_unit_test(foreign_hosts_are_refused),
        cmocka_unit_test(the_address_connected_to_is_allowed_as_a_literal),
        cmocka_unit_test(
            a_configured_name_is_allowed_whatever_its_case_and_port),
        cmocka_unit_test(a_part_of_a_configured_name_is_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
