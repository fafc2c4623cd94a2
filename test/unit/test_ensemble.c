/*
 * test_ensemble.c - ZooKeeper's servers by address, whatever is known of their
 * names; and what a publisher makes of that.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "publisher/servers.h"
#include "supervisor/ensemble.h"

#define SERVERS "zk1:2181,10.0.0.9:2182,[::1]:2183,zk2:2184"

struct scene {
    struct settings settings;
    struct names names;
    char text[SETTINGS_SERVERS_BYTES];
};

static int set_up(void **state)
{
    static struct scene scene;

    scene = (struct scene){0};
    (void)text_copy(scene.settings.zookeeper_servers,
                    sizeof(scene.settings.zookeeper_servers), SERVERS);
    assert_int_equal(names_init(&scene.names, &scene.settings, 1), 0);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    names_finish(&scene->names);
    return 0;
}

static void know(struct scene *scene, const char *host, const char *one,
                 const char *other)
{
    struct name *name = &scene->names.list[names_find(&scene->names, host)];

    name->state = one != NULL ? NAME_GOOD : NAME_FAILED;
    name->count = (one != NULL) + (other != NULL);
    if (one != NULL) {
        (void)text_copy(name->addresses[0], RESOLVED_BYTES, one);
    }
    if (other != NULL) {
        (void)text_copy(name->addresses[1], RESOLVED_BYTES, other);
    }
}

static int write_all(struct scene *scene)
{
    return ensemble_write(&scene->names, SERVERS, scene->text,
                          sizeof(scene->text));
}

static void its_names_are_looked_up_with_the_others(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(scene->names.count, 2);
    assert_int_equal(names_find(&scene->names, "zk2"), 1);
}

static void all_addresses_of_a_name_are_told(void **state)
{
    struct scene *scene = *state;

    know(scene, "zk1", "10.0.0.1", "fe00::1");
    know(scene, "zk2", "10.0.0.2", NULL);
    assert_int_equal(write_all(scene), 0);
    assert_string_equal(scene->text,
                        "10.0.0.1:2181,[fe00::1]:2181,10.0.0.9:2182,"
                        "[::1]:2183,10.0.0.2:2184");
}

static void a_name_without_address_is_left_out(void **state)
{
    struct scene *scene = *state;

    know(scene, "zk1", NULL, NULL);
    assert_int_equal(write_all(scene), 0);
    assert_string_equal(scene->text, "10.0.0.9:2182,[::1]:2183");
    assert_int_equal(ensemble_write(&scene->names, "zk1:1,zk2:1", scene->text,
                                    sizeof(scene->text)),
                     -ENOENT);
}

static void the_list_is_never_cut_inside_a_server(void **state)
{
    struct scene *scene = *state;

    know(scene, "zk1", "10.0.0.1", "10.0.0.2");
    assert_int_equal(ensemble_write(&scene->names, SERVERS, scene->text, 20),
                     0);
    assert_string_equal(scene->text, "10.0.0.1:2181");
}

static void only_first_answers_are_awaited(void **state)
{
    struct scene *scene = *state;

    assert_true(ensemble_is_awaited(&scene->names, SERVERS));
    know(scene, "zk1", "10.0.0.1", NULL);
    assert_true(ensemble_is_awaited(&scene->names, SERVERS));
    know(scene, "zk2", NULL, NULL);
    assert_false(ensemble_is_awaited(&scene->names, SERVERS));
    assert_false(ensemble_is_awaited(&scene->names, "10.0.0.1:1"));
}

static void a_lost_session_has_the_names_looked_up_soon(void **state)
{
    struct scene *scene = *state;

    know(scene, "zk1", "10.0.0.1", NULL);
    scene->names.list[0].asked_ms = 1000;
    scene->names.list[0].due_ms = 1000 + NAMES_AGAIN_MS;
    ensemble_hurry(&scene->names, SERVERS, 20000);
    assert_int_equal(scene->names.list[0].due_ms, 20000);
}

static void the_library_is_given_numbers_without_brackets(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(servers_write("10.0.0.1:2181,zk1:2181,[::1]:2182",
                                   scene->text, sizeof(scene->text)),
                     0);
    assert_string_equal(scene->text, "10.0.0.1:2181,::1:2182");
    assert_int_equal(
        servers_write("zk1:2181", scene->text, sizeof(scene->text)), -ENOENT);
    assert_int_equal(servers_write("", scene->text, sizeof(scene->text)),
                     -ENOENT);
    assert_int_equal(
        servers_write("10.0.0.1", scene->text, sizeof(scene->text)), -EINVAL);
    assert_int_equal(
        servers_write("10.0.0.1:1,,", scene->text, sizeof(scene->text)),
        -EINVAL);
    assert_int_equal(
        servers_write("unix:/zk", scene->text, sizeof(scene->text)), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_names_are_looked_up_with_the_others),
        TEST(all_addresses_of_a_name_are_told),
        TEST(a_name_without_address_is_left_out),
        TEST(the_list_is_never_cut_inside_a_server),
        TEST(only_first_answers_are_awaited),
        TEST(a_lost_session_has_the_names_looked_up_soon),
        TEST(the_library_is_given_numbers_without_brackets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
