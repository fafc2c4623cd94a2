/*
 * test_names.c - when names are looked up, what their answers are worth, and
 * how little one that hangs or kills costs the others.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "supervisor/names.h"

#define START_MS 1000u
#define NAMES 70u /* more than one process is asked at once */

struct scene {
    struct settings settings;
    struct names names;
    uint64_t now_ms;
};

static void give_instances(struct scene *scene, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct address *addr = &scene->settings.instances[i].addr;
        char text[ADDRESS_TEXT_BYTES];
        const char *why = "";

        (void)text_format(text, sizeof(text), "db%02u:6379", i);
        assert_int_equal(address_parse(text, false, addr, &why), 0);
    }
}

static int set_up_with(void **state, uint32_t count)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    assert_int_equal(settings_set_count(&scene->settings, count), 0);
    give_instances(scene, count);
    scene->now_ms = START_MS;
    assert_int_equal(names_init(&scene->names, &scene->settings, START_MS), 0);
    *state = scene;
    return 0;
}

static int set_up(void **state)
{
    return set_up_with(state, 3);
}

static int set_up_many(void **state)
{
    return set_up_with(state, NAMES);
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    names_finish(&scene->names);
    settings_finish(&scene->settings);
    free(scene);
    return 0;
}

/* --- what a process would do ---------------------------------------------- */

static uint32_t ask_all(struct scene *scene, enum names_lane lane)
{
    struct message_resolve question;
    uint32_t count = 0;

    while (names_ask(&scene->names, lane, scene->now_ms, &question)) {
        assert_string_equal(question.name, scene->names.list[question.id].host);
        count++;
    }
    return count;
}

/* `list`: addresses with a comma between them, or what is wrong. */
static int answer_in(struct scene *scene, enum names_lane lane, uint32_t id,
                     const char *list)
{
    struct message_resolved resolved = {.id = id};
    bool is_trouble = strchr(list, ' ') != NULL;

    while (!is_trouble && *list != '\0') {
        size_t length = strcspn(list, ",");

        (void)text_format(resolved.addresses[resolved.count], RESOLVED_BYTES,
                          "%.*s", (int)length, list);
        resolved.count++;
        list += length + (list[length] == ',');
    }
    (void)text_copy(resolved.trouble, sizeof(resolved.trouble), list);
    return names_on_resolved(&scene->names, lane, &resolved, scene->now_ms);
}

static void answer(struct scene *scene, uint32_t id, const char *list)
{
    assert_int_equal(answer_in(scene, NAMES_TOGETHER, id, list), 0);
}

static void answer_all(struct scene *scene)
{
    (void)ask_all(scene, NAMES_TOGETHER);
    for (uint32_t i = 0; i < scene->names.count; i++) {
        if (scene->names.list[i].is_asked) {
            answer(scene, i, "10.0.0.1");
        }
    }
}

static uint32_t take_all_news(struct scene *scene)
{
    uint32_t index = 0;
    uint32_t count = 0;

    while (names_take_news(&scene->names, &index)) {
        count++;
    }
    return count;
}

/* --- the tests ------------------------------------------------------------ */

static void a_name_that_two_instances_have_is_looked_up_once(void **state)
{
    struct scene *scene = *state;

    names_finish(&scene->names);
    scene->settings.instances[2].addr = scene->settings.instances[0].addr;
    scene->settings.instances[2].addr.port = 6380;
    assert_int_equal(names_init(&scene->names, &scene->settings, START_MS), 0);
    assert_int_equal(scene->names.count, 2);
    assert_int_equal(names_find(&scene->names, "db01"), 1);
    assert_int_equal(names_find(&scene->names, "db02"), NAMES_NONE);
}

static void numeric_addresses_and_sockets_need_no_lookup(void **state)
{
    struct scene *scene = *state;
    static const char *const texts[] = {"10.0.0.1:1", "[::1]:1", "unix:/s"};
    const char *why = "";

    names_finish(&scene->names);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(address_parse(texts[i], false,
                                       &scene->settings.instances[i].addr,
                                       &why),
                         0);
    }
    assert_int_equal(names_init(&scene->names, &scene->settings, START_MS), 0);
    assert_int_equal(scene->names.count, 0);
    assert_true(names_due_ms(&scene->names, NAMES_TOGETHER) == UINT64_MAX);
    assert_true(names_late_ms(&scene->names, NAMES_TOGETHER) == UINT64_MAX);
}

