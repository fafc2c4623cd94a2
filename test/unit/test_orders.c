/*
 * test_orders.c - what a prober is told: the engine's wish, the instance's
 * settings, and what is believed of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "supervisor/orders.h"

struct scene {
    struct settings settings;
    struct instance belief;
    struct message_probe probe;
};

static int set_up(void **state)
{
    static struct scene scene;

    settings_finish(&scene.settings);
    scene = (struct scene){0};
    *state = &scene;
    return settings_set_count(&scene.settings, 2);
}

static int tear_down(void **state)
{
    settings_finish(&((struct scene *)*state)->settings);
    return 0;
}

/* The probe of the second instance, which listens at `addr`. */
static const struct message_probe *compose(struct scene *scene,
                                           const char *addr)
{
    const struct engine_action action = {.kind = ENGINE_PROBE,
                                         .instance = 1,
                                         .task = 77,
                                         .timeout_ms = 400,
                                         .is_deep = true};
    const char *why = "";

    assert_int_equal(
        address_parse(addr, false, &scene->settings.instances[1].addr, &why),
        0);
    orders_compose(&scene->settings, &action, &scene->belief, &scene->probe);
    return &scene->probe;
}

static void it_says_what_the_engine_and_the_settings_say(void **state)
{
    struct scene *scene = *state;
    struct instance_settings *instance = &scene->settings.instances[1];

    instance->canary = true;
    instance->max_lag_ms = 5000;
    instance->max_gap = 1024;
    (void)text_copy(scene->settings.accesses[1].user, SETTINGS_USER_BYTES,
                    "probe");
    const struct message_probe *probe = compose(scene, "10.0.0.1:6379");
    assert_int_equal(probe->task, 77);
    assert_int_equal(probe->timeout_ms, 400);
    assert_true(probe->is_deep);
    assert_true(probe->canary);
    assert_int_equal(probe->max_lag_ms, 5000);
    assert_int_equal(probe->max_gap, 1024);
    assert_string_equal(probe->addr, "10.0.0.1:6379");
    assert_string_equal(probe->access.user, "probe");
}

static void it_says_what_is_believed(void **state)
{
    struct scene *scene = *state;

    scene->belief.facts.mode = MODE_CLUSTER;
    scene->belief.facts.pid = 12;
    scene->belief.facts.start_ticks = 34;
    scene->belief.was_loading = true;
    const struct message_probe *probe = compose(scene, "10.0.0.1:6379");
    assert_true(probe->is_cluster);
    assert_true(probe->was_loading);
    assert_int_equal(probe->pid, 12);
    assert_int_equal(probe->start_ticks, 34);
}

static void a_certificate_must_be_of_the_configured_name(void **state)
{
    struct scene *scene = *state;
    struct instance_access *access = &scene->settings.accesses[1];

    access->has_tls = true;
    assert_string_equal(compose(scene, "db7:6379")->access.tls_server_name,
                        "db7");
    assert_string_equal(compose(scene, "10.0.0.1:6379")->access.tls_server_name,
                        "");
    (void)text_copy(access->tls_server_name, SETTINGS_SERVER_NAME_BYTES,
                    "redis.internal");
    assert_string_equal(compose(scene, "db7:6379")->access.tls_server_name,
                        "redis.internal");
}

static void without_tls_no_certificate_is_asked_for(void **state)
{
    assert_string_equal(compose(*state, "db7:6379")->access.tls_server_name,
                        "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_says_what_the_engine_and_the_settings_say),
        TEST(it_says_what_is_believed),
        TEST(a_certificate_must_be_of_the_configured_name),
        TEST(without_tls_no_certificate_is_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
