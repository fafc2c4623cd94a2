/*
 * test_stuck.c - a prober found stuck before its deadline, and ones that
 * cannot be killed: through the engine, as the supervisor sees it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/loss.h"
#include "engine/probers.h"
#include "engine_scene.h"
#include "model/bounds.h"

#define CULPRIT 2u
#define STALL_MS 400u

static int make_scene(void **state)
{
    struct scene *scene = malloc(sizeof *scene);
    scene_settle(scene, 4);
    *state = scene;
    return 0;
}

static int drop_scene(void **state)
{
    struct scene *scene = *state;
    scene_end(scene);
    free(scene);
    return 0;
}

static void start_second_round(struct scene *scene)
{
    scene_start(scene);
    scene_answer_all(scene);
    scene_forget(scene);
    scene_pass(scene, SCENE_INTERVAL_MS);
}

/* What the supervisor does when it looked often enough; where the engine has
 * it killed, it is gone at once. */
static void find(struct scene *scene, const struct engine_action *probe,
                 bool is_burning)
{
    struct engine_action stuck = *probe;
    uint32_t kills = scene_count(scene, ENGINE_KILL);
    scene_feed(scene, &(struct engine_event){.kind = ENGINE_PROBER_STUCK,
                                             .prober = stuck.prober,
                                             .inside = stuck.task,
                                             .is_burning = is_burning});
    if (scene_count(scene, ENGINE_KILL) > kills) {
        scene_lose(scene, stuck.prober, stuck.task, STEP_AUTH, "hung");
        scene_tell(scene, ENGINE_PROBER_REAPED, stuck.prober);
    }
}

static void find_stuck(struct scene *scene, const struct engine_action *probe)
{
    find(scene, probe, false);
}

static void find_burning(struct scene *scene, const struct engine_action *probe)
{
    find(scene, probe, true);
}

/* The culprit's prober is found stuck after a while. */
static void stick(struct scene *scene)
{
    start_second_round(scene);
    scene_pass(scene, STALL_MS);
    struct engine_action culprit = *scene_probe_of(scene, CULPRIT);
    scene_forget(scene);
    find_stuck(scene, &culprit);
}

static void one_stuck_in_company_is_killed_before_its_deadline(void **state)
{
    struct scene *scene = *state;
    stick(scene);
    assert_int_equal(scene_count(scene, ENGINE_KILL), 1);
    assert_true(scene_find(scene, ENGINE_KILL, 0)->is_hung);
}

static void one_stopped_outside_of_every_task_is_killed_for_all(void **state)
{
    struct scene *scene = *state;
    start_second_round(scene);
    scene_pass(scene, STALL_MS);
    struct engine_action nobody = *scene_probe_of(scene, CULPRIT);
    nobody.task = 0;
    scene_forget(scene);
    find_stuck(scene, &nobody);
    assert_int_equal(scene_count(scene, ENGINE_KILL), 1);
    /* Nobody is suspected: all of them go to the spare. */
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 4);
    scene_answer_all(scene);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(scene_claim(scene, i)->verdict.state, STATE_UP);
    }
}

static void the_others_are_asked_again_at_once_and_together(void **state)
{
    struct scene *scene = *state;
    stick(scene);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 3);
    assert_null(scene_probe_of(scene, CULPRIT));
    scene_answer_all(scene);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(scene_claim(scene, i)->verdict.state, STATE_UP);
    }
}

static void the_stuck_one_goes_alone_and_may_answer(void **state)
{
    struct scene *scene = *state;
    stick(scene);
    scene_answer_all(scene);
    scene_forget(scene);
    scene_ready_all(scene);
    scene_pass(scene, 0);
    scene_tell(scene, ENGINE_PROBER_READY, 3);
    assert_non_null(scene_probe_of(scene, CULPRIT));
    scene_answer_all(scene);
    assert_int_equal(scene_claim(scene, CULPRIT)->verdict.state, STATE_UP);
    assert_int_equal(scene->tasks.live, 0);
}

static void alone_it_may_take_its_whole_timeout(void **state)
{
    struct scene *scene = *state;
    stick(scene);
    scene_answer_all(scene);
    scene_tell(scene, ENGINE_PROBER_READY, 3);
    struct engine_action alone = *scene_probe_of(scene, CULPRIT);
    scene_forget(scene);
    scene_pass(scene, SCENE_TIMEOUT_MS - 1);
    find_stuck(scene, &alone);
    assert_int_equal(scene_count(scene, ENGINE_KILL), 0);
    assert_int_equal(scene_claim(scene, CULPRIT)->verdict.state, STATE_UP);
    scene_pass(scene, 1);
    find_stuck(scene, &alone);
    assert_int_equal(scene_count(scene, ENGINE_KILL), 1);
    assert_int_equal(scene_claim(scene, CULPRIT)->verdict.state, STATE_UNKNOWN);
    assert_string_equal(scene_claim(scene, CULPRIT)->verdict.detail,
                        "prober hung in auth");
}

