/*
 * test_history.c - the console's memory of figures: steps, gaps, lanes, marks,
 * and what a sample of a board made by hand becomes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/history_book.h"
#include "sample_board.h"

#define NOW_MS UINT64_C(10000000) /* a whole step of the hour begins here */
#define STEP (NOW_MS / HISTORY_HOUR_STEP_MS)
#define DAY_STEP (NOW_MS / HISTORY_DAY_STEP_MS)

/* --- rings ---------------------------------------------------------------- */

static struct history *fresh(void)
{
    struct history *history = malloc(sizeof *history);
    assert_non_null(history);
    history_init(history);
    return history;
}

static void add(struct history *history, uint64_t at_ms, uint32_t value)
{
    struct history_sample sample;
    for (int i = 0; i < HISTORY_SERIES; i++) {
        sample.values[i] = HISTORY_NONE;
    }
    sample.values[HISTORY_TASKS] = value;
    history_add(history, &sample, at_ms);
}

static struct history_point hour(const struct history *history, uint64_t step)
{
    return history_at(history, HISTORY_HOUR, HISTORY_TASKS, step);
}

static void a_step_holds_least_mean_and_most(void **state)
{
    (void)state;
    struct history *history = fresh();
    add(history, NOW_MS, 4);
    add(history, NOW_MS + 2000, 1);
    add(history, NOW_MS + 4000, 7);
    struct history_point point = hour(history, STEP);
    assert_int_equal(point.least, 1);
    assert_int_equal(point.mean, 4);
    assert_int_equal(point.most, 7);
    point = history_at(history, HISTORY_DAY, HISTORY_TASKS, DAY_STEP);
    assert_int_equal(point.most, 7);
    free(history);
}

static void what_was_not_sampled_is_a_gap(void **state)
{
    (void)state;
    struct history *history = fresh();
    add(history, NOW_MS, 4);
    add(history, NOW_MS + 3 * HISTORY_HOUR_STEP_MS, 5);
    assert_int_equal(hour(history, STEP).mean, 4);
    assert_int_equal(hour(history, STEP + 1).mean, HISTORY_NONE);
    assert_int_equal(hour(history, STEP + 2).mean, HISTORY_NONE);
    assert_int_equal(hour(history, STEP + 3).mean, 5);
    assert_int_equal(
        history_at(history, HISTORY_HOUR, HISTORY_ROUND_MS, STEP).mean,
        HISTORY_NONE);
    free(history);
}

static void the_oldest_step_gives_way(void **state)
{
    (void)state;
    struct history *history = fresh();
    for (uint32_t i = 0; i <= HISTORY_HOUR_STEPS; i++) {
        add(history, NOW_MS + (uint64_t)i * HISTORY_HOUR_STEP_MS, i);
    }
    assert_int_equal(hour(history, STEP).mean, HISTORY_NONE);
    assert_int_equal(hour(history, STEP + 1).mean, 1);
    assert_int_equal(hour(history, STEP + HISTORY_HOUR_STEPS).mean,
                     HISTORY_HOUR_STEPS);
    assert_int_equal(hour(history, STEP + HISTORY_HOUR_STEPS + 1).mean,
                     HISTORY_NONE);
    free(history);
}

static void a_long_sleep_leaves_nothing_old_behind(void **state)
{
    (void)state;
    struct history *history = fresh();
    for (uint32_t i = 0; i < HISTORY_HOUR_STEPS; i++) {
        add(history, NOW_MS + (uint64_t)i * HISTORY_HOUR_STEP_MS, 9);
    }
    uint64_t later = STEP + 5 * HISTORY_HOUR_STEPS + 7;
    add(history, later * HISTORY_HOUR_STEP_MS, 1);
    for (uint64_t ago = 1; ago < HISTORY_HOUR_STEPS; ago++) {
        assert_int_equal(hour(history, later - ago).mean, HISTORY_NONE);
    }
    assert_int_equal(hour(history, later).mean, 1);
    free(history);
}

static void time_that_goes_back_is_ignored(void **state)
{
    (void)state;
    struct history *history = fresh();
    add(history, NOW_MS, 4);
    add(history, NOW_MS - 5 * HISTORY_HOUR_STEP_MS, 8);
    assert_int_equal(hour(history, STEP - 5).mean, HISTORY_NONE);
    assert_int_equal(hour(history, STEP).mean, 4);
    free(history);
}

/* --- lanes ---------------------------------------------------------------- */

