/*
 * test_settings_load.c - the configuration loader: what it takes, what it
 * refuses, and where it says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/options.h"
#include "supervisor/settings_load.h"
#include "supervisor/settings_value.h"

struct fixture {
    struct settings settings;
    struct complaints complaints;
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state == NULL;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    settings_finish(&fixture->settings);
    free(fixture);
    return 0;
}

static int parse(struct fixture *fixture, const char *text)
{
    struct settings_bundle bundle;

    assert_int_equal(
        settings_bundle_of("test.yaml", text, strlen(text), &bundle), 0);
    int error =
        settings_parse(&bundle, &fixture->settings, &fixture->complaints);
    settings_bundle_finish(&bundle);
    return error;
}

/* Exactly one complaint, at the place, with the words. */
static void refuse(void **state, const char *text, size_t line, size_t column,
                   const char *words)
{
    struct fixture *fixture = *state;
    const struct complaint *first = &fixture->complaints.list[0];

    memset(&fixture->complaints, 0, sizeof(fixture->complaints));
    assert_int_not_equal(parse(fixture, text), 0);
    if (fixture->complaints.count != 1 || first->place.line != line ||
        first->place.column != column || strstr(first->text, words) == NULL) {
        fail_msg("%zu complaints, the first at %u:%u: %s",
                 fixture->complaints.count, first->place.line,
                 first->place.column, first->text);
    }
}

#define ONE "instances:\n- {name: a, addr: '127.0.0.1:6379'}\n"

static void defaults_are_those_of_the_contract(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(parse(fixture, ONE), 0);
    const struct settings *settings = &fixture->settings;
    const struct instance_settings *instance = &settings->instances[0];
    assert_string_equal(settings->cluster, "default");
    assert_string_equal(settings->run_dir, "/run/sentinel-agent");
    assert_string_equal(settings->state_path, "/redis-sentinel");
    assert_string_equal(settings->http_listen.text, "127.0.0.1:6060");
    assert_int_equal(settings->heartbeat_ms, 30000);
    assert_false(settings->has_zookeeper);
    assert_int_not_equal(settings->host[0], '\0');
    assert_int_equal(instance->interval_ms, 10000);
    assert_int_equal(instance->timeout_ms, 1000);
    assert_int_equal(instance->deep_interval_ms, 10000);
    assert_int_equal(instance->rise, 1);
    assert_int_equal(instance->fall, 2);
    assert_true(instance->canary);
}

static void an_instance_inherits_the_top_and_may_differ(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(parse(fixture, "instances:\n"
                                    "- name: a\n"
                                    "  addr: unix:/run/a.sock\n"
                                    "  advertise: 10.0.0.7:6380\n"
                                    "  labels: {zone: b, az: a}\n"
                                    "  interval: 1s\n"
                                    "- {name: b, addr: '[::1]:6379'}\n"
                                    "interval: 250ms\n"
                                    "fall: 3\n"
                                    "canary: false\n"
                                    "zookeeper: {servers: 'zk1:2181,zk2:2181',"
                                    " session_timeout: 4s}\n"
                                    "publish: {heartbeat: 0}\n"),
                     0);
    const struct settings *settings = &fixture->settings;
    assert_int_equal(settings->instance_count, 2);
    assert_int_equal(settings->instances[0].interval_ms, 1000);
    assert_int_equal(settings->instances[1].interval_ms, 250);
    assert_int_equal(settings->instances[0].fall, 3);
    assert_false(settings->instances[1].canary);
    assert_string_equal(settings->instances[0].labels[0].key, "az");
    assert_string_equal(settings->instances[0].labels[1].value, "b");
    assert_int_equal(settings->instances[0].addr.kind, ADDRESS_UNIX);
    assert_int_equal(settings->instances[1].addr.kind, ADDRESS_IPV6);
    assert_string_equal(
        instance_settings_published(&settings->instances[0])->text,
        "10.0.0.7:6380");
    assert_true(settings->has_zookeeper);
    assert_int_equal(settings->session_timeout_ms, 4000);
    assert_int_equal(settings->heartbeat_ms, 0);
}

static void a_mistyped_key_is_refused_with_the_right_one(void **state)
{
    refuse(state, "intervall: 1s\n" ONE, 1, 1, "did you mean `interval`?");
    refuse(state, "instances:\n- {name: a, addr: '127.0.0.1:1', timeuot: 1s}\n",
           2, 34, "did you mean `timeout`?");
    refuse(state, "colour: red\n" ONE, 1, 1, "unknown key `colour`");
}

static void a_wrong_value_is_refused_at_its_place(void **state)
{
    refuse(state, "interval: 10\n" ONE, 1, 11, "a duration such as 10s");
    refuse(state, "interval: 99ms\n" ONE, 1, 11, "between 100ms and 1h");
    refuse(state, "interval: 1.5s\n" ONE, 1, 11, "a duration");
    refuse(state, "fall: 0\n" ONE, 1, 7, "between 1 and 100");
    refuse(state, "fall: '2'\n" ONE, 1, 7, "a whole number");
    refuse(state, "fall: [2]\n" ONE, 1, 7, "a whole number");
    refuse(state, "fall:\n" ONE, 1, 6, "a whole number");
    refuse(state, "canary: maybe\n" ONE, 1, 9, "true or false");
    refuse(state, "cluster: .x\n" ONE, 1, 10, "no dot in front");
    refuse(state, "http: {listen: nowhere}\n" ONE, 1, 16, "127.0.0.1:6060");
    refuse(state, "http: here\n" ONE, 1, 7, "a map of keys");
    refuse(state, "publish: {state: /a//b}\n" ONE, 1, 18, "a node's path");
    refuse(state, "publish: {state: /a/..}\n" ONE, 1, 18, "a node's path");
    refuse(state, "zookeeper: {servers: 'zk1'}\n" ONE, 1, 22, "host:port");
    refuse(state, "zookeeper: {}\n" ONE, 1, 12, "`servers` is missing");
    refuse(state, "run_dir: relative\n" ONE, 1, 10, "an absolute path");
}