static void all_are_asked_at_first_and_each_once(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(names_due_ms(&scene->names, NAMES_TOGETHER), START_MS);
    assert_int_equal(ask_all(scene, NAMES_TOGETHER), 3);
    assert_int_equal(names_asked(&scene->names, NAMES_TOGETHER), 3);
    assert_int_equal(ask_all(scene, NAMES_TOGETHER), 0);
    assert_int_equal(ask_all(scene, NAMES_ALONE), 0);
}

static void a_found_name_is_asked_again_after_its_time_a_lost_one_sooner(
    void **state)
{
    struct scene *scene = *state;

    (void)ask_all(scene, NAMES_TOGETHER);
    answer(scene, 0, "10.0.0.1");
    answer(scene, 1, "no such host");
    assert_int_equal(scene->names.list[0].due_ms, START_MS + NAMES_AGAIN_MS);
    assert_int_equal(scene->names.list[1].due_ms,
                     START_MS + NAMES_AGAIN_FAILED_MS);
    assert_int_equal(scene->names.list[0].state, NAME_GOOD);
    assert_int_equal(scene->names.list[1].state, NAME_FAILED);
    assert_int_equal(scene->names.list[2].state, NAME_NEVER);
    assert_string_equal(scene->names.list[1].trouble, "no such host");
}

static void what_was_known_stays_when_a_later_lookup_fails(void **state)
{
    struct scene *scene = *state;
    struct name *name = &scene->names.list[0];

    answer_all(scene);
    scene->now_ms += NAMES_AGAIN_MS;
    (void)ask_all(scene, NAMES_TOGETHER);
    answer(scene, 0, "no such host");
    assert_int_equal(name->state, NAME_OLD);
    assert_int_equal(name->count, 1);
    assert_string_equal(name->addresses[0], "10.0.0.1");
    scene->now_ms = name->due_ms;
    (void)ask_all(scene, NAMES_TOGETHER);
    answer(scene, 0, "10.0.0.1");
    assert_int_equal(name->state, NAME_GOOD);
    assert_string_equal(name->trouble, "");
}

static void only_what_changed_is_news(void **state)
{
    struct scene *scene = *state;

    (void)ask_all(scene, NAMES_TOGETHER);
    answer(scene, 0, "10.0.0.1,10.0.0.2");
    answer(scene, 1, "no such host");
    assert_int_equal(take_all_news(scene), 2);
    scene->now_ms += NAMES_AGAIN_MS;
    (void)ask_all(scene, NAMES_TOGETHER);
    answer(scene, 0, "10.0.0.2,10.0.0.1"); /* turned around */
    answer(scene, 1, "no such host");
    assert_int_equal(take_all_news(scene), 0);
    scene->now_ms += NAMES_AGAIN_MS;
    (void)ask_all(scene, NAMES_TOGETHER);
    answer(scene, 0, "10.0.0.2,10.0.0.3");
    assert_int_equal(take_all_news(scene), 1);
    assert_int_equal(scene->names.list[0].count, 2);
    assert_string_equal(scene->names.list[0].addresses[1], "10.0.0.3");
}

static void a_lookup_that_is_late_has_failed_the_others_are_asked_again(
    void **state)
{
    struct scene *scene = *state;

    (void)ask_all(scene, NAMES_TOGETHER);
    answer(scene, 0, "10.0.0.1");
    answer(scene, 2, "10.0.0.1");
    assert_int_equal(names_late_ms(&scene->names, NAMES_TOGETHER),
                     START_MS + NAMES_LATE_MS);
    scene->now_ms += NAMES_LATE_MS - 1;
    scene->names.list[2].due_ms = scene->now_ms;
    (void)ask_all(scene, NAMES_TOGETHER);
    scene->now_ms += 1;
    names_on_late(&scene->names, NAMES_TOGETHER, scene->now_ms);
    assert_int_equal(scene->names.list[1].state, NAME_FAILED);
    assert_string_equal(scene->names.list[1].trouble,
                        "the lookup takes too long");
    assert_int_equal(scene->names.list[2].state, NAME_GOOD);
    assert_int_equal(scene->names.list[2].due_ms, scene->now_ms);
    assert_int_equal(names_asked(&scene->names, NAMES_TOGETHER), 0);
    assert_int_equal(ask_all(scene, NAMES_TOGETHER), 1);
    assert_true(scene->names.list[2].is_asked);
}

