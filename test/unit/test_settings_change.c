/*
 * test_settings_change.c - what a reload may not change, and what it may.
 */
#include "settings_scene.h"

#include "config/settings_change.h"

#define PUBLISHED "zookeeper: {servers: 'zk1:2181'}\nhost: h\n"

/* The name of what is fixed between two files; "" if nothing is. */
static const char *fixed(void **state, const char *now, const char *then)
{
    struct scene *scene = *state;
    struct settings before;

    scene_take(state, now);
    before = scene->settings;
    scene->settings = (struct settings){0};
    scene_take(state, then);
    const struct option *option =
        settings_find_fixed(&before, &scene->settings);
    settings_finish(&before);
    return option != NULL ? option->name : "";
}

static void the_run_directory_stays(void **state)
{
    assert_string_equal(fixed(state, "run_dir: /a\n", "run_dir: /b\n"),
                        "run_dir");
    assert_string_equal(fixed(state, "run_dir: /a\n", "run_dir: /a\n"), "");
}

static void what_names_published_nodes_stays(void **state)
{
    assert_string_equal(
        fixed(state, PUBLISHED "cluster: a\n", PUBLISHED "cluster: b\n"),
        "cluster");
    assert_string_equal(fixed(state, PUBLISHED,
                              "zookeeper: {servers: 'a:1'}\n"
                              "host: i\n"),
                        "host");
    assert_string_equal(fixed(state, PUBLISHED "publish: {state: /a}\n",
                              PUBLISHED "publish: {state: /b}\n"),
                        "state");
}

static void names_may_change_while_nothing_is_published(void **state)
{
    assert_string_equal(fixed(state, "cluster: a\n", "cluster: b\n"), "");
    assert_string_equal(
        fixed(state, "cluster: a\nhost: h\n", PUBLISHED "cluster: b\n"), "");
}

static void everything_else_may_change(void **state)
{
    assert_string_equal(
        fixed(state, PUBLISHED ONE,
              "zookeeper: {servers: 'zk2:1', session_timeout: 5s}\nhost: h\n"
              "http: {listen: '127.0.0.1:1'}\nlog: {level: debug}\n"
              "interval: 1s\npublish: {heartbeat: 0}\n"),
        "");
}

static void what_is_fixed_is_one_of_the_settings(void **state)
{
    const struct option *option = option_at(0);

    (void)state;
    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        if (option->change != CHANGE_ANY) {
            assert_int_equal(option->home, HOME_SETTINGS);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_run_directory_stays),
        SCENE_TEST(what_names_published_nodes_stays),
        SCENE_TEST(names_may_change_while_nothing_is_published),
        SCENE_TEST(everything_else_may_change),
        SCENE_TEST(what_is_fixed_is_one_of_the_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