static void a_wrong_instance_is_refused_at_its_place(void **state)
{
    refuse(state, "discover: off\n", 1, 1, "`instances` is missing");
    refuse(state, "instances: []\n", 1, 12, "an empty list");
    refuse(state, "instances:\n- {name: a}\n", 2, 3, "`addr` is missing");
    refuse(state, "instances:\n- {name: a, addr: '127.0.0.1'}\n", 2, 19,
           "host:port");
    refuse(state, "instances:\n- {name: a, addr: 'redis.example:1'}\n", 2, 19,
           "numeric address");
    refuse(state, ONE "- {name: a, addr: '127.0.0.1:2'}\n", 3, 3,
           "the name `a` is taken");
    refuse(state, "instances:\n- a\n", 2, 3,
           "an entry of `instances` must be a map");
    refuse(state,
           "instances:\n- {name: a, addr: '127.0.0.1:1', labels: {a: ''}}\n", 2,
           46, "a label's key");
}

static void what_is_no_plain_yaml_is_refused(void **state)
{
    refuse(state, "cluster: &x a\nhost: b\n" ONE, 1, 10, "anchors");
    refuse(state, "cluster: !!str a\n" ONE, 1, 10, "tags");
    refuse(state, ONE "---\n" ONE, 3, 1, "second document");
    refuse(state, "cluster: a\ncluster: b\n" ONE, 2, 1, "duplicate key");
    refuse(state, "cluster: [a\n", 2, 1, "not YAML");
    refuse(state, "a: [[[[[[[[[1]]]]]]]]]\n" ONE, 1, 11, "nested too deep");
    refuse(state, "fall: 2\ncluster: \"a\x01\"\n", 2, 12, "not YAML");
    refuse(state, "- a\n", 1, 1, "a map of keys");
    refuse(state, "", 1, 1, "the file is empty");
    refuse(state, "# nothing\n", 1, 1, "the file is empty");
}

static void everything_wrong_is_told_at_once(void **state)
{
    struct fixture *fixture = *state;

    assert_int_not_equal(parse(fixture, "intervall: 1s\n"
                                        "fall: many\n"
                                        "instances:\n"
                                        "- {addr: nowhere}\n"),
                         0);
    assert_int_equal(fixture->complaints.count, 4);
}

static void a_refused_file_leaves_the_settings_alone(void **state)
{
    struct fixture *fixture = *state;
    struct settings empty = {0};

    assert_int_not_equal(parse(fixture, "instances:\n- {name: a}\n"), 0);
    assert_memory_equal(&fixture->settings, &empty, sizeof(empty));
}

static void every_default_in_the_table_is_a_good_value(void **state)
{
    struct settings settings;
    struct instance_settings instance;
    struct instance_access access;
    struct registration registration;
    const struct option *option = option_at(0);
    char why[SETTINGS_WHY_BYTES] = "";

    (void)state;
    for (size_t i = 0; option != NULL; option = option_at(++i)) {
        void *homes[HOME_COUNT] = {[HOME_SETTINGS] = &settings,
                                   [HOME_INSTANCE] = &instance,
                                   [HOME_ACCESS] = &access,
                                   [HOME_REGISTRATION] = &registration};
        if (option->fallback != NULL &&
            settings_value_set(option, homes[option->home], option->fallback,
                               why, sizeof(why)) != 0) {
            fail_msg("%s: %s", option->name, why);
        }
        assert_non_null(option->help);
    }
}

static void a_fifo_or_a_missing_file_is_refused_at_once(void **state)
{
    struct fixture *fixture = *state;
    char path[] = "/tmp/test-settings-XXXXXX";

    assert_non_null(mkdtemp(path));
    char fifo[64];
    (void)snprintf(fifo, sizeof(fifo), "%s/fifo", path);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_not_equal(
        settings_load(fifo, &fixture->settings, &fixture->complaints), 0);
    assert_non_null(
        strstr(fixture->complaints.list[0].text, "no regular file"));
    assert_int_equal(unlink(fifo), 0);
    assert_int_not_equal(
        settings_load(fifo, &fixture->settings, &fixture->complaints), 0);
    assert_non_null(strstr(fixture->complaints.list[1].text, "No such file"));
    assert_int_equal(rmdir(path), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_those_of_the_contract),
        TEST(an_instance_inherits_the_top_and_may_differ),
        TEST(a_mistyped_key_is_refused_with_the_right_one),
        TEST(a_wrong_value_is_refused_at_its_place),
        TEST(a_wrong_instance_is_refused_at_its_place),
        TEST(what_is_no_plain_yaml_is_refused),
        TEST(everything_wrong_is_told_at_once),
        TEST(a_refused_file_leaves_the_settings_alone),
        TEST(every_default_in_the_table_is_a_good_value),
        TEST(a_fifo_or_a_missing_file_is_refused_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
