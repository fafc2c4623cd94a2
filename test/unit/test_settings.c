/*
 * test_settings.c - what the plain data of a configuration does by itself:
 * ways in that are alike are kept once, and nobody who asks can tell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/settings.h"

#define MANY 33 /* more ways in than are told apart */

static void make(struct settings *settings, uint32_t count)
{
    *settings = (struct settings){0};
    settings->access_defaults.tls_verify = true;
    assert_int_equal(settings_set_count(settings, count), 0);
}

static void name_file(struct settings *settings, uint32_t index,
                      const char *file)
{
    char *place = settings->accesses[index].password_file;
    assert_true(text_copy(place, SETTINGS_KEPT_BYTES, file));
}

static void assert_file(const struct settings *settings, uint32_t index,
                        const char *file)
{
    const struct instance_access *access = settings_access(settings, index);
    assert_string_equal(access->password_file, file);
    assert_true(access->tls_verify);
}

static void alike_ways_in_are_kept_once(void **state)
{
    (void)state;
    struct settings settings;
    make(&settings, 4);
    name_file(&settings, 1, "/one");
    name_file(&settings, 2, "/two");
    name_file(&settings, 3, "/one");
    settings_share(&settings);
    assert_file(&settings, 0, "");
    assert_file(&settings, 1, "/one");
    assert_file(&settings, 2, "/two");
    assert_ptr_equal(settings_access(&settings, 1),
                     settings_access(&settings, 3));
    settings_share(&settings); /* again changes nothing */
    assert_file(&settings, 2, "/two");
    assert_file(&settings, 3, "/one");
    settings_finish(&settings);
}

static void name_label(struct settings *settings, uint32_t index,
                       const char *value)
{
    struct instance_labels *labels = &settings->labels[index];
    labels->count = 1;
    assert_true(text_copy(labels->list[0].key, SETTINGS_LABEL_BYTES, "az"));
    assert_true(text_copy(labels->list[0].value, SETTINGS_LABEL_BYTES, value));
}

static void assert_label(const struct settings *settings, uint32_t index,
                         const char *value)
{
    const struct instance_labels *labels = settings_labels(settings, index);
    assert_int_equal(labels->count, 1);
    assert_string_equal(labels->list[0].value, value);
}

static void alike_labels_are_kept_once_whatever_the_ways_in(void **state)
{
    (void)state;
    struct settings settings;
    char file[16];
    make(&settings, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_true(text_format(file, sizeof(file), "/%u", i));
        name_file(&settings, i, file);
        name_label(&settings, i, i == 1 ? "b" : "a");
    }
    settings_share(&settings);
    assert_label(&settings, 0, "a");
    assert_label(&settings, 1, "b");
    assert_label(&settings, MANY - 1, "a");
    assert_ptr_equal(settings_labels(&settings, 0),
                     settings_labels(&settings, MANY - 1));
    assert_file(&settings, MANY - 1, file);
    settings_finish(&settings);
}

static void many_sets_of_labels_leave_the_ways_in_shared(void **state)
{
    (void)state;
    struct settings settings;
    struct settings copy;
    char value[16];
    make(&settings, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_true(text_format(value, sizeof(value), "%u", i));
        name_label(&settings, i, value);
    }
    settings_share(&settings);
    assert_ptr_equal(settings_access(&settings, 0),
                     settings_access(&settings, MANY - 1));
    assert_label(&settings, 7, "7");
    assert_int_equal(settings_copy(&settings, &copy), 0);
    settings_finish(&settings);
    assert_int_equal(settings_set_count(&copy, MANY + 1), 0);
    assert_label(&copy, MANY - 1, value);
    assert_int_equal(settings_labels(&copy, MANY)->count, 0);
    settings_finish(&copy);
}

static void a_copy_shares_nothing_and_can_grow(void **state)
{
    (void)state;
    struct settings settings;
    struct settings copy;
    make(&settings, 2);
    name_file(&settings, 1, "/one");
    settings_share(&settings);
    assert_int_equal(settings_copy(&settings, &copy), 0);
    settings_finish(&settings);
    assert_int_equal(settings_set_count(&copy, 3), 0);
    assert_file(&copy, 0, "");
    assert_file(&copy, 1, "/one");
    assert_file(&copy, 2, "");
    name_file(&copy, 0, "/other"); /* nobody else's */
    assert_file(&copy, 2, "");
    settings_finish(&copy);
}

static void too_many_ways_in_stay_one_for_each_instance(void **state)
{
    (void)state;
    struct settings settings;
    char file[16];
    make(&settings, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_true(text_format(file, sizeof(file), "/%u", i));
        name_file(&settings, i, file);
    }
    settings_share(&settings);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_true(text_format(file, sizeof(file), "/%u", i));
        assert_file(&settings, i, file);
        assert_ptr_equal(settings_access(&settings, i), &settings.accesses[i]);
    }
    settings_finish(&settings);
}

static void no_instances_have_nothing_to_share(void **state)
{
    (void)state;
    struct settings settings;
    make(&settings, 0);
    settings_share(&settings);
    settings_finish(&settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alike_ways_in_are_kept_once),
        cmocka_unit_test(alike_labels_are_kept_once_whatever_the_ways_in),
        cmocka_unit_test(many_sets_of_labels_leave_the_ways_in_shared),
        cmocka_unit_test(a_copy_shares_nothing_and_can_grow),
        cmocka_unit_test(too_many_ways_in_stay_one_for_each_instance),
        cmocka_unit_test(no_instances_have_nothing_to_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