static void answer_others(struct scene *scene)
{
    for (uint32_t i = 0; i < scene->settings.instance_count; i++) {
        const struct engine_action *probe = scene_probe_of(scene, i);
        if (i != CULPRIT && probe != NULL) {
            struct engine_action copy = *probe;
            scene_answer(scene, &copy, STATE_UP, REASON_MASTER);
        }
    }
}

static bool is_killed(const struct scene *scene,
                      const struct engine_action *probe)
{
    for (uint32_t i = 0; i < scene->count; i++) {
        if (scene->actions[i].kind == ENGINE_KILL &&
            scene->actions[i].prober == probe->prober) {
            return true;
        }
    }
    return false;
}

/* The culprit alone in its prober, this round or the next. */
static struct engine_action start_alone(struct scene *scene)
{
    scene_ready_all(scene);
    struct engine_action alone = *scene_probe_of(scene, CULPRIT);
    answer_others(scene);
    scene_forget(scene);
    return alone;
}

static struct engine_action start_next_alone(struct scene *scene)
{
    scene_pass(scene, SCENE_INTERVAL_MS - SCENE_TIMEOUT_MS);
    return start_alone(scene);
}

/* It was stuck in company, then burnt the CPU alone until its timeout. */
static void burn_out(struct scene *scene)
{
    start_second_round(scene);
    struct engine_action culprit = *scene_probe_of(scene, CULPRIT);
    find_burning(scene, &culprit);
    struct engine_action alone = start_alone(scene);
    scene_pass(scene, SCENE_TIMEOUT_MS - 1);
    find_burning(scene, &alone);
    assert_false(is_killed(scene, &alone));
    scene_pass(scene, 1);
    find_burning(scene, &alone);
    assert_true(is_killed(scene, &alone));
}

static void one_that_burnt_out_alone_is_killed_early_from_then_on(void **state)
{
    struct scene *scene = *state;
    burn_out(scene);
    for (uint32_t round = 0; round < 3; round++) {
        struct engine_action alone = start_next_alone(scene);
        find_burning(scene, &alone);
        assert_true(is_killed(scene, &alone));
        assert_int_equal(scene_claim(scene, CULPRIT)->verdict.state,
                         STATE_UNKNOWN);
        assert_string_equal(scene_claim(scene, CULPRIT)->verdict.detail,
                            "prober hung in auth");
        scene_pass(scene, SCENE_TIMEOUT_MS);
    }
}

static void one_that_burnt_out_has_all_its_time_again_now_and_then(void **state)
{
    struct scene *scene = *state;
    burn_out(scene);
    for (uint32_t turn = 1; turn < LOSS_BURNT_EACH; turn++) {
        struct engine_action alone = start_next_alone(scene);
        find_burning(scene, &alone);
        assert_true(is_killed(scene, &alone));
        scene_pass(scene, SCENE_TIMEOUT_MS);
    }
    struct engine_action alone = start_next_alone(scene);
    find_burning(scene, &alone);
    assert_false(is_killed(scene, &alone));
}

static void one_that_burnt_out_may_still_sleep_its_whole_timeout(void **state)
{
    struct scene *scene = *state;
    burn_out(scene);
    struct engine_action alone = start_next_alone(scene);
    scene_pass(scene, SCENE_TIMEOUT_MS - 1);
    find_stuck(scene, &alone);
    assert_false(is_killed(scene, &alone));
}

static void one_that_burnt_out_and_answered_has_all_its_time_again(void **state)
{
    struct scene *scene = *state;
    burn_out(scene);
    struct engine_action alone = start_next_alone(scene);
    scene_answer(scene, &alone, STATE_UP, REASON_MASTER);
    scene_pass(scene, SCENE_TIMEOUT_MS);
    scene_pass(scene, SCENE_INTERVAL_MS - SCENE_TIMEOUT_MS);
    struct engine_action culprit = *scene_probe_of(scene, CULPRIT);
    find_burning(scene, &culprit);
    alone = start_alone(scene);
    scene_pass(scene, SCENE_TIMEOUT_MS - 1);
    find_burning(scene, &alone);
    assert_false(is_killed(scene, &alone));
}

static void who_was_stuck_starts_alone_until_it_is_not(void **state)
{
    struct scene *scene = *state;
    stick(scene);
    scene_tell(scene, ENGINE_PROBER_READY, 3);
    scene_answer_all(scene);
    for (uint32_t round = 0; round < 2; round++) {
        scene_forget(scene);
        scene_pass(scene, SCENE_INTERVAL_MS - STALL_MS);
        scene_ready_all(scene);
        bool is_alone = scene_probe_of(scene, CULPRIT)->prober !=
                        scene_probe_of(scene, 0)->prober;
        assert_int_equal(is_alone, round == 0);
        scene_answer_all(scene);
        scene_pass(scene, STALL_MS);
    }
}

