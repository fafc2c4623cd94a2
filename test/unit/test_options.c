/*
 * test_options.c - the option table keeps its own rules, and what searches it
 * finds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "config/flags.h"
#include "config/options.h"
#include "config/settings_value.h"

/* One of every struct that options live in. */
struct homes {
    struct settings settings;
    struct instance_settings instance;
    struct instance_access access;
    struct instance_labels labels;
    struct registration registration;
};

static void *home_of(struct homes *homes, enum option_home home)
{
    void *list[HOME_COUNT] = {
        [HOME_SETTINGS] = &homes->settings,
        [HOME_INSTANCE] = &homes->instance,
        [HOME_ACCESS] = &homes->access,
        [HOME_LABELS] = &homes->labels,
        [HOME_REGISTRATION] = &homes->registration,
    };

    return list[home];
}

static void every_default_is_a_good_value_and_reads_back(void **state)
{
    static struct homes homes;
    const struct option *option = option_at(0);
    char why[SETTINGS_WHY_BYTES] = "";
    char text[SETTINGS_TEXT_BYTES] = "";

    (void)state;
    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        void *home = home_of(&homes, option->home);
        if (option->fallback == NULL) {
            continue;
        }
        if (settings_value_set(option, home, option->fallback, why,
                               sizeof(why)) != 0) {
            fail_msg("%s: %s", option->name, why);
        }
        assert_true(settings_value_text(option, home, text, sizeof(text)));
        assert_string_equal(text, option->fallback);
    }
}

static void every_row_says_what_it_is_for_in_one_line(void **state)
{
    const struct option *option = option_at(0);

    (void)state;
    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        size_t length = strlen(option->help);
        assert_in_range(length, 5, 120);
        assert_int_not_equal(option->help[length - 1], '.');
        assert_null(strchr(option->help, '|')); /* the page is a table */
        assert_int_equal(option_row(option), row);
    }
}

static void what_an_instance_can_have_stands_last(void **state)
{
    const struct option *option = option_at(0);

    (void)state;
    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        bool is_an_instances = option->type == OPTION_INSTANCES ||
                               option->scope == SCOPE_INSTANCE ||
                               option->scope == SCOPE_TLS;
        assert_int_equal(is_an_instances, row >= SETTINGS_ROWS_INSTANCE);
    }
}

static void no_scope_has_two_options_of_one_name(void **state)
{
    const struct option *option = option_at(0);

    (void)state;
    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        assert_ptr_equal(option_find(option->scope, option->name), option);
        if (option->is_inherited) {
            assert_ptr_equal(option_find(SCOPE_TOP, option->name), option);
        }
    }
}

static void every_scope_but_the_top_lies_in_one_other(void **state)
{
    (void)state;
    assert_null(option_around(SCOPE_TOP));
    for (int scope = SCOPE_TOP + 1; scope < SCOPE_COUNT; scope++) {
        const struct option *around = option_around((enum option_scope)scope);
        assert_non_null(around);
        assert_in_range(around->scope, SCOPE_TOP, scope - 1);
    }
}

static void every_field_has_one_row(void **state)
{
    const struct option *option = option_at(0);

    (void)state;
    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        bool has_field = option->type != OPTION_INSTANCES &&
                         (option->type != OPTION_SECTION || option->is_marked);
        if (has_field) {
            assert_ptr_equal(option_of(option->home, option->offset), option);
        }
    }
}

static void an_option_with_a_flag_is_one_of_the_settings(void **state)
{
    const struct option *option = option_at(0);
    size_t count = 0;

    (void)state;
    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        if (option->flag != NULL) {
            count++;
            assert_int_equal(option->home, HOME_SETTINGS);
            assert_non_null(option->flag_value);
        }
    }
    assert_in_range(count, 3, FLAGS_OVERRIDES_MOST);
}

static void words_stand_in_the_order_of_their_enums(void **state)
{
    const struct option *level = OPTION_OF(HOME_SETTINGS, settings, log_level);
    const struct option *format =
        OPTION_OF(HOME_SETTINGS, settings, log_format);
    const struct option *discover =
        OPTION_OF(HOME_SETTINGS, settings, discover);
    const struct option *role =
        OPTION_OF(HOME_REGISTRATION, registration, role);

    (void)state;
    for (int i = LEVEL_ERROR; i <= LEVEL_DEBUG; i++) {
        assert_string_equal(level->words[i], log_level_name((enum log_level)i));
    }
    assert_null(level->words[LEVEL_DEBUG + 1]);
    assert_string_equal(format->words[FORMAT_JSON],
                        log_format_name(FORMAT_JSON));
    assert_string_equal(discover->words[DISCOVER_OFF], "off");
    assert_string_equal(role->words[REGISTRATION_REPLICA], "replica");
}

