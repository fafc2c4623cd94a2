/*
 * test_settings_load.c - the configuration loader: what it takes, what it
 * refuses, and where it says so.
 */
#include "settings_scene.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/options.h"

static void defaults_are_those_of_the_reference_page(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(scene_parse(scene, ONE), 0);
    const struct settings *settings = &scene->settings;
    const struct instance_settings *instance = &settings->instances[0];
    assert_string_equal(settings->cluster, "default");
    assert_string_equal(settings->run_dir, "/run/sentinel-agent");
    assert_string_equal(settings->state_path, "/redis-sentinel");
    assert_string_equal(address_text(&settings->http_listen).text,
                        "127.0.0.1:6060");
    assert_int_equal(settings->heartbeat_ms, 30000);
    assert_false(settings->has_zookeeper);
    assert_int_not_equal(settings->host[0], '\0');
    assert_int_equal(instance->interval_ms, 10000);
    assert_int_equal(instance->timeout_ms, 1000);
    assert_int_equal(instance->deep_interval_ms, 10000);
    assert_int_equal(instance->rise, 1);
    assert_int_equal(instance->fall, 2);
    assert_true(instance->canary);
    assert_int_equal(instance->max_lag_ms, 0);
    assert_int_equal(instance->max_gap, 0);
}

static void an_instance_inherits_the_top_and_may_differ(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(scene_parse(scene,
                                 "instances:\n"
                                 "- name: a\n"
                                 "  addr: unix:/run/a.sock\n"
                                 "  advertise: 10.0.0.7:6380\n"
                                 "  labels: {zone: b, az: a}\n"
                                 "  interval: 1s\n"
                                 "  max_gap: 64mb\n"
                                 "- {name: b, addr: '[::1]:6379'}\n"
                                 "interval: 250ms\n"
                                 "fall: 3\n"
                                 "canary: false\n"
                                 "max_lag: 30s\n"
                                 "max_gap: 1kb\n"
                                 "zookeeper: {servers: 'zk1:2181,zk2:2181',"
                                 " session_timeout: 4s}\n"
                                 "publish: {heartbeat: 0}\n"),
                     0);
    const struct settings *settings = &scene->settings;
    assert_int_equal(settings->instance_count, 2);
    assert_int_equal(settings->instances[0].interval_ms, 1000);
    assert_int_equal(settings->instances[1].interval_ms, 250);
    assert_int_equal(settings->instances[0].fall, 3);
    assert_int_equal(settings->instances[0].max_lag_ms, 30000);
    assert_int_equal(settings->instances[0].max_gap, 64u << 20);
    assert_int_equal(settings->instances[1].max_gap, 1024);
    assert_false(settings->instances[1].canary);
    assert_string_equal(settings->labels[0].list[0].key, "az");
    assert_string_equal(settings->labels[0].list[1].value, "b");
    assert_int_equal(settings->instances[0].addr.kind, ADDRESS_UNIX);
    assert_int_equal(settings->instances[1].addr.kind, ADDRESS_IPV6);
    assert_string_equal(
        address_text(instance_settings_published(&settings->instances[0])).text,
        "10.0.0.7:6380");
    assert_true(settings->has_zookeeper);
    assert_int_equal(settings->session_timeout_ms, 4000);
    assert_int_equal(settings->heartbeat_ms, 0);
}

static void labels_of_the_top_are_added_to_and_overruled(void **state)
{
    struct scene *scene = *state;

    scene_take(state, "instances:\n"
                      "- {name: a, addr: '127.0.0.1:1', labels: {c: z, a: z}}\n"
                      "- {name: b, addr: '127.0.0.1:2'}\n"
                      "labels: {b: y, a: x}\n");
    const struct instance_labels *a = settings_labels(&scene->settings, 0);
    const struct instance_labels *b = settings_labels(&scene->settings, 1);
    assert_int_equal(a->count, 3);
    assert_string_equal(a->list[0].key, "a");
    assert_string_equal(a->list[0].value, "z");
    assert_string_equal(a->list[1].value, "y");
    assert_string_equal(a->list[2].value, "z");
    assert_int_equal(b->count, 2);
    assert_string_equal(b->list[0].value, "x");
}

