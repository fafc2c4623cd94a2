/*
 * test_discover_rules.c - names, titles and answers, as a search takes them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "prober/discover_rules.h"

static void names_of_the_family_are_names(void **state)
{
    (void)state;
    assert_true(discover_rules_is_name("redis-server"));
    assert_true(discover_rules_is_name("valkey-server"));
    assert_true(discover_rules_is_name("keydb-server"));
    assert_true(discover_rules_is_name("/opt/Redis/bin/server"));
    assert_false(discover_rules_is_name("memcached"));
    assert_false(discover_rules_is_name(""));
}

static void a_title_tells_where_its_server_listens(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        uint16_t port;
        const char *path;
        bool is_sentinel;
    } rows[] = {
        {"redis-server *:6379", 6379, "", false},
        {"redis-server 127.0.0.1:6380 [cluster]", 6380, "", false},
        {"redis-server ::1:6379", 6379, "", false},
        {"/usr/bin/redis-server 0.0.0.0:26379 [sentinel]", 26379, "", true},
        {"redis-server unixsocket:/run/redis.sock", 0, "/run/redis.sock",
         false},
        {"redis-server   *:1", 1, "", false},
        {"redis-server", 0, "", false},
        {"redis-server /etc/redis/redis.conf", 0, "", false},
        {"redis-server *:0", 0, "", false},
        {"redis-server *:65536", 0, "", false},
        {"redis-server *:six", 0, "", false},
        {"redis-server ", 0, "", false},
        {"", 0, "", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct discover_title title;
        discover_rules_read_title(rows[i].title, &title);
        assert_int_equal(title.port, rows[i].port);
        assert_string_equal(title.path, rows[i].path);
        assert_int_equal(title.is_sentinel, rows[i].is_sentinel);
    }
}

static void a_title_longer_than_a_path_names_none(void **state)
{
    (void)state;
    struct discover_title title;
    char text[400] = "redis-server unixsocket:/";
    memset(text + strlen(text), 'p', 120);
    discover_rules_read_title(text, &title);
    assert_string_equal(title.path, "");
    memset(text + strlen(text), 'p', 200);
    discover_rules_read_title(text, &title);
    assert_string_equal(title.path, "");
}

/* --- answers -------------------------------------------------------------- */

static void note(struct evidence *evidence, enum command command,
                 enum reply_kind kind, const char *text)
{
    struct reply_part part = {
        .kind = kind, .text = text, .length = strlen(text)};
    evidence_note(evidence, command, &part);
}

/* PING, ROLE and INFO answered so; NULL: not at all. */
static enum discover_answer judge(const char *ping, const char *role,
                                  const char *info)
{
    const char *const texts[] = {ping, role, info};
    struct flight flight;
    struct evidence evidence;
    unsigned answered = 0;
    assert_int_equal(flight_init(&flight, FLIGHT_DEEP), 0);
    evidence_init(&evidence, &flight);
    for (unsigned i = 0; i < flight.count && texts[i] != NULL; i++) {
        char kind = texts[i][0];
        note(&evidence, flight.commands[i],
             kind == '-'   ? REPLY_ERROR
             : kind == '+' ? REPLY_STATUS
                           : REPLY_STRING,
             texts[i] + 1);
        answered++;
    }
    evidence_close(
        &evidence, &flight, answered,
        answered == flight.count ? EVIDENCE_COMPLETE : EVIDENCE_CLOSED, 0);
    return discover_rules_judge(&evidence);
}

#define INFO_TEXT "$redis_version:7.0.15\r\nredis_mode:standalone\r\n"

static void who_tells_its_version_is_a_server(void **state)
{
    (void)state;
    assert_int_equal(judge("+PONG", "-ERR", INFO_TEXT), DISCOVER_SERVER);
    assert_int_equal(judge("-LOADING it is", "-LOADING it is", INFO_TEXT),
                     DISCOVER_SERVER);
}

static void who_speaks_as_redis_and_tells_nothing_is_locked(void **state)
{
    (void)state;
    static const char *const words[] = {
        "-NOAUTH Authentication required.",
        "-DENIED Redis is running in protected mode",
        "-ERR max number of clients reached",
        "-NOPERM this user has no permissions",
        "-BUSY Redis is busy running a script",
        "-LOADING Redis is loading the dataset in memory",
        "-MASTERDOWN Link with MASTER is down",
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_int_equal(judge(words[i], words[i], words[i]), DISCOVER_LOCKED);
        assert_int_equal(judge(words[i], NULL, NULL), DISCOVER_LOCKED);
    }
    assert_int_equal(judge("+PONG", "-NOPERM no", "-NOPERM no"),
                     DISCOVER_LOCKED);
}

static void a_sentinel_is_no_server(void **state)
{
    (void)state;
    assert_int_equal(judge("+PONG", "-ERR",
                           "$redis_version:7.0.15\r\nredis_mode:sentinel\r\n"),
                     DISCOVER_SENTINEL);
}

static void other_answers_prove_nothing(void **state)
{
    (void)state;
    assert_int_equal(judge(NULL, NULL, NULL), DISCOVER_STRANGER);
    assert_int_equal(judge("+PONG", NULL, NULL), DISCOVER_STRANGER);
    assert_int_equal(judge("+PONG", "-ERR unknown command", "$hello"),
                     DISCOVER_STRANGER);
    assert_int_equal(judge("-ERR unknown command", "-ERR", "-ERR"),
                     DISCOVER_STRANGER);
    assert_int_equal(judge("+PONG", "-ERR", "+redis_version:7.0.15"),
                     DISCOVER_STRANGER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_the_family_are_names),
        cmocka_unit_test(a_title_tells_where_its_server_listens),
        cmocka_unit_test(a_title_longer_than_a_path_names_none),
        cmocka_unit_test(who_tells_its_version_is_a_server),
        cmocka_unit_test(who_speaks_as_redis_and_tells_nothing_is_locked),
        cmocka_unit_test(a_sentinel_is_no_server),
        cmocka_unit_test(other_answers_prove_nothing),
    };
    return cmocka_run_group_tests_name("discover_rules", tests, NULL, NULL);
}
