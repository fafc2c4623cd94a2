/*
 * test_errands.c - where the probes of instances go that are configured by
 * name, which of them wait, and when one is worth another address.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "supervisor/errands.h"

#define START_MS 1000u
#define TIMEOUT_MS 400u
#define TASK 7u
#define PROBER 3u

/* Instances: two of one name at two ports, one numeric. */
enum { FIRST, SECOND, NUMERIC, INSTANCES };

struct scene {
    struct settings settings;
    struct errands *errands;
};

static void give(struct settings *settings, uint32_t index, const char *name,
                 const char *addr)
{
    const char *why = "";

    (void)text_copy(settings->instances[index].name, SETTINGS_NAME_BYTES, name);
    assert_int_equal(
        address_parse(addr, false, &settings->instances[index].addr, &why), 0);
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    assert_int_equal(settings_set_count(&scene->settings, INSTANCES), 0);
    give(&scene->settings, FIRST, "first", "db:6379");
    give(&scene->settings, SECOND, "second", "db:6380");
    give(&scene->settings, NUMERIC, "numeric", "10.0.0.9:6379");
    assert_int_equal(
        errands_create(&scene->settings, START_MS, &scene->errands), 0);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    errands_destroy(scene->errands);
    settings_finish(&scene->settings);
    free(scene);
    return 0;
}

/* --- what happens to them ------------------------------------------------- */

static bool begin(struct scene *scene, uint32_t instance, uint64_t now_ms)
{
    const struct engine_action action = {.kind = ENGINE_PROBE,
                                         .prober = PROBER,
                                         .instance = instance,
                                         .task = TASK,
                                         .timeout_ms = TIMEOUT_MS,
                                         .is_deep = true};

    return errands_begin(scene->errands, &action, now_ms);
}

/* The lookup ends with these addresses, or with a trouble. */
static void look_up(struct scene *scene, const char *one, const char *other,
                    const char *trouble)
{
    struct names *names = &scene->errands->names;
    struct message_resolved resolved = {.count =
                                            (one != NULL) + (other != NULL)};
    struct message_resolve question;
    uint32_t name = 0;

    names->list[0].due_ms = 0;
    assert_true(names_ask(names, NAMES_TOGETHER, START_MS, &question));
    if (one != NULL) {
        (void)text_copy(resolved.addresses[0], RESOLVED_BYTES, one);
    }
    if (other != NULL) {
        (void)text_copy(resolved.addresses[1], RESOLVED_BYTES, other);
    }
    (void)text_copy(resolved.trouble, sizeof(resolved.trouble), trouble);
    assert_int_equal(
        names_on_resolved(names, NAMES_TOGETHER, &resolved, START_MS), 0);
    while (names_take_news(names, &name)) {
        errands_on_news(scene->errands, name);
    }
}

static struct message_probe probe_of(struct scene *scene, uint32_t instance,
                                     uint64_t now_ms)
{
    struct message_probe probe = {.timeout_ms = TIMEOUT_MS};

    (void)text_copy(
        probe.addr, sizeof(probe.addr),
        address_text(&scene->settings.instances[instance].addr).text);
    errands_address(scene->errands, instance, now_ms, &probe);
    return probe;
}

static bool end(struct scene *scene, uint32_t instance, enum state state,
                enum reason reason)
{
    const struct result result = {
        .task = TASK, .verdict = {.state = state, .reason = reason}};

    return errands_on_result(scene->errands, instance, PROBER, &result,
                             START_MS + 10);
}

#define ASSERT_GOES_TO(scene, instance, text) \
    assert_string_equal(probe_of(scene, instance, START_MS).addr, text)

/* --- the tests ------------------------------------------------------------ */

static void a_numeric_address_goes_as_it_is(void **state)
{
    struct scene *scene = *state;

    assert_true(begin(scene, NUMERIC, START_MS));
    struct message_probe probe = probe_of(scene, NUMERIC, START_MS + 10);
    assert_string_equal(probe.addr, "10.0.0.9:6379");
    assert_int_equal(probe.timeout_ms, TIMEOUT_MS);
    assert_false(end(scene, NUMERIC, STATE_DOWN, REASON_REFUSED));
}

static void the_first_probe_waits_for_its_name_and_has_the_rest_of_its_time(
    void **state)
{
    struct scene *scene = *state;

    assert_false(begin(scene, FIRST, START_MS));
    assert_int_equal(errands_next_ms(scene->errands),
                     START_MS + TIMEOUT_MS / 2);
    assert_false(errands_take_ready(scene->errands, FIRST, START_MS + 100));
    look_up(scene, "10.0.0.1", NULL, "");
    assert_true(errands_take_ready(scene->errands, FIRST, START_MS + 100));
    assert_false(errands_take_ready(scene->errands, FIRST, START_MS + 100));
    struct message_probe probe = probe_of(scene, FIRST, START_MS + 100);
    assert_string_equal(probe.addr, "10.0.0.1:6379");
    assert_int_equal(probe.timeout_ms, TIMEOUT_MS - 100);
    assert_int_equal(probe.resolve_us, 100000);
    /* That probe was the news. */
    assert_false(errands_take_news(scene->errands, FIRST));
    assert_true(errands_take_news(scene->errands, SECOND));
    assert_true(errands_next_ms(scene->errands) == UINT64_MAX);
}

