/*
 * test_address.c - addresses as people write them, and as they mistype them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

#include "model/address.h"

static struct address parsed(const char *text)
{
    struct address address;
    const char *why = NULL;
    int status = address_parse(text, false, &address, &why);
    if (status != 0) {
        fail_msg("%s: %s", text, why);
    }
    return address;
}

static void each_kind_is_recognised(void **state)
{
    (void)state;
    const struct {
        const char *text;
        enum address_kind kind;
        const char *host;
        uint16_t port;
    } rows[] = {
        {"127.0.0.1:6379", ADDRESS_IPV4, "127.0.0.1", 6379},
        {"localhost:1", ADDRESS_IPV4, "127.0.0.1", 1},
        {"[::1]:65535", ADDRESS_IPV6, "::1", 65535},
        {"[fe80::1:2]:6379", ADDRESS_IPV6, "fe80::1:2", 6379},
        {"cache-1.example.org:6379", ADDRESS_NAME, "cache-1.example.org", 6379},
        {"my_redis:6379", ADDRESS_NAME, "my_redis", 6379},
        {"db7.:6379", ADDRESS_NAME, "db7.", 6379},
        {"unix:/run/redis.sock", ADDRESS_UNIX, "/run/redis.sock", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct address address = parsed(rows[i].text);
        assert_int_equal(address.kind, rows[i].kind);
        assert_string_equal(address.host, rows[i].host);
        assert_int_equal(address.port, rows[i].port);
        assert_string_equal(address_text(&address).text, rows[i].text);
    }
}

static void what_is_written_otherwise_is_not_equal(void **state)
{
    const struct address one = parsed("localhost:6379");
    const char *const others[] = {"127.0.0.1:6379", "localhost:6380",
                                  "[::1]:6379", "localhost.:6379"};
    (void)state;
    assert_true(address_equals(&one, &one));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct address other = parsed(others[i]);
        assert_false(address_equals(&one, &other));
    }
    assert_string_equal(address_text(&(struct address){0}).text, "");
}

static void mistakes_are_refused_with_a_reason(void **state)
{
    (void)state;
    const char *wrong[] = {
        "",
        ":",
        ":6379",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:06379",
        "127.0.0.1:+6379",
        "127.0.0.1:6379 ",
        " 127.0.0.1:6379",
        "127.0.0.256:6379",
        "127.1:6379",
        "1.2.3.4.5:6379",
        "::1:6379",
        "[::1]",
        "[::1]6379",
        "[::1:6379",
        "[127.0.0.1]:6379",
        "[fe80::1%eth0]:6379",
        "[]:6379",
        "a..b:6379",
        ".a:6379",
        "-a:6379",
        "a-:6379",
        "a-.b:6379",
        "a b:6379",
        "a/b:6379",
        "caf\xc3\xa9:6379",
        "redis://a:6379",
        "unix:",
        "unix:run/redis.sock",
        "unix:/run/\nredis.sock",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct address address = {.kind = ADDRESS_NONE, .port = 4711};
        const char *why = NULL;
        if (address_parse(wrong[i], false, &address, &why) != -EINVAL) {
            fail_msg("taken: %s", wrong[i]);
        }
        assert_non_null(why);
        assert_int_equal(address.port, 4711);
    }
}

static void a_listen_address_may_leave_the_port_to_the_kernel(void **state)
{
    (void)state;
    struct address address;
    const char *why = NULL;
    assert_int_equal(address_parse("127.0.0.1:0", true, &address, &why), 0);
    assert_int_equal(address.port, 0);
}

static void the_longest_name_and_path_fit_and_one_more_does_not(void **state)
{
    (void)state;
    char text[300];
    char part[254];
    struct address address;
    const char *why = NULL;

    memset(part, 'a', sizeof part);
    part[63] = part[127] = part[191] = '.';
    snprintf(text, sizeof text, "%.253s:65535", part);
    assert_int_equal(address_parse(text, false, &address, &why), 0);
    assert_string_equal(address_text(&address).text, text);
    snprintf(text, sizeof text, "%.253s.:65535", part);
    assert_int_equal(address_parse(text, false, &address, &why), -EINVAL);

    memset(part, 'a', sizeof part);
    snprintf(text, sizeof text, "unix:/%.106s", part);
    assert_int_equal(address_parse(text, false, &address, &why), 0);
    snprintf(text, sizeof text, "unix:/%.107s", part);
    assert_int_equal(address_parse(text, false, &address, &why), -EINVAL);
}

static void socket_addresses_carry_host_and_port(void **state)
{
    (void)state;
    struct sockaddr_storage storage;
    socklen_t length = 0;

    struct address address = parsed("10.0.0.7:6379");
    const struct sockaddr_in *ipv4 = (const void *)&storage;
    assert_int_equal(address_to_sockaddr(&address, &storage, &length), 0);
    assert_int_equal(length, sizeof *ipv4);
    assert_int_equal(ipv4->sin_family, AF_INET);
    assert_int_equal(ntohs(ipv4->sin_port), 6379);
    assert_int_equal(ntohl(ipv4->sin_addr.s_addr), 0x0a000007);

    address = parsed("[::1]:6379");
    const struct sockaddr_in6 *ipv6 = (const void *)&storage;
    assert_int_equal(address_to_sockaddr(&address, &storage, &length), 0);
    assert_int_equal(length, sizeof *ipv6);
    assert_int_equal(ipv6->sin6_family, AF_INET6);
    assert_int_equal(ntohs(ipv6->sin6_port), 6379);
    assert_true(IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr));

    address = parsed("unix:/tmp/x.sock");
    const struct sockaddr_un *path = (const void *)&storage;
    assert_int_equal(address_to_sockaddr(&address, &storage, &length), 0);
    assert_int_equal(path->sun_family, AF_UNIX);
    assert_string_equal(path->sun_path, "/tmp/x.sock");

    address = parsed("example.org:6379");
    assert_int_equal(address_to_sockaddr(&address, &storage, &length), -EINVAL);
}

static void loopback_is_known_without_a_lookup(void **state)
{
    (void)state;
    const char *loopback[] = {"127.0.0.1:1", "127.77.3.4:1", "localhost:1",
                              "[::1]:1",     "[0:0::0:1]:1", "unix:/x"};
    const char *others[] = {"10.0.0.1:1", "128.0.0.1:1", "[::2]:1",
                            "localhost.example.org:1"};
    for (size_t i = 0; i < sizeof loopback / sizeof loopback[0]; i++) {
        struct address address = parsed(loopback[i]);
        assert_true(address_is_loopback(&address));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct address address = parsed(others[i]);
        assert_false(address_is_loopback(&address));
    }
}

static void only_an_address_alone_is_numeric(void **state)
{
    (void)state;
    assert_true(address_is_numeric("10.0.0.7"));
    assert_true(address_is_numeric("::1"));
    assert_false(address_is_numeric("[::1]"));
    assert_false(address_is_numeric("10.0.0.7:6379"));
    assert_false(address_is_numeric("10.0.0"));
    assert_false(address_is_numeric("db7.example"));
    assert_false(address_is_numeric(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_recognised),
        cmocka_unit_test(what_is_written_otherwise_is_not_equal),
        cmocka_unit_test(mistakes_are_refused_with_a_reason),
        cmocka_unit_test(a_listen_address_may_leave_the_port_to_the_kernel),
        cmocka_unit_test(the_longest_name_and_path_fit_and_one_more_does_not),
        cmocka_unit_test(socket_addresses_carry_host_and_port),
        cmocka_unit_test(loopback_is_known_without_a_lookup),
        cmocka_unit_test(only_an_address_alone_is_numeric),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
