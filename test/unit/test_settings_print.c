/*
 * test_settings_print.c - the effective configuration, printed and taken
 * back: the same settings, whatever was in them.
 */
#include "settings_scene.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/options.h"
#include "config/settings_print.h"
#include "config/settings_value.h"

#define PRINTED_MOST 65536

/* What settings_print writes to standard output. */
static void print(const struct settings *settings, char *text)
{
    int fd = memfd_create("printed", MFD_CLOEXEC);
    int kept = dup(STDOUT_FILENO);

    assert_true(fd >= 0 && kept >= 0);
    (void)fflush(stdout);
    assert_true(dup2(fd, STDOUT_FILENO) >= 0);
    settings_print(settings, stdout);
    (void)fflush(stdout);
    assert_true(dup2(kept, STDOUT_FILENO) >= 0);
    ssize_t length = pread(fd, text, PRINTED_MOST - 1, 0);
    assert_true(length > 0 && length < PRINTED_MOST - 1);
    text[length] = '\0';
    (void)close(fd);
    (void)close(kept);
}

/* Every option's text of one holder is the same in both. */
static void compare_homes(enum option_home home, const void *one,
                          const void *other)
{
    const struct option *option = option_at(0);

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        char left[SETTINGS_TEXT_BYTES] = "";
        char right[SETTINGS_TEXT_BYTES] = "";
        if (option->home != home || option->type == OPTION_PATTERN ||
            option->type == OPTION_SECTION) {
            continue;
        }
        (void)settings_value_text(option, one, left, sizeof(left));
        (void)settings_value_text(option, other, right, sizeof(right));
        assert_string_equal(left, right);
    }
}

static void compare(const struct settings *one, const struct settings *other)
{
    compare_homes(HOME_SETTINGS, one, other);
    compare_homes(HOME_INSTANCE, &one->instance_defaults,
                  &other->instance_defaults);
    assert_int_equal(one->has_zookeeper, other->has_zookeeper);
    assert_int_equal(one->has_auth, other->has_auth);
    assert_int_equal(one->registration_count, other->registration_count);
    for (uint32_t i = 0; i < one->registration_count; i++) {
        assert_memory_equal(&one->registrations[i], &other->registrations[i],
                            sizeof(one->registrations[i]));
    }
    assert_int_equal(one->instance_count, other->instance_count);
    for (uint32_t i = 0; i < one->instance_count; i++) {
        compare_homes(HOME_INSTANCE, &one->instances[i], &other->instances[i]);
        compare_homes(HOME_ACCESS, &one->accesses[i], &other->accesses[i]);
        assert_int_equal(one->accesses[i].has_tls, other->accesses[i].has_tls);
        assert_memory_equal(&one->labels[i], &other->labels[i],
                            sizeof(one->labels[i]));
    }
}

static void comes_back(void **state, const char *text)
{
    struct scene *scene = *state;
    struct scene *again = calloc(1, sizeof(*again));
    char *printed = malloc(PRINTED_MOST);

    assert_true(again != NULL && printed != NULL);
    scene_take(state, text);
    print(&scene->settings, printed);
    if (scene_parse(again, printed) != 0) {
        fail_msg("%s\n%s", again->complaints.list[0].text, printed);
    }
    compare(&scene->settings, &again->settings);
    settings_finish(&again->settings);
    free(again);
    free(printed);
}

static void everything_that_can_be_said_comes_back(void **state)
{
    comes_back(state,
               "cluster: prod\nhost: db7\nrun_dir: /r\ncanary: false\n"
               "interval: 90s\ntimeout: 250ms\nrise: 2\nfall: 3\n"
               "deep_interval: 1h\ndiscover: on\nlabels: {a: b}\n"
               "max_lag: 30s\nmax_gap: 1000\n"
               "zookeeper: {servers: 'a:1,[::1]:2', session_timeout: 1500ms,"
               " auth: {scheme: digest, credential_file: /cred}}\n"
               "publish: {state: /s, heartbeat: 0, refresh: 1m, registrations:"
               " [{style: nerve, path: /n, when: up, role: replica},"
               " {style: compat, path: /c, when: readable}]}\n"
               "http: {listen: '[::1]:1'}\nlog: {level: debug, format: json}\n"
               "instances:\n"
               "- {name: a, addr: '10.0.0.1:1', advertise: '10.0.0.1:2',"
               " user: u, password_file: /pw, labels: {c: d},"
               " tls: {ca: /ca, cert: /c, key: /k, server_name: n,"
               " verify: false}, interval: 1s, timeout: 2s, rise: 4, fall: 5,"
               " deep_interval: 3s, canary: true, max_lag: 1m, max_gap: 64mb}\n"
               "- {name: b, addr: 10.0.0.2:1, tls: {}}\n");
}

static void the_least_that_can_be_said_comes_back(void **state)
{
    comes_back(state, ONE);
    comes_back(state, "cluster: a\n");
    comes_back(state, "discover: on\ninstances: []\n");
}

static void texts_that_look_like_something_else_come_back(void **state)
{
    comes_back(state,
               "cluster: '123'\nhost: 'true'\n"
               "labels: {'null': '~', '1': 'a: b', 'a b': ' x ', '#': '# x',"
               " '\"': \"\\\\ ' \\\"\", '-': '- a', '{': '[', '%': '!!str'}\n"
               "publish: {state: '/a b/#/: {}'}\n"
               "instances:\n"
               "- {name: 1e5x, addr: 'unix:/run/a: b #c.sock'}\n"
               "- {name: '0x1', addr: '127.0.0.1:1', user: '*x',"
               " password_file: '/a \\b/\"c\"'}\n"
               "- {name: 'yes', addr: '127.0.0.1:2', user: 'x:',"
               " password_file: '/~'}\n");
}

static void every_value_tells_where_it_came_from(void **state)
{
    struct scene *scene = *state;
    char *printed = malloc(PRINTED_MOST);

    assert_non_null(printed);
    scene_take(state, "fall: 3\n" ONE);
    print(&scene->settings, printed);
    assert_non_null(strstr(printed, "fall: 3 # test.yaml:1\n"));
    assert_non_null(strstr(printed, "rise: 1 # default\n"));
    assert_non_null(strstr(printed, "  - name: a # test.yaml:3\n"));
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(everything_that_can_be_said_comes_back),
        SCENE_TEST(the_least_that_can_be_said_comes_back),
        SCENE_TEST(texts_that_look_like_something_else_come_back),
        SCENE_TEST(every_value_tells_where_it_came_from),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