static void a_mistyped_name_has_a_nearest_one(void **state)
{
    static const struct {
        enum option_scope scope;
        const char *written;
        const char *meant;
    } cases[] = {
        {SCOPE_TOP, "intervall", "interval"},
        {SCOPE_TOP, "run-dir", "run_dir"},
        {SCOPE_TOP, "Host", "host"},
        {SCOPE_INSTANCE, "address", "addr"},
        {SCOPE_INSTANCE, "password", "password_file"},
        {SCOPE_INSTANCE, "labls", "labels"},
        {SCOPE_ZOOKEEPER, "session", "session_timeout"},
        {SCOPE_TLS, "cacert", "cert"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *nearest = option_nearest(cases[i].scope, cases[i].written);
        assert_non_null(nearest);
        assert_string_equal(nearest, cases[i].meant);
    }
    assert_null(option_nearest(SCOPE_TOP, "colour"));
    assert_null(option_nearest(SCOPE_TLS, "xy"));
    assert_null(option_nearest(SCOPE_TOP, ""));
}

static void a_name_of_another_section_is_found_there(void **state)
{
    (void)state;
    assert_int_equal(option_elsewhere(SCOPE_TOP, "servers")->section,
                     SCOPE_ZOOKEEPER);
    assert_int_equal(option_elsewhere(SCOPE_TOP, "addr")->section,
                     SCOPE_INSTANCE);
    assert_int_equal(option_elsewhere(SCOPE_INSTANCE, "ca")->section,
                     SCOPE_TLS);
    assert_null(option_elsewhere(SCOPE_TOP, "colour"));
}

static void ranges_are_told_in_units_people_use(void **state)
{
    char range[96];

    (void)state;
    settings_value_range(
        OPTION_OF(HOME_INSTANCE, instance_settings, interval_ms), range,
        sizeof(range));
    assert_string_equal(range, "between 100ms and 1h");
    settings_value_range(OPTION_OF(HOME_SETTINGS, settings, heartbeat_ms),
                         range, sizeof(range));
    assert_string_equal(range, "0 or between 1s and 1h");
    settings_value_range(OPTION_OF(HOME_INSTANCE, instance_settings, fall),
                         range, sizeof(range));
    assert_string_equal(range, "between 1 and 100");
    settings_value_range(OPTION_OF(HOME_INSTANCE, instance_settings, max_gap),
                         range, sizeof(range));
    assert_string_equal(range, "0 or between 1 and 1024gb");
    settings_value_range(OPTION_OF(HOME_SETTINGS, settings, cluster), range,
                         sizeof(range));
    assert_string_equal(range, "");
}

static void sizes_are_told_in_the_largest_unit_that_leaves_nothing_over(
    void **state)
{
    static const struct {
        const char *written;
        const char *told;
    } cases[] = {
        {"0", "0"},        {"1", "1"},       {"1000", "1000"},
        {"1024", "1kb"},   {"64mb", "64mb"}, {"65536kb", "64mb"},
        {"1024MB", "1gb"}, {"1025", "1025"},
    };
    const struct option *option =
        OPTION_OF(HOME_INSTANCE, instance_settings, max_gap);
    struct instance_settings instance = {0};
    char why[SETTINGS_WHY_BYTES] = "";
    char text[SETTINGS_TEXT_BYTES] = "";

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(settings_value_set(option, &instance, cases[i].written,
                                            why, sizeof(why)),
                         0);
        assert_true(settings_value_text(option, &instance, text, sizeof(text)));
        assert_string_equal(text, cases[i].told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_default_is_a_good_value_and_reads_back),
        cmocka_unit_test(every_row_says_what_it_is_for_in_one_line),
        cmocka_unit_test(what_an_instance_can_have_stands_last),
        cmocka_unit_test(no_scope_has_two_options_of_one_name),
        cmocka_unit_test(every_scope_but_the_top_lies_in_one_other),
        cmocka_unit_test(every_field_has_one_row),
        cmocka_unit_test(an_option_with_a_flag_is_one_of_the_settings),
        cmocka_unit_test(words_stand_in_the_order_of_their_enums),
        cmocka_unit_test(a_mistyped_name_has_a_nearest_one),
        cmocka_unit_test(a_name_of_another_section_is_found_there),
        cmocka_unit_test(ranges_are_told_in_units_people_use),
        cmocka_unit_test(
            sizes_are_told_in_the_largest_unit_that_leaves_nothing_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