static void a_page_that_names_nobody_there_costs_no_life(void **state)
{
    struct scene *scene = *state;
    start_second_round(scene);
    struct engine_action right = *scene_probe_of(scene, 0);
    struct engine_action probe = right;
    scene_forget(scene);
    probe.task += 1000;
    find_stuck(scene, &probe);
    probe = right;
    probe.prober = 3 - probe.prober;
    find_stuck(scene, &probe);
    assert_int_equal(scene_count(scene, ENGINE_KILL), 0);
}

/* Each is found stuck when it has run for STALL_MS in company. */
static void many_stuck_in_one_round_leave_the_innocent_alone(void **state)
{
    struct scene *scene = *state;
    scene_settle(scene, 8);
    start_second_round(scene);
    for (uint32_t culprit = 0; culprit < 5; culprit++) {
        scene_pass(scene, STALL_MS);
        struct engine_action probe = *scene_probe_of(scene, culprit);
        scene_forget(scene);
        find_stuck(scene, &probe);
        scene_ready_all(scene);
    }
    for (uint32_t i = 5; i < 8; i++) {
        struct engine_action probe = *scene_probe_of(scene, i);
        scene_answer(scene, &probe, STATE_UP, REASON_MASTER);
    }
    scene_pass(scene, bounds_task_ms(SCENE_TIMEOUT_MS));
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(scene_claim(scene, i)->verdict.state,
                         i < 5 ? STATE_UNKNOWN : STATE_UP);
    }
}

/* Probers start and answer, all but for the culprit; whatever is killed stays,
 * and its page names the culprit. Returns how many were spawned. */
static uint32_t go_on(struct scene *scene, uint64_t *culprit_task)
{
    static struct engine_action actions[SCENE_ACTIONS_MOST];
    uint32_t count = scene->count;
    uint32_t spawned = 0;
    memcpy(actions, scene->actions, count * sizeof *actions);
    scene_forget(scene);
    for (uint32_t i = 0; i < count; i++) {
        const struct engine_action *action = &actions[i];
        if (action->kind == ENGINE_SPAWN) {
            scene_tell(scene, ENGINE_PROBER_SPAWNED, action->prober);
            scene_tell(scene, ENGINE_PROBER_READY, action->prober);
            spawned++;
        } else if (action->kind == ENGINE_RETIRE) {
            scene_tell(scene, ENGINE_PROBER_ENDED, action->prober);
            scene_tell(scene, ENGINE_PROBER_REAPED, action->prober);
        } else if (action->kind == ENGINE_KILL) {
            scene_lose(scene, action->prober, *culprit_task, STEP_AUTH, "hung");
        } else if (action->kind == ENGINE_PROBE &&
                   action->instance == CULPRIT) {
            *culprit_task = action->task;
        } else if (action->kind == ENGINE_PROBE) {
            scene_answer(scene, action, STATE_UP, REASON_MASTER);
        }
    }
    return spawned;
}

static void a_culprit_that_cannot_be_killed_leaves_room_for_the_others(
    void **state)
{
    struct scene *scene = *state;
    uint64_t culprit_task = 0;
    uint32_t spawned = 0;
    scene_begin(scene);
    for (uint32_t round = 0; round < 2 * ENGINE_PROBERS_MOST; round++) {
        for (uint32_t ms = 0; ms < SCENE_INTERVAL_MS; ms += STALL_MS) {
            scene_pass(scene, STALL_MS);
            spawned += go_on(scene, &culprit_task);
        }
        assert_int_equal(scene_claim(scene, 0)->verdict.state, STATE_UP);
    }
    assert_true(engine_instance(scene->engine, 0)->counters.rounds >=
                2 * ENGINE_PROBERS_MOST);
    assert_int_equal(scene_claim(scene, CULPRIT)->verdict.state, STATE_UNKNOWN);
    assert_true(spawned >= PROBERS_DYING_MOST);
    assert_true(spawned <= PROBERS_DYING_MOST + 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_scene, drop_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_stuck_in_company_is_killed_before_its_deadline),
        TEST(one_stopped_outside_of_every_task_is_killed_for_all),
        TEST(the_others_are_asked_again_at_once_and_together),
        TEST(the_stuck_one_goes_alone_and_may_answer),
        TEST(alone_it_may_take_its_whole_timeout),
        TEST(one_that_burnt_out_alone_is_killed_early_from_then_on),
        TEST(one_that_burnt_out_has_all_its_time_again_now_and_then),
        TEST(one_that_burnt_out_may_still_sleep_its_whole_timeout),
        TEST(one_that_burnt_out_and_answered_has_all_its_time_again),
        TEST(who_was_stuck_starts_alone_until_it_is_not),
        TEST(a_page_that_names_nobody_there_costs_no_life),
        TEST(many_stuck_in_one_round_leave_the_innocent_alone),
        TEST(a_culprit_that_cannot_be_killed_leaves_room_for_the_others),
    };
    return cmocka_run_group_tests_name("stuck", tests, NULL, NULL);
}