static void a_lane_takes_a_point_an_outcome(void **state)
{
    (void)state;
    struct history_lane lane = {0};
    struct instance instance = {.outcome_count = 1};
    instance.stage_us[STEP_CONNECT] = 40;
    instance.stage_us[STEP_PING] = 80;
    history_lane_note(&lane, &instance, NOW_MS, SAMPLE_WALL_MS);
    history_lane_note(&lane, &instance, NOW_MS, SAMPLE_WALL_MS);
    assert_int_equal(lane.taken, 1);
    assert_int_equal(lane.points[0], 12);
    assert_int_equal(lane.latency_us, 120);
    instance.outcome_count = 2;
    instance.stage_us[STEP_PING] = 0; /* no answer: waiting is no latency */
    history_lane_note(&lane, &instance, NOW_MS, SAMPLE_WALL_MS);
    assert_int_equal(lane.points[1], 0);
    assert_int_equal(lane.latency_us, HISTORY_NONE);
    instance.outcome_count = 3;
    instance.stage_us[STEP_PING] = 5000000;
    history_lane_note(&lane, &instance, NOW_MS, SAMPLE_WALL_MS);
    assert_int_equal(lane.points[2], UINT16_MAX);
}

static uint32_t lag_told(struct history_lane *lane, uint64_t now_ms)
{
    struct history_lanes lanes = {.lanes = lane, .count = 1};
    struct history_sample sample;
    uint32_t scratch[1];
    history_lanes_tell(&lanes, now_ms, scratch, &sample);
    return sample.values[HISTORY_PUBLISH_MS];
}

static void an_unconfirmed_claim_waits_longer_and_longer(void **state)
{
    (void)state;
    struct history_lane lane = {.latency_us = HISTORY_NONE};
    struct instance instance = {.claim = {.version = 3}};
    instance.publication.claim_version = 2;
    history_lane_note(&lane, &instance, NOW_MS, SAMPLE_WALL_MS);
    assert_int_equal(lag_told(&lane, NOW_MS + 700), 700);
    assert_int_equal(lag_told(&lane, NOW_MS + 900), 900);
    instance.publication.claim_version = 3;
    history_lane_note(&lane, &instance, NOW_MS + 1000, SAMPLE_WALL_MS);
    assert_int_equal(lag_told(&lane, NOW_MS + 1000), 1000);
    assert_int_equal(lag_told(&lane, NOW_MS + 1100), 0); /* told once */
}

static void a_change_confirmed_between_samples_is_timed_by_its_stamps(
    void **state)
{
    (void)state;
    struct history_lane lane = {.latency_us = HISTORY_NONE};
    struct instance instance = {
        .claim = {.version = 3, .verdict = {.state = STATE_UP}}};
    instance.publication.claim_version = 3;
    history_lane_note(&lane, &instance, NOW_MS, SAMPLE_WALL_MS);
    assert_int_equal(lag_told(&lane, NOW_MS), 0);
    instance.claim.version = 4;
    instance.claim.verdict.state = STATE_DOWN;
    instance.claim.since_wall_ms = SAMPLE_WALL_MS + 1000;
    instance.publication.claim_version = 4;
    instance.publication.acked_ms = NOW_MS + 1012;
    history_lane_note(&lane, &instance, NOW_MS + 2000, SAMPLE_WALL_MS + 2000);
    assert_int_equal(lag_told(&lane, NOW_MS + 2000), 12);
}

static struct publishing summed(struct history_lane *lane, uint64_t now_ms)
{
    struct history_lanes lanes = {.lanes = lane, .count = 1};
    struct publishing publishing;
    history_lanes_sum(&lanes, now_ms, &publishing);
    return publishing;
}

static void what_zookeeper_confirmed_is_summed_up(void **state)
{
    (void)state;
    struct history_lane lane = {.latency_us = HISTORY_NONE};
    struct instance instance = {.claim = {.version = 3}};
    instance.publication.claim_version = 2;
    history_lane_note(&lane, &instance, NOW_MS, SAMPLE_WALL_MS);
    assert_int_equal(summed(&lane, NOW_MS + 700).waiting_ms, 700);
    assert_int_equal(summed(&lane, NOW_MS + 700).count, 0);
    instance.publication.claim_version = 3;
    for (uint64_t again_ms = 1000; again_ms < 3000; again_ms += 1000) {
        history_lane_note(&lane, &instance, NOW_MS + again_ms, SAMPLE_WALL_MS);
        struct publishing sums = summed(&lane, NOW_MS + again_ms);
        assert_int_equal(sums.waiting_ms, 0);
        assert_int_equal(sums.count, 1);
        assert_int_equal(sums.lag_ms, 1000);
    }
}

