/*
 * test_desk.c - from the board to the tree: what is said at once, what may
 * wait, and that nothing else does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "publisher/desk.h"

#define WALL_MS 1763742000000u
#define LEASE_MS 60000u

struct desk_scene {
    char run_dir[64];
    struct board *writer;
    struct board *reader;
    struct desk desk;
    struct instance instance;
    uint64_t now_ms;
};

static int set_up(void **state)
{
    struct desk_scene *scene = calloc(1, sizeof *scene);
    const char *why = "";
    assert_non_null(scene);
    (void)text_copy(scene->run_dir, sizeof scene->run_dir,
                    "/tmp/test-desk-XXXXXX"); /* fits */
    assert_non_null(mkdtemp(scene->run_dir));
    assert_int_equal(board_create(scene->run_dir, "boot", 1,
                                  BOARD_SETTINGS_MOST, &scene->writer),
                     0);
    struct board_agent agent = {.instance_count = 1};
    (void)text_copy(agent.state_path, sizeof agent.state_path, "/s");
    (void)text_copy(agent.cluster, sizeof agent.cluster, "c");
    (void)text_copy(agent.host, sizeof agent.host, "h");
    (void)text_copy(agent.id, sizeof agent.id, "0123456789abcdef");
    board_store_agent(scene->writer, &agent);
    struct board_settings settings = {.interval_ms = 1000,
                                      .timeout_ms = 100,
                                      .fall = 1,
                                      .rise = 1,
                                      .name = "a"};
    assert_int_equal(address_parse("10.0.0.7:1", false, &settings.addr, &why),
                     0);
    board_store_instance(scene->writer, 0, &settings, &scene->instance);
    assert_int_equal(
        board_open(dup(board_reader_fd(scene->writer)), &scene->reader), 0);
    scene->now_ms = 100000;
    assert_int_equal(desk_init(&scene->desk, scene->reader, "boot",
                               &(struct desk_registrations){.count = 0},
                               scene->now_ms),
                     0);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct desk_scene *scene = *state;
    char path[96];
    desk_finish(&scene->desk);
    board_destroy(scene->reader);
    board_destroy(scene->writer);
    (void)text_format(path, sizeof path, "%s/board", scene->run_dir);
    (void)unlink(path);
    (void)rmdir(scene->run_dir);
    free(scene);
    return 0;
}

static void look(struct desk_scene *scene)
{
    desk_look(&scene->desk, scene->now_ms, WALL_MS + scene->now_ms);
}

/* A claim is stored and looked at; true: it is said now, false: it waits. */
static bool say(struct desk_scene *scene, enum state said,
                enum ability readable, enum ability writable)
{
    struct claim *claim = &scene->instance.claim;
    claim->version++;
    claim->verdict.state = said;
    claim->verdict.readable = readable;
    claim->verdict.writable = writable;
    claim->since_wall_ms = WALL_MS + scene->now_ms;
    claim->earned_ms = scene->now_ms;
    claim->lease_ms = LEASE_MS;
    board_store_instance(scene->writer, 0, NULL, &scene->instance);
    look(scene);
    return scene->desk.slots[0].said_version == claim->version;
}

static bool say_up(struct desk_scene *scene)
{
    return say(scene, STATE_UP, ABILITY_YES, ABILITY_YES);
}

static bool say_down(struct desk_scene *scene)
{
    return say(scene, STATE_DOWN, ABILITY_NO, ABILITY_NO);
}

/* Until the damper lets nothing more through; the last thing said is "up". */
static void flap(struct desk_scene *scene)
{
    for (int i = 0; i < DAMPER_WRITES / 2; i++) {
        assert_true(say_down(scene));
        assert_true(say_up(scene));
    }
}

static void good_news_waits_and_is_said_in_the_end(void **state)
{
    struct desk_scene *scene = *state;
    flap(scene);
    assert_true(say_down(scene));
    assert_false(say_up(scene));
    uint64_t next_ms = desk_next_ms(&scene->desk, scene->now_ms);
    assert_true(next_ms > scene->now_ms &&
                next_ms <= scene->now_ms + DAMPER_AGAIN_MS);
    scene->now_ms = next_ms;
    look(scene);
    assert_int_equal(scene->desk.slots[0].said.state, STATE_UP);
}

static void nothing_that_worsens_ever_waits(void **state)
{
    struct desk_scene *scene = *state;
    static const enum state worse[] = {STATE_DEGRADED, STATE_LOADING,
                                       STATE_DRAINING, STATE_MAINT,
                                       STATE_UNKNOWN,  STATE_DOWN};
    flap(scene);
    for (size_t i = 0; i < sizeof worse / sizeof *worse; i++) {
        assert_true(say(scene, worse[i], ABILITY_NO, ABILITY_NO));
    }
}

/* A master that became a replica is "up" as before. */
static void an_ability_lost_in_the_same_state_never_waits(void **state)
{
    struct desk_scene *scene = *state;
    flap(scene);
    assert_true(say(scene, STATE_UP, ABILITY_YES, ABILITY_NO));
    assert_true(say(scene, STATE_UP, ABILITY_STALE, ABILITY_NO));
    assert_true(say(scene, STATE_UP, ABILITY_NO, ABILITY_NO));
    assert_false(say(scene, STATE_UP, ABILITY_YES, ABILITY_YES));
}

static void a_step_from_down_towards_up_is_good_news(void **state)
{
    struct desk_scene *scene = *state;
    flap(scene);
    assert_true(say_down(scene));
    assert_false(say(scene, STATE_LOADING, ABILITY_NO, ABILITY_NO));
    assert_false(say_up(scene));
    /* It fell again while it waited: the node says so already. */
    assert_false(say_down(scene));
    assert_int_equal(scene->desk.slots[0].said.state, STATE_DOWN);
}

static void a_lease_runs_out_while_good_news_waits_or_not(void **state)
{
    struct desk_scene *scene = *state;
    flap(scene);
    scene->now_ms += LEASE_MS;
    for (int i = 0; i < DAMPER_WRITES; i++) {
        damper_spend(&scene->desk.slots[0].damper, scene->now_ms);
    }
    look(scene);
    assert_int_equal(scene->desk.slots[0].said.state, STATE_UNKNOWN);
    assert_int_equal(scene->desk.slots[0].said_version, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(good_news_waits_and_is_said_in_the_end,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_that_worsens_ever_waits, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            an_ability_lost_in_the_same_state_never_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_step_from_down_towards_up_is_good_news, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_lease_runs_out_while_good_news_waits_or_not, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