static void time_in_which_we_stood_still_makes_nobody_late(void **state)
{
    struct scene *scene = *state;

    (void)ask_all(scene, NAMES_TOGETHER);
    names_forgive(&scene->names, 10000);
    assert_int_equal(names_late_ms(&scene->names, NAMES_TOGETHER),
                     START_MS + 10000 + NAMES_LATE_MS);
}

static void those_who_were_late_wait_when_there_is_no_room_for_all(void **state)
{
    struct scene *scene = *state;
    uint32_t late = 0;

    assert_int_equal(ask_all(scene, NAMES_TOGETHER), NAMES_ASKED_MOST);
    assert_true(names_due_ms(&scene->names, NAMES_TOGETHER) == UINT64_MAX);
    scene->now_ms += NAMES_LATE_MS;
    names_on_late(&scene->names, NAMES_TOGETHER, scene->now_ms);
    scene->now_ms += NAMES_AGAIN_FAILED_MS;
    assert_int_equal(ask_all(scene, NAMES_TOGETHER), NAMES_ASKED_MOST);
    for (uint32_t i = 0; i < NAMES; i++) {
        late += scene->names.list[i].late;
        if (scene->names.list[i].late == 0) {
            assert_true(scene->names.list[i].is_asked);
        }
    }
    assert_int_equal(late, NAMES_ASKED_MOST);
}

static void after_a_crash_each_is_asked_alone_until_it_was_answered(
    void **state)
{
    struct scene *scene = *state;

    (void)ask_all(scene, NAMES_TOGETHER);
    answer(scene, 0, "10.0.0.1");
    names_on_crash(&scene->names, NAMES_TOGETHER, scene->now_ms);
    assert_int_equal(ask_all(scene, NAMES_TOGETHER), 0);
    assert_int_equal(names_due_ms(&scene->names, NAMES_ALONE), scene->now_ms);

    assert_int_equal(ask_all(scene, NAMES_ALONE), 1);
    assert_true(scene->names.list[1].is_asked);
    names_on_crash(&scene->names, NAMES_ALONE, scene->now_ms);
    assert_int_equal(scene->names.list[1].state, NAME_FAILED);
    assert_string_equal(scene->names.list[1].trouble, "the lookup crashes");

    assert_int_equal(ask_all(scene, NAMES_ALONE), 1);
    assert_int_equal(answer_in(scene, NAMES_ALONE, 2, "10.0.0.1"), 0);
    assert_int_equal(scene->names.list[2].state, NAME_GOOD);

    scene->now_ms += NAMES_AGAIN_MS;
    assert_int_equal(ask_all(scene, NAMES_TOGETHER), 2);
    assert_int_equal(ask_all(scene, NAMES_ALONE), 1); /* the one that kills */
    assert_int_equal(answer_in(scene, NAMES_ALONE, 1, "10.0.0.1"), 0);
    assert_false(scene->names.list[1].is_suspect);
}

static void an_answer_that_was_not_asked_for_is_nonsense(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(answer_in(scene, NAMES_TOGETHER, 0, "10.0.0.1"), -EPROTO);
    (void)ask_all(scene, NAMES_TOGETHER);
    assert_int_equal(answer_in(scene, NAMES_ALONE, 0, "10.0.0.1"), -EPROTO);
    assert_int_equal(answer_in(scene, NAMES_TOGETHER, 3, "10.0.0.1"), -EPROTO);
    assert_int_equal(answer_in(scene, NAMES_TOGETHER, 0, "db00"), -EPROTO);
    assert_int_equal(answer_in(scene, NAMES_TOGETHER, 0, ""), -EPROTO);
    assert_int_equal(answer_in(scene, NAMES_TOGETHER, 0, "10.0.0.1:6379"),
                     -EPROTO);
    assert_int_equal(scene->names.list[0].state, NAME_NEVER);
    assert_int_equal(answer_in(scene, NAMES_TOGETHER, 0, "::1"), 0);
}

static void a_server_that_is_gone_hurries_its_lookup_but_not_too_often(
    void **state)
{
    struct scene *scene = *state;
    struct name *name = &scene->names.list[0];

    answer_all(scene);
    names_hurry(&scene->names, 0, scene->now_ms);
    assert_int_equal(name->due_ms, START_MS + NAMES_AGAIN_FAILED_MS);
    scene->now_ms += NAMES_AGAIN_FAILED_MS + 1000;
    names_hurry(&scene->names, 0, scene->now_ms);
    assert_int_equal(name->due_ms, START_MS + NAMES_AGAIN_FAILED_MS);
    name->due_ms = START_MS + NAMES_AGAIN_MS;
    names_hurry(&scene->names, 0, scene->now_ms);
    assert_int_equal(name->due_ms, scene->now_ms);
}