/* --- marks ---------------------------------------------------------------- */

static void each_kind_of_mark_has_room_of_its_own(void **state)
{
    (void)state;
    struct history_marks *marks = malloc(sizeof *marks);
    assert_non_null(marks);
    history_marks_init(marks);
    history_marks_add(marks, HISTORY_MARK_ENDING, 1, "the one that matters");
    for (uint64_t i = 0; i < 3 * HISTORY_MARKS_EACH; i++) {
        history_marks_add(marks, HISTORY_MARK_CHANGE, i, "flap");
    }
    assert_string_equal(history_marks_find(marks, HISTORY_MARK_ENDING, 0)->text,
                        "the one that matters");
    assert_null(history_marks_find(marks, HISTORY_MARK_ENDING, 1));
    assert_int_equal(history_marks_find(marks, HISTORY_MARK_CHANGE, 0)->at_ms,
                     3 * HISTORY_MARKS_EACH - 1);
    assert_non_null(
        history_marks_find(marks, HISTORY_MARK_CHANGE, HISTORY_MARKS_EACH - 1));
    assert_null(
        history_marks_find(marks, HISTORY_MARK_CHANGE, HISTORY_MARKS_EACH));
    free(marks);
}

/* --- samples of a board --------------------------------------------------- */

struct scene {
    struct sample sample;
    struct board *reader;
    struct snapshot snapshot;
    struct history_book *book;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    sample_create(&scene->sample, 5, NOW_MS);
    scene->reader = sample_open(&scene->sample);
    snapshot_init(&scene->snapshot, scene->reader);
    assert_int_equal(history_book_create(&scene->book), 0);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    history_book_destroy(scene->book);
    snapshot_finish(&scene->snapshot);
    board_destroy(scene->reader);
    sample_destroy(&scene->sample);
    free(scene);
    return 0;
}

static void take(struct scene *scene, uint64_t now_ms)
{
    board_store_agent(scene->sample.board, &scene->sample.agent);
    assert_int_equal(snapshot_refresh(&scene->snapshot, HISTORY_PARTS, now_ms,
                                      SAMPLE_WALL_MS + (now_ms - NOW_MS)),
                     0);
    assert_int_equal(history_book_sample(scene->book, &scene->snapshot), 0);
}

static uint32_t sampled(const struct scene *scene, int series)
{
    const struct history *history = &scene->book->history;
    return history_at(history, HISTORY_HOUR, (enum history_series)series,
                      history->heads[HISTORY_HOUR].step)
        .mean;
}

static void a_sample_says_what_the_board_says(void **state)
{
    struct scene *scene = *state;
    take(scene, NOW_MS);
    assert_int_equal(sampled(scene, HISTORY_TASKS), 3);
    assert_int_equal(sampled(scene, HISTORY_OLDEST_TASK_MS), SAMPLE_AGE_MS);
    assert_int_equal(sampled(scene, HISTORY_ROUND_MS), SAMPLE_AGE_MS);
    assert_int_equal(sampled(scene, HISTORY_LATENCY_MIDDLE_US), 75);
    assert_int_equal(sampled(scene, HISTORY_PUBLISH_MS), 0);
    assert_int_equal(sampled(scene, HISTORY_STATES + STATE_UP), 1);
    assert_int_equal(sampled(scene, HISTORY_STATES + STATE_MAINT), 0);
    assert_int_equal(sampled(scene, HISTORY_PSS_KB + HISTORY_PUBLISHER),
                     HISTORY_NONE);
    assert_null(history_book_lane(scene->book, 5));
    assert_int_equal(history_book_lane(scene->book, 4)->taken, 1);
}