static void registrations_are_read_with_their_defaults(void **state)
{
    struct scene *scene = *state;

    scene_take(state, "publish:\n"
                      "  refresh: 5m\n"
                      "  registrations:\n"
                      "  - {style: curator, path: /a, when: writable,"
                      " role: master}\n"
                      "  - {style: compat, path: /b, when: up}\n" ONE);
    const struct settings *settings = &scene->settings;
    assert_int_equal(settings->refresh_ms, 300000);
    assert_int_equal(settings->registration_count, 2);
    assert_int_equal(settings->registrations[0].style, REGISTRATION_CURATOR);
    assert_int_equal(settings->registrations[0].when, REGISTRATION_WRITABLE);
    assert_int_equal(settings->registrations[0].role, REGISTRATION_MASTER);
    assert_string_equal(settings->registrations[0].path, "/a");
    assert_int_equal(settings->registrations[1].role, REGISTRATION_ANY);
    assert_int_equal(settings->registration_places[1].line, 5);
}

static void access_is_kept_beside_the_instance(void **state)
{
    struct scene *scene = *state;

    scene_take(state,
               "instances:\n"
               "- {name: a, addr: '127.0.0.1:1'}\n"
               "- {name: b, addr: '127.0.0.1:2', user: probe,"
               " password_file: /pw,"
               " tls: {ca: /ca, cert: /c, key: /k, server_name: r.internal,"
               " verify: false}}\n"
               "zookeeper: {servers: 'zk:1', auth: {scheme: digest,"
               " credential_file: /cred}}\n");
    const struct settings *settings = &scene->settings;
    const struct instance_access *access = &settings->accesses[1];
    assert_false(settings->accesses[0].has_tls);
    assert_true(settings->accesses[0].tls_verify);
    assert_string_equal(settings->accesses[0].password_file, "");
    assert_string_equal(access->user, "probe");
    assert_string_equal(access->password_file, "/pw");
    assert_true(access->has_tls);
    assert_false(access->tls_verify);
    assert_string_equal(access->tls_ca, "/ca");
    assert_string_equal(access->tls_cert, "/c");
    assert_string_equal(access->tls_key, "/k");
    assert_string_equal(access->tls_server_name, "r.internal");
    assert_true(settings->has_auth);
    assert_string_equal(settings->auth_credential_file, "/cred");
}

