/*
 * test_flags.c - the command line and its environment twins: what is taken,
 * what goes before what, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "config/flags.h"
#include "config/settings_load.h"

#define WORDS_MOST 8

/* Ours only: the test's own runner speaks to it by the environment too. */
static int clear_environment(void **state)
{
    static const char *const twins[] = {"CONFIG", "CHECK",     "VERSION",
                                        "HELP",   "RUN_DIR",   "LOG_LEVEL",
                                        "DUMP",   "LOG_FORMAT"};

    (void)state;
    for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++) {
        char name[FLAGS_ENVIRONMENT_BYTES];
        flags_environment(twins[i], name);
        assert_int_equal(unsetenv(name), 0);
    }
    return 0;
}

/* argv from words, the last one followed by NULL. */
#define PARSE(flags, ...) \
    parse((flags),        \
          (const char *[]){"sentinel-agent", __VA_ARGS__ __VA_OPT__(, ) NULL})

static int parse(struct flags *flags, const char *words[])
{
    char *argv[WORDS_MOST + 1] = {NULL};
    int argc = 0;

    while (words[argc] != NULL) {
        argv[argc] = (char *)(uintptr_t)words[argc]; /* never written to */
        argc++;
    }
    return flags_parse(argc, argv, flags);
}

/* Default settings with the flags put into them; the code of flags_apply. */
static int apply(const struct flags *flags, struct settings *settings)
{
    static struct complaints complaints;

    complaints.count = 0;
    assert_int_equal(settings_default(settings, &complaints), 0);
    return flags_apply(flags, settings);
}

static void flags_are_taken_in_every_form(void **state)
{
    struct flags flags;

    (void)state;
    assert_int_equal(PARSE(&flags, "-t", "-c", "a"), 0);
    assert_true(flags.wants_check);
    assert_string_equal(flags.config, "a");
    assert_int_equal(PARSE(&flags, "--config=b", "-T"), 0);
    assert_string_equal(flags.config, "b");
    assert_true(flags.wants_dump);
    assert_int_equal(PARSE(&flags, "--libexec", "/x", "--version"), 0);
    assert_string_equal(flags.libexec, "/x");
    assert_true(flags.wants_version);
    assert_false(flags.wants_help);
    assert_int_equal(PARSE(&flags, "--print-reference"), 0);
    assert_true(flags.wants_reference);
    assert_int_equal(PARSE(&flags, "--print-instance", "one"), 0);
    assert_string_equal(flags.instance, "one");
}

static void nothing_given_is_nothing_asked_for(void **state)
{
    struct flags flags;

    (void)state;
    assert_int_equal(PARSE(&flags), 0);
    assert_null(flags.config);
    assert_null(flags.libexec);
    assert_null(flags.instance);
    assert_int_equal(flags.override_count, 0);
}

static void wrong_usage_is_refused(void **state)
{
    struct flags flags;

    (void)state;
    assert_int_equal(PARSE(&flags, "--no-such"), EX_USAGE);
    assert_int_equal(PARSE(&flags, "-c"), EX_USAGE);
    assert_int_equal(PARSE(&flags, "--config="), EX_USAGE);
    assert_int_equal(PARSE(&flags, "-c", ""), EX_USAGE);
    assert_int_equal(PARSE(&flags, "--check=yes"), EX_USAGE);
    assert_int_equal(PARSE(&flags, "stray"), EX_USAGE);
    assert_int_equal(PARSE(&flags, "-"), EX_USAGE);
    assert_int_equal(PARSE(&flags, "--"), EX_USAGE);
    assert_int_equal(PARSE(&flags, "--="), EX_USAGE);
    assert_int_equal(PARSE(&flags, ""), EX_USAGE);
    assert_int_equal(PARSE(&flags, "-tc", "a"), EX_USAGE);
}

