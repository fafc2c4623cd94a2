/*
 * test_order.c - what is to be probed and how, from the command line and from
 * the lines in which sentinel-agent tells of an instance.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "ctl/order.h"

static void a_target_alone_is_probed_with_the_defaults(void **state)
{
    const struct options options = {.target = "10.0.0.7:6379"};
    struct order order;
    (void)state;
    assert_int_equal(order_make(&options, &order), 0);
    assert_string_equal(address_text(&order.address).text, "10.0.0.7:6379");
    assert_string_equal(order.instance, "");
    assert_true(order.probe.task != 0);
    assert_int_equal(order.probe.timeout_ms, 1000);
    assert_true(order.probe.is_deep);
    assert_true(order.probe.canary);
    assert_false(order.probe.access.has_tls);
    assert_true(order.probe.access.tls_verify);
}

static void the_command_line_goes_before_the_url(void **state)
{
    const struct options options = {.target = "rediss://one@db:7000",
                                    .user = "two",
                                    .password_file = "pw",
                                    .timeout_ms = 250};
    struct order order;
    (void)state;
    assert_int_equal(order_make(&options, &order), 0);
    assert_string_equal(order.probe.access.user, "two");
    assert_string_equal(order.probe.access.password_file, "pw");
    assert_int_equal(order.probe.timeout_ms, 250);
    assert_true(order.probe.access.has_tls);
}

static void who_names_a_server_means_its_certificate_too(void **state)
{
    static const struct {
        struct options options;
        const char *server_name;
    } rows[] = {
        {{.target = "rediss://db"}, "db"},
        {{.target = "db:1", .has_tls = true}, "db"},
        {{.target = "rediss://db", .server_name = "other"}, "other"},
        {{.target = "rediss://10.0.0.7"}, ""},
        {{.target = "db:1"}, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct order order;
        assert_int_equal(order_make(&rows[i].options, &order), 0);
        assert_string_equal(order.probe.access.tls_server_name,
                            rows[i].server_name);
    }
}

static void every_option_of_tls_implies_it(void **state)
{
    static const struct options rows[] = {
        {.target = "a:1", .has_tls = true},
        {.target = "a:1", .is_insecure = true},
        {.target = "a:1", .ca = "ca.pem"},
        {.target = "a:1", .cert = "c.pem", .key = "k.pem"},
        {.target = "a:1", .server_name = "b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct order order;
        assert_int_equal(order_make(&rows[i], &order), 0);
        assert_true(order.probe.access.has_tls);
        assert_int_equal(order.probe.access.tls_verify, !rows[i].is_insecure);
    }
}

static void lines_of_the_agent_are_taken(void **state)
{
    static const char *const lines[] = {
        "name\tcache-1",
        "addr\tdb:6380",
        "user\tprobe",
        "password_file\t/etc/a b.pw",
        "tls\ttrue",
        "tls.ca\t/ca",
        "tls.cert\t/cert",
        "tls.key\t/key",
        "tls.server_name\tredis.internal",
        "tls.verify\tfalse",
        "timeout_ms\t2500",
        "canary\tfalse",
        "max_lag_ms\t30000",
        "max_gap\t1048576",
        "of.another.version\tanything",
    };
    struct order order = {.probe = {.canary = true}};
    const struct instance_access *access = &order.probe.access;
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_int_equal(order_take_line(&order, lines[i]), 0);
    }
    assert_int_equal(order.address.kind, ADDRESS_NAME);
    assert_int_equal(order.address.port, 6380);
    assert_string_equal(access->user, "probe");
    assert_string_equal(access->password_file, "/etc/a b.pw");
    assert_true(access->has_tls);
    assert_string_equal(access->tls_ca, "/ca");
    assert_string_equal(access->tls_cert, "/cert");
    assert_string_equal(access->tls_key, "/key");
    assert_string_equal(access->tls_server_name, "redis.internal");
    assert_false(access->tls_verify);
    assert_int_equal(order.probe.timeout_ms, 2500);
    assert_false(order.probe.canary);
    assert_int_equal(order.probe.max_lag_ms, 30000);
    assert_int_equal(order.probe.max_gap, 1048576);
}

static void a_line_that_cannot_be_is_refused(void **state)
{
    static const char *const lines[] = {
        "",           "addr",          "addr\t",
        "addr\tx",    "tls\tmaybe",    "canary\t",
        "canary\t1",  "timeout_ms\t0", "timeout_ms\t4294967296",
        "max_gap\t-", "max_gap\t1mb",
    };
    char line[600] = "user\t";
    struct order order = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (order_take_line(&order, lines[i]) != -EINVAL) {
            fail_msg("\"%s\" was taken", lines[i]);
        }
    }
    memset(line + strlen(line), 'a', 500);
    assert_int_equal(order_take_line(&order, line), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_alone_is_probed_with_the_defaults),
        cmocka_unit_test(the_command_line_goes_before_the_url),
        cmocka_unit_test(who_names_a_server_means_its_certificate_too),
        cmocka_unit_test(every_option_of_tls_implies_it),
        cmocka_unit_test(lines_of_the_agent_are_taken),
        cmocka_unit_test(a_line_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