static void a_relative_file_begins_where_its_file_is(void **state)
{
    struct scene *scene = *state;
    static const char text[] = "- {name: b, addr: '127.0.0.1:2', "
                               "password_file: pw}\n";
    static const struct {
        const char *file;
        const char *meant;
    } cases[] = {{"/etc/agent/d/b.inc", "/etc/agent/d/pw"},
                 {"d/b.inc", "/home/me/d/pw"},
                 {"b.inc", "/home/me/pw"},
                 {"/b.inc", "/pw"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct settings_bundle bundle;

        settings_finish(&scene->settings);
        assert_int_equal(settings_bundle_of("m", ONE, strlen(ONE), &bundle), 0);
        (void)strcpy(bundle.working_directory, "/home/me");
        assert_int_equal(
            settings_bundle_add(&bundle, cases[i].file, text, strlen(text)), 0);
        assert_int_equal(
            settings_parse(&bundle, &scene->settings, &scene->complaints), 0);
        assert_string_equal(scene->settings.accesses[1].password_file,
                            cases[i].meant);
        settings_bundle_finish(&bundle);
    }
}

static void everything_knows_where_it_was_written(void **state)
{
    struct scene *scene = *state;
    const struct option *fall =
        OPTION_OF(HOME_INSTANCE, instance_settings, fall);

    scene_take(state, "fall: 3\n"
                      "instances:\n"
                      "- name: a\n"
                      "  addr: 127.0.0.1:1\n"
                      "- name: b\n"
                      "  addr: 127.0.0.1:2\n"
                      "  fall: 4\n");
    const struct settings *settings = &scene->settings;
    const struct settings_place *top =
        settings_place_of(settings, 0, option_row(fall));
    const struct settings_place *a =
        settings_place_of(settings, 1, option_row(fall));
    const struct settings_place *b =
        settings_place_of(settings, 2, option_row(fall));
    assert_int_equal(top->line, 1);
    assert_int_equal(top->column, 7);
    assert_int_equal(top->origin, ORIGIN_FILE);
    assert_int_equal(a->origin, ORIGIN_DEFAULT);
    assert_int_equal(b->line, 7);
    assert_int_equal(b->column, 9);
}

static void without_a_file_everything_is_as_by_default(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(settings_default(&scene->settings, &scene->complaints), 0);
    assert_int_equal(scene->settings.instance_count, 0);
    assert_int_equal(scene->settings.discover, DISCOVER_AUTO);
    assert_string_equal(scene->settings.file, "");
    assert_string_equal(scene->settings.run_dir, "/run/sentinel-agent");
    assert_int_equal(scene->settings.instance_defaults.fall, 2);
    assert_false(scene->settings.has_zookeeper);
}

static void an_empty_list_is_for_discovery_to_fill(void **state)
{
    scene_take(state, "discover: on\ninstances: []\n");
    scene_take(state, "instances: []\ndiscover: on\n");
    scene_take(state, "cluster: a\n");
    scene_refuse(state, "discover: off\ninstances: []\n", 2, 12,
                 "an empty list");
    scene_refuse(state, "discover: off\n", 1, 1, "`instances` is missing");
}

static void a_mistyped_key_is_refused_with_the_right_one(void **state)
{
    scene_refuse(state, "intervall: 1s\n" ONE, 1, 1,
                 "did you mean `interval`?");
    scene_refuse(state,
                 "instances:\n- {name: a, addr: '127.0.0.1:1', timeuot: 1s}\n",
                 2, 34, "did you mean `timeout`?");
    scene_refuse(state, "colour: red\n" ONE, 1, 1, "unknown key `colour`");
}

static void a_wrong_value_is_refused_at_its_place(void **state)
{
    scene_refuse(state, "interval: 10\n" ONE, 1, 11, "a duration such as 10s");
    scene_refuse(state, "interval: 99ms\n" ONE, 1, 11, "between 100ms and 1h");
    scene_refuse(state, "interval: 1.5s\n" ONE, 1, 11, "a duration");
    scene_refuse(state, "fall: 0\n" ONE, 1, 7, "between 1 and 100");
    scene_refuse(state, "fall: '2'\n" ONE, 1, 7, "a whole number");
    scene_refuse(state, "fall: [2]\n" ONE, 1, 7, "a whole number");
    scene_refuse(state, "fall:\n" ONE, 1, 6, "a whole number");
    scene_refuse(state, "canary: maybe\n" ONE, 1, 9, "true or false");
    scene_refuse(state, "cluster: .x\n" ONE, 1, 10, "no dot in front");
    scene_refuse(state, "http: {listen: nowhere}\n" ONE, 1, 16,
                 "127.0.0.1:6060");
    scene_refuse(state, "http: here\n" ONE, 1, 7, "a map of keys");
    scene_refuse(state, "publish: {state: /a//b}\n" ONE, 1, 18,
                 "a node's path");
    scene_refuse(state, "publish: {state: /a/..}\n" ONE, 1, 18,
                 "a node's path");
    scene_refuse(state, "zookeeper: {servers: 'zk1'}\n" ONE, 1, 22,
                 "host:port");
    scene_refuse(state, "zookeeper: {}\n" ONE, 1, 12, "`servers` is missing");
    scene_refuse(state, "run_dir: relative\n" ONE, 1, 10, "an absolute path");
}

static void a_wrong_instance_is_refused_at_its_place(void **state)
{
    scene_refuse(state, "discover: off\n", 1, 1, "`instances` is missing");
    scene_refuse(state, "instances: []\n", 1, 12, "an empty list");
    scene_refuse(state, "instances:\n- {name: a}\n", 2, 3, "`addr` is missing");
    scene_refuse(state, "instances:\n- {name: a, addr: '127.0.0.1'}\n", 2, 19,
                 "host:port");
    scene_refuse(state, ONE "- {name: a, addr: '127.0.0.1:2'}\n", 3, 3,
                 "the name `a` is taken");
    scene_refuse(state, "instances:\n- a\n", 2, 3,
                 "an entry of `instances` must be a map");
    scene_refuse(
        state,
        "instances:\n- {name: a, addr: '127.0.0.1:1', labels: {a: ''}}\n", 2,
        46, "a label's key");
}

static void what_is_no_plain_yaml_is_refused(void **state)
{
    scene_refuse(state, "cluster: &x a\nhost: b\n" ONE, 1, 10, "anchors");
    scene_refuse(state, "cluster: !!str a\n" ONE, 1, 10, "tags");
    scene_refuse(state, ONE "---\n" ONE, 3, 1, "second document");
    scene_refuse(state, "cluster: a\ncluster: b\n" ONE, 2, 1, "duplicate key");
    scene_refuse(state, "cluster: [a\n", 2, 1, "not YAML");
    scene_refuse(state, "a: [[[[[[[[[1]]]]]]]]]\n" ONE, 1, 11,
                 "nested too deep");
    scene_refuse(state, "fall: 2\ncluster: \"a\x01\"\n", 2, 12, "not YAML");
    scene_refuse(state, "- a\n", 1, 1, "a map of keys");
    scene_refuse(state, "", 1, 1, "the file is empty");
    scene_refuse(state, "# nothing\n", 1, 1, "the file is empty");
}

static void everything_wrong_is_told_at_once(void **state)
{
    struct scene *scene = *state;

    assert_int_not_equal(scene_parse(scene, "intervall: 1s\n"
                                            "fall: many\n"
                                            "instances:\n"
                                            "- {addr: nowhere}\n"),
                         0);
    assert_int_equal(scene->complaints.count, 4);
}

static void a_refused_file_leaves_the_settings_alone(void **state)
{
    struct scene *scene = *state;
    struct settings empty = {0};

    assert_int_not_equal(scene_parse(scene, "instances:\n- {name: a}\n"), 0);
    assert_memory_equal(&scene->settings, &empty, sizeof(empty));
}

static void a_fifo_or_a_missing_file_is_refused_at_once(void **state)
{
    struct scene *scene = *state;
    char path[] = "/tmp/test-settings-XXXXXX";

    assert_non_null(mkdtemp(path));
    char fifo[64];
    (void)snprintf(fifo, sizeof(fifo), "%s/fifo", path);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_not_equal(
        settings_load(fifo, &scene->settings, &scene->complaints), 0);
    assert_non_null(strstr(scene->complaints.list[0].text, "no regular file"));
    assert_int_equal(unlink(fifo), 0);
    assert_int_not_equal(
        settings_load(fifo, &scene->settings, &scene->complaints), 0);
    assert_non_null(strstr(scene->complaints.list[1].text, "No such file"));
    assert_int_equal(rmdir(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(defaults_are_those_of_the_reference_page),
        SCENE_TEST(an_instance_inherits_the_top_and_may_differ),
        SCENE_TEST(labels_of_the_top_are_added_to_and_overruled),
        SCENE_TEST(registrations_are_read_with_their_defaults),
        SCENE_TEST(access_is_kept_beside_the_instance),
        SCENE_TEST(a_relative_file_begins_where_its_file_is),
        SCENE_TEST(everything_knows_where_it_was_written),
        SCENE_TEST(without_a_file_everything_is_as_by_default),
        SCENE_TEST(an_empty_list_is_for_discovery_to_fill),
        SCENE_TEST(a_mistyped_key_is_refused_with_the_right_one),
        SCENE_TEST(a_wrong_value_is_refused_at_its_place),
        SCENE_TEST(a_wrong_instance_is_refused_at_its_place),
        SCENE_TEST(what_is_no_plain_yaml_is_refused),
        SCENE_TEST(everything_wrong_is_told_at_once),
        SCENE_TEST(a_refused_file_leaves_the_settings_alone),
        SCENE_TEST(a_fifo_or_a_missing_file_is_refused_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