static void a_flag_goes_before_the_environment_before_the_file(void **state)
{
    struct flags flags;
    struct settings settings;
    const struct option *option = OPTION_OF(HOME_SETTINGS, settings, run_dir);
    const uint32_t row = option_row(option);

    (void)state;
    assert_int_equal(PARSE(&flags), 0);
    assert_int_equal(apply(&flags, &settings), 0);
    assert_string_equal(settings.run_dir, "/run/sentinel-agent");
    assert_int_equal(settings_place_of(&settings, 0, row)->origin,
                     ORIGIN_DEFAULT);
    settings_finish(&settings);

    assert_int_equal(setenv("SENTINEL_AGENT_RUN_DIR", "/environment", 1), 0);
    assert_int_equal(PARSE(&flags), 0);
    assert_int_equal(apply(&flags, &settings), 0);
    assert_string_equal(settings.run_dir, "/environment");
    assert_int_equal(settings_place_of(&settings, 0, row)->origin,
                     ORIGIN_ENVIRONMENT);
    settings_finish(&settings);

    assert_int_equal(PARSE(&flags, "--run-dir=/flag"), 0);
    assert_int_equal(flags.override_count, 1);
    assert_int_equal(apply(&flags, &settings), 0);
    assert_string_equal(settings.run_dir, "/flag");
    assert_int_equal(settings_place_of(&settings, 0, row)->origin, ORIGIN_FLAG);
    settings_finish(&settings);
}

static void the_last_of_two_flags_counts(void **state)
{
    struct flags flags;
    struct settings settings;

    (void)state;
    assert_int_equal(PARSE(&flags, "--log-level=debug", "--log-level", "error"),
                     0);
    assert_int_equal(flags.override_count, 1);
    assert_int_equal(apply(&flags, &settings), 0);
    assert_int_equal(settings.log_level, LEVEL_ERROR);
    settings_finish(&settings);
}

static void a_value_that_is_no_good_is_wrong_usage(void **state)
{
    static const char *const words[] = {"--log-level=loud", "--log-format=xml",
                                        "--run-dir=relative",
                                        "--log-level=Debug"};
    struct flags flags;
    struct settings settings;

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_int_equal(PARSE(&flags, words[i]), 0);
        assert_int_equal(apply(&flags, &settings), EX_USAGE);
        settings_finish(&settings);
    }
}

static void a_twin_is_named_after_its_flag(void **state)
{
    char name[FLAGS_ENVIRONMENT_BYTES];

    (void)state;
    flags_environment("log-format", name);
    assert_string_equal(name, "SENTINEL_AGENT_LOG_FORMAT");
}

static void a_switch_has_a_twin_that_counts_when_it_is_1(void **state)
{
    struct flags flags;

    (void)state;
    assert_int_equal(setenv("SENTINEL_AGENT_CHECK", "1", 1), 0);
    assert_int_equal(setenv("SENTINEL_AGENT_VERSION", "1.2.3", 1), 0);
    assert_int_equal(setenv("SENTINEL_AGENT_HELP", "", 1), 0);
    assert_int_equal(PARSE(&flags), 0);
    assert_true(flags.wants_check);
    assert_false(flags.wants_version);
    assert_false(flags.wants_help);
}

static void an_empty_twin_is_none(void **state)
{
    struct flags flags;

    (void)state;
    assert_int_equal(setenv("SENTINEL_AGENT_CONFIG", "", 1), 0);
    assert_int_equal(setenv("SENTINEL_AGENT_LOG_LEVEL", "", 1), 0);
    assert_int_equal(PARSE(&flags), 0);
    assert_null(flags.config);
    assert_int_equal(flags.override_count, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, clear_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(flags_are_taken_in_every_form),
        TEST(nothing_given_is_nothing_asked_for),
        TEST(wrong_usage_is_refused),
        TEST(a_flag_goes_before_the_environment_before_the_file),
        TEST(the_last_of_two_flags_counts),
        TEST(a_value_that_is_no_good_is_wrong_usage),
        TEST(a_twin_is_named_after_its_flag),
        TEST(a_switch_has_a_twin_that_counts_when_it_is_1),
        TEST(an_empty_twin_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
