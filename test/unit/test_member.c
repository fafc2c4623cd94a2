/*
 * test_member.c - who is a member of a presence tree, how its node is named
 * and what it says.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "publisher/member.h"
#include "publisher/tree.h"

#define WALL_MS UINT64_C(1763742000123)

static const struct member_scope scope = {.cluster = "prod", .host = "db7"};

static struct board_settings make_settings(const char *advertise)
{
    struct board_settings settings = {.name = "cache-1"};
    const char *why = "";
    assert_int_equal(address_parse(advertise, false, &settings.advertise, &why),
                     0);
    return settings;
}

struct belonging {
    enum registration_when when;
    enum registration_role role;
    enum state state;
    enum ability readable;
    enum ability writable;
    enum role is;
    bool belongs;
};

static void presence_means_usable(void **state)
{
    (void)state;
    static const struct belonging cases[] = {
        {REGISTRATION_READABLE, REGISTRATION_ANY, STATE_UP, ABILITY_YES,
         ABILITY_NO, ROLE_REPLICA, true},
        {REGISTRATION_READABLE, REGISTRATION_ANY, STATE_DEGRADED, ABILITY_YES,
         ABILITY_NO, ROLE_MASTER, true},
        {REGISTRATION_READABLE, REGISTRATION_ANY, STATE_DEGRADED, ABILITY_STALE,
         ABILITY_NO, ROLE_REPLICA, false},
        {REGISTRATION_READABLE, REGISTRATION_ANY, STATE_UNKNOWN,
         ABILITY_UNKNOWN, ABILITY_UNKNOWN, ROLE_UNKNOWN, false},
        {REGISTRATION_READABLE, REGISTRATION_MASTER, STATE_UP, ABILITY_YES,
         ABILITY_NO, ROLE_REPLICA, false},
        {REGISTRATION_READABLE, REGISTRATION_REPLICA, STATE_UP, ABILITY_YES,
         ABILITY_NO, ROLE_REPLICA, true},
        {REGISTRATION_WRITABLE, REGISTRATION_MASTER, STATE_UP, ABILITY_YES,
         ABILITY_YES, ROLE_MASTER, true},
        {REGISTRATION_WRITABLE, REGISTRATION_MASTER, STATE_UP, ABILITY_YES,
         ABILITY_UNKNOWN, ROLE_MASTER, false},
        {REGISTRATION_UP, REGISTRATION_ANY, STATE_UP, ABILITY_YES, ABILITY_NO,
         ROLE_REPLICA, true},
        {REGISTRATION_UP, REGISTRATION_ANY, STATE_DEGRADED, ABILITY_YES,
         ABILITY_YES, ROLE_MASTER, false},
        {REGISTRATION_READABLE, REGISTRATION_ANY, STATE_DRAINING, ABILITY_YES,
         ABILITY_NO, ROLE_MASTER, false},
        {REGISTRATION_READABLE, REGISTRATION_ANY, STATE_MAINT, ABILITY_YES,
         ABILITY_YES, ROLE_MASTER, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct registration registration = {.when = cases[i].when,
                                                  .role = cases[i].role};
        const struct verdict verdict = {.state = cases[i].state,
                                        .readable = cases[i].readable,
                                        .writable = cases[i].writable,
                                        .role = cases[i].is};
        if (member_belongs(&registration, &verdict) != cases[i].belongs) {
            fail_msg("case %zu", i);
        }
    }
}

static void a_member_is_named_by_its_published_address(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"10.0.0.7:6379", "member_10.0.0.7_6379"},
        {"[fd00::7]:6380", "member_fd00__7_6380"},
        {"redis-1.internal:1", "member_redis-1.internal_1"},
    };
    char name[MEMBER_NAME_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct board_settings settings = make_settings(cases[i][0]);
        assert_true(member_name(&settings, name, sizeof name));
        assert_string_equal(name, cases[i][1]);
    }
    struct board_settings settings = make_settings("unix:/run/redis.sock");
    assert_false(member_name(&settings, name, sizeof name));
}

static void check(enum registration_style style, const char *wanted)
{
    struct board_settings settings = make_settings("10.0.0.7:6379");
    const struct registration registration = {.style = style};
    char bytes[TREE_BYTES_MOST + 1];
    size_t length = 0;
    (void)text_copy(settings.labels[0].key, SETTINGS_LABEL_BYTES, "az");
    (void)text_copy(settings.labels[0].value, SETTINGS_LABEL_BYTES, "a");
    settings.label_count = 1;
    assert_int_equal(member_encode(&registration, &scope, &settings, WALL_MS,
                                   bytes, TREE_BYTES_MOST, &length),
                     0);
    bytes[length] = '\0';
    assert_string_equal(bytes, wanted);
}

static void each_style_writes_its_readers_keys(void **state)
{
    (void)state;
    check(REGISTRATION_COMPAT,
          "{\"additionalEndpoints\":{},\"address\":\"10.0.0.7\","
          "\"host\":\"10.0.0.7\",\"id\":\"10.0.0.7:6379\","
          "\"labels\":{\"az\":\"a\"},"
          "\"metadata\":{\"cluster\":\"prod\",\"host\":\"db7\"},"
          "\"name\":\"cache-1\",\"payload\":null,\"port\":6379,"
          "\"registrationTimeUTC\":1763742000123,"
          "\"serviceEndpoint\":{\"host\":\"10.0.0.7\",\"port\":6379},"
          "\"serviceType\":\"DYNAMIC\",\"shard\":0,\"sslPort\":null,"
          "\"status\":\"ALIVE\",\"uriSpec\":null,\"weight\":1}");
    check(REGISTRATION_NERVE,
          "{\"host\":\"10.0.0.7\",\"labels\":{\"az\":\"a\"},"
          "\"name\":\"cache-1\",\"port\":6379,\"weight\":1}");
    check(REGISTRATION_SERVERSET,
          "{\"additionalEndpoints\":{},"
          "\"metadata\":{\"cluster\":\"prod\",\"host\":\"db7\"},"
          "\"serviceEndpoint\":{\"host\":\"10.0.0.7\",\"port\":6379},"
          "\"shard\":0,\"status\":\"ALIVE\"}");
    check(REGISTRATION_CURATOR,
          "{\"address\":\"10.0.0.7\",\"id\":\"10.0.0.7:6379\","
          "\"name\":\"cache-1\",\"payload\":null,\"port\":6379,"
          "\"registrationTimeUTC\":1763742000123,"
          "\"serviceType\":\"DYNAMIC\",\"sslPort\":null,\"uriSpec\":null}");
}

static void labels_that_do_not_fit_are_left_out(void **state)
{
    (void)state;
    struct board_settings settings = make_settings("10.0.0.7:6379");
    const struct registration registration = {.style = REGISTRATION_COMPAT};
    char bytes[TREE_BYTES_MOST + 1];
    size_t length = 0;
    settings.label_count = SETTINGS_LABELS_MOST;
    for (size_t i = 0; i < SETTINGS_LABELS_MOST; i++) {
        struct label *label = &settings.labels[i];
        memset(label->key, '"', SETTINGS_LABEL_BYTES - 1); /* each is two */
        memset(label->value, '\\', SETTINGS_LABEL_BYTES - 1);
        label->key[0] = (char)('a' + i);
    }
    assert_int_equal(member_encode(&registration, &scope, &settings, WALL_MS,
                                   bytes, TREE_BYTES_MOST, &length),
                     0);
    bytes[length] = '\0';
    assert_non_null(strstr(bytes, "\"labels\":{}"));
}

static void without_a_host_and_a_port_there_are_no_bytes(void **state)
{
    (void)state;
    struct board_settings settings = make_settings("unix:/run/redis.sock");
    const struct registration registration = {.style = REGISTRATION_COMPAT};
    char bytes[TREE_BYTES_MOST];
    size_t length = 0;
    assert_int_equal(member_encode(&registration, &scope, &settings, WALL_MS,
                                   bytes, sizeof bytes, &length),
                     -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presence_means_usable),
        cmocka_unit_test(a_member_is_named_by_its_published_address),
        cmocka_unit_test(each_style_writes_its_readers_keys),
        cmocka_unit_test(labels_that_do_not_fit_are_left_out),
        cmocka_unit_test(without_a_host_and_a_port_there_are_no_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
