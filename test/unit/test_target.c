/*
 * test_target.c - what `sentinelctl probe` may be pointed at, and what it
 * refuses, hostile input too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "ctl/target.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

struct good {
    const char *text;
    enum address_kind kind;
    const char *host;
    uint16_t port;
    bool has_tls;
    const char *user;
};

static const struct good good[] = {
    {"127.0.0.1:6379", ADDRESS_IPV4, "127.0.0.1", 6379, false, ""},
    {"localhost:1", ADDRESS_IPV4, "127.0.0.1", 1, false, ""},
    {"[::1]:65535", ADDRESS_IPV6, "::1", 65535, false, ""},
    {"db-7.example:6380", ADDRESS_NAME, "db-7.example", 6380, false, ""},
    {"unix:/run/redis.sock", ADDRESS_UNIX, "/run/redis.sock", 0, false, ""},
    {"/run/redis.sock", ADDRESS_UNIX, "/run/redis.sock", 0, false, ""},
    {"/run/a:b@c", ADDRESS_UNIX, "/run/a:b@c", 0, false, ""},
    {"redis://10.0.0.7", ADDRESS_IPV4, "10.0.0.7", 6379, false, ""},
    {"redis://10.0.0.7/", ADDRESS_IPV4, "10.0.0.7", 6379, false, ""},
    {"redis://db:7000/15", ADDRESS_NAME, "db", 7000, false, ""},
    {"REDIS://db", ADDRESS_NAME, "db", 6379, false, ""},
    {"rediss://db", ADDRESS_NAME, "db", 6379, true, ""},
    {"rediss://[fe80::1]", ADDRESS_IPV6, "fe80::1", 6379, true, ""},
    {"rediss://[fe80::1]:7000", ADDRESS_IPV6, "fe80::1", 7000, true, ""},
    {"redis://probe@db", ADDRESS_NAME, "db", 6379, false, "probe"},
    {"redis://a%3ab%40c@db", ADDRESS_NAME, "db", 6379, false, "a:b@c"},
    {"redis://a@b@db", ADDRESS_NAME, "db", 6379, false, "a@b"},
    {"redis://a%25@[::1]:1", ADDRESS_IPV6, "::1", 1, false, "a%"},
};

static void every_form_of_an_address_is_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct target target;
        const char *why = "";
        if (target_parse(good[i].text, &target, &why) != 0) {
            fail_msg("%s: %s", good[i].text, why);
        }
        assert_string_equal(target.instance, "");
        assert_int_equal(target.address.kind, good[i].kind);
        assert_string_equal(target.address.host, good[i].host);
        assert_int_equal(target.address.port, good[i].port);
        assert_int_equal(target.has_tls, good[i].has_tls);
        assert_string_equal(target.user, good[i].user);
    }
}

static void a_word_is_the_name_of_an_instance(void **state)
{
    static const char *const names[] = {"cache-1", "a", "queue.eu_1", "6379"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct target target;
        const char *why = "";
        assert_int_equal(target_parse(names[i], &target, &why), 0);
        assert_string_equal(target.instance, names[i]);
        assert_int_equal(target.address.kind, ADDRESS_NONE);
    }
}

static const char *const bad[] = {
    "",
    " ",
    ".hidden",
    "a b",
    "a\x1b[2J",
    "\xff\xfe",
    ":6379",
    "host:",
    "host:0",
    "host:65536",
    "host:99999999999999999999",
    "host:-1",
    "host:63 79",
    "host:6379x",
    "host:1:2",
    "::1:6379",
    "[::1",
    "[::1]",
    "[::1]:0",
    "[nonsense]:1",
    "1.2.3:4",
    "unix:",
    "unix:relative",
    "/a\nb",
    "redis:",
    "redis:/",
    "redis://",
    "redis:///0",
    "redis://:6379",
    "redis://@host",
    "redis://host:0",
    "redis://host:65536",
    "redis://host:/0",
    "redis://host:6379/x",
    "redis://host:6379/-1",
    "redis://host:6379/0/1",
    "redis://host:6379/999999999",
    "redis://host?db=1",
    "redis://host/0?x",
    "redis://host#f",
    "redis://[::1",
    "redis://[::1]6379",
    "redis://a%@host",
    "redis://a%4@host",
    "redis://a%zz@host",
    "redis://a%00@host",
    "redis://a%0a@host",
    "redis://a%ff@host",
    "redis://a\x7f@host",
    "redis://ho%73t",
    "redis+tls://host",
    "http://host",
    "://",
    "user@host:6379",
};

static void what_is_none_is_refused_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct target target = {.instance = "untouched"};
        const char *why = NULL;
        if (target_parse(bad[i], &target, &why) != -EINVAL) {
            fail_msg("\"%s\" was taken", bad[i]);
        }
        assert_non_null(why);
        assert_string_equal(target.instance, "untouched");
    }
}

static void a_password_in_a_url_is_refused_and_the_file_named(void **state)
{
    static const char *const urls[] = {
        "redis://user:secret@host", "redis://:secret@host:6379/0",
        "rediss://user:@host", "redis://u:se@cret@host"};
    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct target target;
        const char *why = NULL;
        assert_int_equal(target_parse(urls[i], &target, &why), -EINVAL);
        assert_non_null(strstr(why, "--password-file"));
        assert_null(strstr(why, "secret"));
    }
}

/* `prefix`, then so many times 'a', then `suffix`. */
static int parse_long(const char *prefix, size_t length, const char *suffix)
{
    char text[8192];
    struct target target;
    const char *why = NULL;
    size_t start = strlen(prefix);
    assert_true(start + length + strlen(suffix) < sizeof(text));
    (void)text_copy(text, sizeof(text), prefix); /* fits */
    memset(text + start, 'a', length);
    (void)text_copy(text + start + length, sizeof(text) - start - length,
                    suffix); /* fits */
    return target_parse(text, &target, &why);
}

static void what_is_too_long_is_refused_and_its_limit_taken(void **state)
{
    (void)state;
    assert_int_equal(parse_long("", 64, ""), 0);
    assert_int_equal(parse_long("", 65, ""), -EINVAL);
    assert_int_equal(parse_long("", 8000, ""), -EINVAL);
    assert_int_equal(parse_long("", 8000, ":6379"), -EINVAL);
    assert_int_equal(parse_long("/", 106, ""), 0);
    assert_int_equal(parse_long("/", 107, ""), -EINVAL);
    assert_int_equal(parse_long("/", 8000, ""), -EINVAL);
    assert_int_equal(parse_long("redis://", 63, ""), 0);
    assert_int_equal(parse_long("redis://", 64, ""), -EINVAL);
    assert_int_equal(parse_long("redis://", 263, ""), -EINVAL);
    assert_int_equal(parse_long("redis://", 8000, ""), -EINVAL);
    assert_int_equal(parse_long("redis://", 128, "@host"), 0);
    assert_int_equal(parse_long("redis://", 129, "@host"), -EINVAL);
    assert_int_equal(parse_long("redis://", 8000, "@host"), -EINVAL);
    assert_int_equal(parse_long("redis://host/", 8000, ""), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_an_address_is_understood),
        cmocka_unit_test(a_word_is_the_name_of_an_instance),
        cmocka_unit_test(what_is_none_is_refused_with_a_reason),
        cmocka_unit_test(a_password_in_a_url_is_refused_and_the_file_named),
        cmocka_unit_test(what_is_too_long_is_refused_and_its_limit_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