static void after_half_its_time_a_probe_goes_as_a_name_and_says_why(
    void **state)
{
    struct scene *scene = *state;
    uint64_t end_ms = START_MS + TIMEOUT_MS / 2;

    assert_false(begin(scene, FIRST, START_MS));
    assert_true(errands_take_ready(scene->errands, FIRST, end_ms));
    struct message_probe probe = probe_of(scene, FIRST, end_ms);
    assert_string_equal(probe.addr, "db:6379");
    assert_string_equal(probe.name_trouble, "the lookup takes too long");
    assert_int_equal(probe.timeout_ms, TIMEOUT_MS / 2);
}

static void a_name_without_address_does_not_wait_and_says_why(void **state)
{
    struct scene *scene = *state;

    look_up(scene, NULL, NULL, "no such host");
    assert_true(begin(scene, FIRST, START_MS));
    struct message_probe probe = probe_of(scene, FIRST, START_MS);
    assert_string_equal(probe.addr, "db:6379");
    assert_string_equal(probe.name_trouble, "no such host");
    assert_false(probe.is_last_address);
}

static void the_last_address_is_used_and_called_so(void **state)
{
    struct scene *scene = *state;

    look_up(scene, "::1", NULL, "");
    (void)errands_take_news(scene->errands, FIRST);
    look_up(scene, NULL, NULL, "no such host");
    assert_true(errands_take_news(scene->errands, FIRST));
    assert_true(begin(scene, FIRST, START_MS));
    struct message_probe probe = probe_of(scene, FIRST, START_MS);
    assert_string_equal(probe.addr, "[::1]:6379");
    assert_true(probe.is_last_address);
    assert_string_equal(probe.name_trouble, "");
}

static void an_instance_stays_where_it_is_while_that_is_an_address(void **state)
{
    struct scene *scene = *state;

    look_up(scene, "10.0.0.1", "10.0.0.2", "");
    (void)errands_take_news(scene->errands, FIRST);
    look_up(scene, "10.0.0.2", "10.0.0.1", "");
    assert_false(errands_take_news(scene->errands, FIRST));
    ASSERT_GOES_TO(scene, FIRST, "10.0.0.1:6379");
    look_up(scene, "10.0.0.3", "10.0.0.2", "");
    assert_true(errands_take_news(scene->errands, FIRST));
    ASSERT_GOES_TO(scene, FIRST, "10.0.0.3:6379");
}

static void a_refused_probe_tries_each_address_once(void **state)
{
    struct scene *scene = *state;

    look_up(scene, "10.0.0.1", "10.0.0.2", "");
    assert_true(begin(scene, FIRST, START_MS));
    assert_true(end(scene, FIRST, STATE_DOWN, REASON_REFUSED));
    ASSERT_GOES_TO(scene, FIRST, "10.0.0.2:6379");
    assert_false(end(scene, FIRST, STATE_UP, REASON_MASTER));
    /* There it stays; the other one at that name is where it was. */
    assert_true(begin(scene, FIRST, START_MS));
    ASSERT_GOES_TO(scene, FIRST, "10.0.0.2:6379");
    ASSERT_GOES_TO(scene, SECOND, "10.0.0.1:6380");
    assert_true(end(scene, FIRST, STATE_DOWN, REASON_REFUSED));
    assert_false(end(scene, FIRST, STATE_DOWN, REASON_REFUSED));
}

static void a_result_of_another_probe_or_prober_changes_nothing(void **state)
{
    struct scene *scene = *state;
    struct result result = {
        .task = TASK + 1,
        .verdict = {.state = STATE_DOWN, .reason = REASON_REFUSED}};

    look_up(scene, "10.0.0.1", "10.0.0.2", "");
    assert_true(begin(scene, FIRST, START_MS));
    assert_false(
        errands_on_result(scene->errands, FIRST, PROBER, &result, START_MS));
    result.task = TASK;
    assert_false(errands_on_result(scene->errands, FIRST, PROBER + 1, &result,
                                   START_MS));
    ASSERT_GOES_TO(scene, FIRST, "10.0.0.1:6379");
}

static void a_server_that_is_down_has_its_name_looked_up_soon(void **state)
{
    struct scene *scene = *state;
    const struct name *name = &scene->errands->names.list[0];

    look_up(scene, "10.0.0.1", NULL, "");
    assert_true(begin(scene, FIRST, START_MS));
    assert_false(end(scene, FIRST, STATE_UP, REASON_MASTER));
    assert_int_equal(name->due_ms, START_MS + NAMES_AGAIN_MS);
    assert_false(end(scene, FIRST, STATE_DOWN, REASON_TIMEOUT));
    assert_int_equal(name->due_ms, START_MS + NAMES_AGAIN_FAILED_MS);
}

