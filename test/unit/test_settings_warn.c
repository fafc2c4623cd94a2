/*
 * test_settings_warn.c - oddities are told of whoever has them, also when the
 * settings are complete and keep what instances have in common once.
 */
#include "settings_scene.h"

#include "base/log.h"
#include "log_child.h"

#define PLAIN(name) "- {name: " name ", addr: '127.0.0.1:6379'}\n"
#define ODD "- {name: odd, addr: 'unix:/a.sock', tls: {verify: false}}\n"

static struct settings *complete;

static void warn(void)
{
    log_init("agent");
    settings_warn(complete);
}

static void an_oddity_is_told_of_when_accesses_are_shared(void **state)
{
    struct scene *scene = *state;
    scene_take(state, "instances:\n" PLAIN("a") PLAIN("b") PLAIN("c") ODD);
    settings_share(&scene->settings);
    complete = &scene->settings;
    assert_non_null(
        strstr(behind_stamp(output_of(warn)), "event=tls_on_unix_socket"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_oddity_is_told_of_when_accesses_are_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