static void names_that_are_due_soon_go_with_the_first(void **state)
{
    struct scene *scene = *state;

    answer_all(scene);
    scene->names.list[1].due_ms += NAMES_GATHER_MS;
    scene->names.list[2].due_ms += NAMES_GATHER_MS + 1;
    scene->now_ms = names_due_ms(&scene->names, NAMES_TOGETHER);
    assert_int_equal(ask_all(scene, NAMES_TOGETHER), 2);
    assert_false(scene->names.list[2].is_asked);
}

static void other_settings_keep_what_is_known_and_ask_again(void **state)
{
    struct scene *scene = *state;
    struct names after = {0};
    uint64_t later_ms = START_MS + 100;

    (void)ask_all(scene, NAMES_TOGETHER);
    answer(scene, 0, "10.0.0.1");
    scene->settings.instance_count = 2;
    assert_int_equal(names_init(&after, &scene->settings, later_ms), 0);
    names_adopt(&after, &scene->names);
    scene->settings.instance_count = 3;
    assert_int_equal(after.count, 2);
    assert_int_equal(after.list[0].state, NAME_GOOD);
    assert_string_equal(after.list[0].addresses[0], "10.0.0.1");
    assert_int_equal(after.list[1].state, NAME_NEVER);
    assert_int_equal(names_asked(&after, NAMES_TOGETHER), 0);
    assert_int_equal(names_due_ms(&after, NAMES_TOGETHER), later_ms);
    names_finish(&after);
}

static void an_address_of_another_life_counts_until_the_first_answer(
    void **state)
{
    struct scene *scene = *state;
    struct names *names = &scene->names;
    const struct name *name = &names->list[0];

    names_remember(names, 0, "10.0.0.1");
    names_remember(names, 0, "::1");
    names_remember(names, 0, "10.0.0.1");
    names_remember(names, 1, "db01");
    names_remember(names, 1, "");
    names_remember(names, 1, "\x1b[2J");
    assert_int_equal(name->state, NAME_REMEMBERED);
    assert_int_equal(name->count, 2);
    assert_string_equal(name->addresses[1], "::1");
    assert_int_equal(names->list[1].state, NAME_NEVER);
    assert_int_equal(take_all_news(scene), 0);
    assert_int_equal(names_due_ms(names, NAMES_TOGETHER), START_MS);
    (void)ask_all(scene, NAMES_TOGETHER);
    answer(scene, 0, "no such host");
    assert_int_equal(name->state, NAME_OLD);
    assert_int_equal(name->count, 2);
    assert_int_equal(take_all_news(scene), 1);
    names_remember(names, 0, "10.0.0.7"); /* too late */
    assert_int_equal(name->count, 2);
}

static void no_more_addresses_are_remembered_than_a_name_has(void **state)
{
    struct scene *scene = *state;
    char address[RESOLVED_BYTES];

    for (uint32_t i = 0; i < RESOLVED_MOST + 3; i++) {
        (void)text_format(address, sizeof(address), "10.0.0.%u", i);
        names_remember(&scene->names, 0, address);
    }
    assert_int_equal(scene->names.list[0].count, RESOLVED_MOST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_name_that_two_instances_have_is_looked_up_once),
        TEST(numeric_addresses_and_sockets_need_no_lookup),
        TEST(all_are_asked_at_first_and_each_once),
        TEST(a_found_name_is_asked_again_after_its_time_a_lost_one_sooner),
        TEST(what_was_known_stays_when_a_later_lookup_fails),
        TEST(only_what_changed_is_news),
        TEST(a_lookup_that_is_late_has_failed_the_others_are_asked_again),
        TEST(time_in_which_we_stood_still_makes_nobody_late),
        cmocka_unit_test_setup_teardown(
            those_who_were_late_wait_when_there_is_no_room_for_all, set_up_many,
            tear_down),
        TEST(after_a_crash_each_is_asked_alone_until_it_was_answered),
        TEST(an_answer_that_was_not_asked_for_is_nonsense),
        TEST(a_server_that_is_gone_hurries_its_lookup_but_not_too_often),
        TEST(names_that_are_due_soon_go_with_the_first),
        TEST(other_settings_keep_what_is_known_and_ask_again),
        TEST(an_address_of_another_life_counts_until_the_first_answer),
        TEST(no_more_addresses_are_remembered_than_a_name_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