static void processes_of_a_role_are_summed_up(void **state)
{
    struct scene *scene = *state;
    struct board_service service = {.kind = SERVICE_PROBER,
                                    .pid = 9,
                                    .generation = 3,
                                    .started_ms = NOW_MS - 60000,
                                    .vitals = {.pss_kb = 2000,
                                               .cpu_ms = 100,
                                               .lag_ms = 4,
                                               .fds = {1, 2, 3, 4, 5}},
                                    .vitals_ms = NOW_MS - 10000};
    board_store_service(scene->sample.board, 5, &service);
    service.vitals.lag_ms = 2;
    board_store_service(scene->sample.board, 6, &service);
    take(scene, NOW_MS);
    assert_int_equal(sampled(scene, HISTORY_PSS_KB + HISTORY_PROBERS), 4000);
    assert_int_equal(sampled(scene, HISTORY_FDS + HISTORY_PROBERS), 30);
    assert_int_equal(sampled(scene, HISTORY_LAG_MS + HISTORY_PROBERS), 4);
    assert_int_equal(sampled(scene, HISTORY_CPU + HISTORY_PROBERS),
                     HISTORY_NONE); /* one word says nothing of a rate */
    service.vitals.cpu_ms = 200;
    service.vitals_ms = NOW_MS;
    board_store_service(scene->sample.board, 5, &service);
    take(scene, NOW_MS + HISTORY_HOUR_STEP_MS);
    assert_int_equal(sampled(scene, HISTORY_CPU + HISTORY_PROBERS), 10);
}

static const char *newest(const struct scene *scene,
                          enum history_mark_kind kind)
{
    const struct history_mark *mark =
        history_marks_find(&scene->book->marks, kind, 0);
    return mark != NULL ? mark->text : "";
}

static void what_happened_becomes_marks_once(void **state)
{
    struct scene *scene = *state;
    struct event event = {.id = 500,
                          .wall_ms = SAMPLE_WALL_MS - 3000,
                          .before = STATE_UP,
                          .state = STATE_DOWN,
                          .reason = REASON_REFUSED,
                          .name = "cache-1"};
    struct ending ending = {.id = 70,
                            .wall_ms = SAMPLE_WALL_MS - 2000,
                            .service = SERVICE_PROBER,
                            .pid = 77,
                            .name = "cache-2",
                            .why = "hung in tls"};
    board_store_event(scene->sample.board, &event);
    board_store_ending(scene->sample.board, &ending);
    scene->sample.agent.last_event = 500;
    scene->sample.agent.last_ending = 70;
    take(scene, NOW_MS);
    take(scene, NOW_MS + 2000);
    assert_string_equal(newest(scene, HISTORY_MARK_CHANGE),
                        "cache-1: up to down, refused");
    assert_string_equal(newest(scene, HISTORY_MARK_ENDING),
                        "prober 77: hung in tls, at cache-2");
    assert_int_equal(
        history_marks_find(&scene->book->marks, HISTORY_MARK_CHANGE, 0)->at_ms,
        NOW_MS - 3000);
    assert_null(
        history_marks_find(&scene->book->marks, HISTORY_MARK_CHANGE, 1));
    assert_non_null(strstr(newest(scene, HISTORY_MARK_START), "4242"));
    assert_string_equal(newest(scene, HISTORY_MARK_RELOAD), "");
}

static void reloads_become_marks(void **state)
{
    struct scene *scene = *state;
    take(scene, NOW_MS);
    scene->sample.agent.reloads = 1;
    scene->sample.agent.config_loaded_wall_ms = SAMPLE_WALL_MS + 1000;
    take(scene, NOW_MS + 2000);
    assert_string_equal(newest(scene, HISTORY_MARK_RELOAD),
                        "a configuration took effect");
    scene->sample.agent.reloads_refused = 1;
    take(scene, NOW_MS + 4000);
    assert_string_equal(newest(scene, HISTORY_MARK_RELOAD),
                        "a reload was refused");
    assert_int_equal(scene->book->marks.counts[HISTORY_MARK_RELOAD], 2);
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_holds_least_mean_and_most),
        cmocka_unit_test(what_was_not_sampled_is_a_gap),
        cmocka_unit_test(the_oldest_step_gives_way),
        cmocka_unit_test(a_long_sleep_leaves_nothing_old_behind),
        cmocka_unit_test(time_that_goes_back_is_ignored),
        cmocka_unit_test(a_lane_takes_a_point_an_outcome),
        cmocka_unit_test(an_unconfirmed_claim_waits_longer_and_longer),
        cmocka_unit_test(
            a_change_confirmed_between_samples_is_timed_by_its_stamps),
        cmocka_unit_test(what_zookeeper_confirmed_is_summed_up),
        cmocka_unit_test(each_kind_of_mark_has_room_of_its_own),
        SCENE(a_sample_says_what_the_board_says),
        SCENE(processes_of_a_role_are_summed_up),
        SCENE(what_happened_becomes_marks_once),
        SCENE(reloads_become_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