static void other_settings_keep_the_address_and_nothing_waits(void **state)
{
    struct scene *scene = *state;
    struct errands *after = NULL;

    look_up(scene, "10.0.0.1", "10.0.0.2", "");
    assert_true(begin(scene, FIRST, START_MS));
    assert_true(end(scene, FIRST, STATE_DOWN, REASON_REFUSED));
    assert_int_equal(errands_create(&scene->settings, START_MS, &after), 0);
    errands_adopt(after, scene->errands);
    errands_destroy(scene->errands);
    scene->errands = after;
    ASSERT_GOES_TO(scene, FIRST, "10.0.0.2:6379");
    ASSERT_GOES_TO(scene, SECOND, "10.0.0.1:6380");
    assert_false(errands_take_news(after, FIRST));
    assert_true(errands_next_ms(after) == UINT64_MAX);
}

static void after_a_restart_probes_go_where_they_went_and_do_not_wait(
    void **state)
{
    struct scene *scene = *state;

    errands_remember(scene->errands, FIRST, "10.0.0.1");
    errands_remember(scene->errands, SECOND, "::1");
    errands_remember(scene->errands, NUMERIC, "10.0.0.3");
    assert_true(begin(scene, FIRST, START_MS));
    ASSERT_GOES_TO(scene, FIRST, "10.0.0.1:6379");
    ASSERT_GOES_TO(scene, SECOND, "[::1]:6380");
    ASSERT_GOES_TO(scene, NUMERIC, "10.0.0.9:6379");
    assert_string_equal(errands_used(scene->errands, FIRST), "10.0.0.1");
    assert_string_equal(errands_used(scene->errands, NUMERIC), "");
    assert_false(probe_of(scene, FIRST, START_MS).is_last_address);
    /* As it was: nothing to tell. */
    look_up(scene, "::1", "10.0.0.1", "");
    assert_false(errands_take_news(scene->errands, FIRST));
    ASSERT_GOES_TO(scene, FIRST, "10.0.0.1:6379");
    assert_false(probe_of(scene, FIRST, START_MS).is_last_address);
}

static void what_was_remembered_is_a_last_address_when_the_lookup_fails(
    void **state)
{
    struct scene *scene = *state;

    errands_remember(scene->errands, FIRST, "10.0.0.1");
    look_up(scene, NULL, NULL, "no such host");
    assert_true(errands_take_news(scene->errands, FIRST));
    ASSERT_GOES_TO(scene, FIRST, "10.0.0.1:6379");
    assert_true(probe_of(scene, FIRST, START_MS).is_last_address);
}

static void what_was_remembered_gives_way_to_what_is_found(void **state)
{
    struct scene *scene = *state;

    errands_remember(scene->errands, FIRST, "10.0.0.1");
    look_up(scene, "10.0.0.2", NULL, "");
    assert_true(errands_take_news(scene->errands, FIRST));
    ASSERT_GOES_TO(scene, FIRST, "10.0.0.2:6379");
}

static void one_that_is_new_goes_where_others_of_its_name_went(void **state)
{
    struct scene *scene = *state;

    errands_remember(scene->errands, FIRST, "10.0.0.1");
    errands_remember(scene->errands, SECOND, "");
    assert_true(begin(scene, SECOND, START_MS));
    ASSERT_GOES_TO(scene, SECOND, "10.0.0.1:6380");
    assert_false(errands_take_news(scene->errands, SECOND));
}

static void nonsense_is_not_remembered(void **state)
{
    struct scene *scene = *state;

    errands_remember(scene->errands, FIRST, "");
    errands_remember(scene->errands, FIRST, "evil.example");
    assert_false(begin(scene, FIRST, START_MS)); /* it waits */
    assert_string_equal(errands_used(scene->errands, FIRST), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_numeric_address_goes_as_it_is),
        TEST(the_first_probe_waits_for_its_name_and_has_the_rest_of_its_time),
        TEST(after_half_its_time_a_probe_goes_as_a_name_and_says_why),
        TEST(a_name_without_address_does_not_wait_and_says_why),
        TEST(the_last_address_is_used_and_called_so),
        TEST(an_instance_stays_where_it_is_while_that_is_an_address),
        TEST(a_refused_probe_tries_each_address_once),
        TEST(a_result_of_another_probe_or_prober_changes_nothing),
        TEST(a_server_that_is_down_has_its_name_looked_up_soon),
        TEST(other_settings_keep_the_address_and_nothing_waits),
        TEST(after_a_restart_probes_go_where_they_went_and_do_not_wait),
        TEST(what_was_remembered_is_a_last_address_when_the_lookup_fails),
        TEST(what_was_remembered_gives_way_to_what_is_found),
        TEST(one_that_is_new_goes_where_others_of_its_name_went),
        TEST(nonsense_is_not_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
