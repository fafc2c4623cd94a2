/*
 * settings_scene.h - what the tests of the configuration share: parsing a
 * text, and one complaint at one place.
 */
#ifndef TEST_SETTINGS_SCENE_H
#define TEST_SETTINGS_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "config/settings_load.h"

#define ONE "instances:\n- {name: a, addr: '127.0.0.1:6379'}\n"

struct scene {
    struct settings settings;
    struct complaints complaints;
};

static inline int scene_set_up(void **state)
{
    *state = calloc(1, sizeof(struct scene));
    return *state == NULL;
}

static inline int scene_tear_down(void **state)
{
    struct scene *scene = *state;

    settings_finish(&scene->settings);
    free(scene);
    return 0;
}

#define SCENE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

static inline int scene_parse(struct scene *scene, const char *text)
{
    struct settings_bundle bundle;

    settings_finish(&scene->settings);
    memset(&scene->complaints, 0, sizeof(scene->complaints));
    assert_int_equal(
        settings_bundle_of("test.yaml", text, strlen(text), &bundle), 0);
    int error = settings_parse(&bundle, &scene->settings, &scene->complaints);
    settings_bundle_finish(&bundle);
    return error;
}

static inline void scene_take(void **state, const char *text)
{
    struct scene *scene = *state;

    if (scene_parse(scene, text) != 0) {
        fail_msg("%s: %s", text, scene->complaints.list[0].text);
    }
    assert_int_equal(scene->complaints.count, 0);
}

/* Exactly one complaint, at the place, with the words. */
static inline void scene_refuse(void **state, const char *text, unsigned line,
                                unsigned column, const char *words)
{
    struct scene *scene = *state;
    const struct complaint *first = &scene->complaints.list[0];

    assert_int_not_equal(scene_parse(scene, text), 0);
    if (scene->complaints.count != 1 || first->place.line != line ||
        first->place.column != column || strstr(first->text, words) == NULL) {
        fail_msg("%zu complaints, the first at %u:%u: %s",
                 scene->complaints.count, first->place.line,
                 first->place.column, first->text);
    }
}

#endif
