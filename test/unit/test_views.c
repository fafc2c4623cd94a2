/*
 * test_views.c - the console's answers over a board made by hand: that they
 * parse, and say what the board says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "console/health.h"
#include "console/views.h"
#include "sample_board.h"

#define NOW_MS UINT64_C(10000000)
#define EVERYTHING                                             \
    (SNAPSHOT_ZOOKEEPER | SNAPSHOT_SERVICES | SNAPSHOT_TASKS | \
     SNAPSHOT_INSTANCES)

struct scene {
    struct sample sample;
    struct board *reader;
    struct snapshot snapshot;
    struct body body;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    sample_create(&scene->sample, 5, NOW_MS);
    scene->reader = sample_open(&scene->sample);
    snapshot_init(&scene->snapshot, scene->reader);
    body_init(&scene->body);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    body_finish(&scene->body);
    snapshot_finish(&scene->snapshot);
    board_destroy(scene->reader);
    sample_destroy(&scene->sample);
    free(scene);
    return 0;
}

static void refresh(struct scene *scene, uint64_t now_ms)
{
    body_finish(&scene->body);
    assert_int_equal(snapshot_refresh(&scene->snapshot, EVERYTHING, now_ms,
                                      SAMPLE_WALL_MS + 5000),
                     0);
}

static json_t *parse(const struct scene *scene)
{
    assert_false(scene->body.is_failed);
    json_error_t error;
    json_t *json = json_loadb(scene->body.bytes, scene->body.length,
                              JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        fail_msg("%s at %d", error.text, error.position);
    }
    return json;
}

static bool holds(const struct scene *scene, const char *text)
{
    return memmem(scene->body.bytes, scene->body.length, text, strlen(text)) !=
           NULL;
}

static const char *text_at(json_t *json, const char *key)
{
    json_t *value = json_object_get(json, key);
    assert_true(json_is_string(value));
    return json_string_value(value);
}

static json_int_t number_at(json_t *json, const char *key)
{
    json_t *value = json_object_get(json, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

/* The status' instance of that index; `status` must be freed. */
static json_t *instance_of(json_t *status, size_t index)
{
    json_t *list = json_object_get(status, "instances");
    assert_int_equal(json_array_size(list), 5);
    return json_array_get(list, index);
}

static void status_says_what_the_board_says(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    views_status(&scene->snapshot, &scene->body);
    json_t *status = parse(scene);
    assert_int_equal(number_at(status, "v"), 1);
    json_t *agent = json_object_get(status, "agent");
    assert_int_equal(number_at(agent, "pid"), 4242);
    assert_int_equal(number_at(agent, "heartbeat_age_ms"), SAMPLE_AGE_MS);
    json_t *zookeeper = json_object_get(status, "zookeeper");
    assert_string_equal(text_at(zookeeper, "state"), "steady");
    assert_string_equal(text_at(zookeeper, "session_id"), "0x100000abcdef");
    assert_int_equal(number_at(json_object_get(status, "round"), "duration_ms"),
                     SAMPLE_AGE_MS);
    json_t *alarms = json_object_get(status, "alarms");
    assert_int_equal(json_array_size(alarms), 1);
    assert_int_equal(json_array_size(json_object_get(status, "services")), 2);
    assert_true(
        json_is_true(json_object_get(json_object_get(status, "config"), "ok")));
    json_decref(status);
}

static void status_shows_each_instance(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    views_status(&scene->snapshot, &scene->body);
    json_t *status = parse(scene);
    json_t *up = instance_of(status, 0);
    assert_string_equal(text_at(up, "name"), "cache-0");
    assert_string_equal(text_at(up, "addr"), "10.0.0.7:1024");
    assert_string_equal(text_at(up, "state"), "up");
    assert_int_equal(number_at(up, "last_success_ms_ago"), SAMPLE_AGE_MS);
    json_t *published = json_object_get(up, "published");
    assert_string_equal(text_at(published, "path"),
                        "/redis-sentinel/prod/db7/cache-0");
    assert_int_equal(number_at(published, "czxid"), SAMPLE_CZXID);
    json_t *down = instance_of(status, 1);
    assert_string_equal(text_at(down, "state"), "down");
    assert_string_equal(text_at(down, "reason"), "refused");
    assert_true(json_is_null(json_object_get(down, "last_success_ms_ago")));
    json_t *conditions = json_object_get(down, "conditions");
    assert_string_equal(json_string_value(json_array_get(conditions, 0)),
                        "refused");
    json_decref(status);
}

static void status_tells_what_was_learnt_beside_the_verdict(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    views_status(&scene->snapshot, &scene->body);
    json_t *status = parse(scene);
    json_t *up = instance_of(status, 0);
    json_t *facts = json_object_get(up, "facts");
    assert_string_equal(text_at(up, "mode"), "standalone");
    assert_int_equal(number_at(up, "pid"), 4711);
    assert_int_equal(number_at(up, "facts_ms_ago"), 2 * SAMPLE_AGE_MS);
    assert_int_equal(number_at(up, "certificate_days_left"), 30);
    assert_int_equal(number_at(facts, "memory_limit_bytes"), INT64_C(4) << 30);
    assert_null(json_object_get(facts, "link_down_s")); /* was not told */
    json_t *down = instance_of(status, 1);
    assert_string_equal(text_at(down, "mode"), "unknown");
    assert_true(json_is_null(json_object_get(down, "pid")));
    assert_true(json_is_null(json_object_get(down, "facts_ms_ago")));
    assert_true(json_is_null(json_object_get(down, "certificate_days_left")));
    assert_int_equal(json_object_size(json_object_get(down, "facts")), 0);
    json_decref(status);
}

static void a_certificate_that_has_expired_has_less_than_no_days_left(
    void **state)
{
    struct scene *scene = *state;
    struct board_instance record;
    int64_t days = 0;
    refresh(scene, NOW_MS);
    int64_t now_s = (int64_t)(scene->snapshot.now_wall_ms / 1000);
    static const struct {
        int64_t left_s;
        int64_t days;
    } cases[] = {{86400, 1}, {86399, 0}, {0, 0}, {-1, -1}, {-86401, -2}};
    assert_int_equal(board_read_instance(scene->reader, 0, &record), 0);
    struct facts *facts = &record.instance.facts;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        facts->values[FACT_CERTIFICATE_END] = now_s + cases[i].left_s;
        assert_true(snapshot_certificate_days(&scene->snapshot, facts, &days));
        assert_int_equal(days, cases[i].days);
    }
    facts->values[FACT_CERTIFICATE_END] = FACT_UNKNOWN;
    assert_false(snapshot_certificate_days(&scene->snapshot, facts, &days));
}

static void status_sums_up_the_latency_of_each_stage_reached(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    views_status(&scene->snapshot, &scene->body);
    json_t *status = parse(scene);
    json_t *latency = json_object_get(instance_of(status, 0), "latency");
    json_t *ping = json_object_get(latency, "ping");
    assert_int_equal(json_object_size(latency), 3);
    assert_int_equal(number_at(ping, "count"), 5);
    assert_in_range(number_at(ping, "p50_us"), 1, 100);
    assert_in_range(number_at(ping, "p99_us"), 250, 5000000);
    json_decref(status);
}

static void outcomes_come_oldest_first(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    views_status(&scene->snapshot, &scene->body);
    json_t *status = parse(scene);
    json_t *outcomes = json_object_get(instance_of(status, 1), "outcomes");
    assert_int_equal(json_array_size(outcomes), INSTANCE_OUTCOMES);
    assert_string_equal(json_string_value(json_array_get(outcomes, 58)), "up");
    assert_string_equal(json_string_value(json_array_get(outcomes, 59)),
                        "down");
    json_decref(status);
}

static void an_expired_claim_is_shown_as_unknown(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS + 60 * 1000);
    views_status(&scene->snapshot, &scene->body);
    json_t *status = parse(scene);
    json_t *instance = instance_of(status, 0);
    assert_string_equal(text_at(instance, "state"), "unknown");
    assert_string_equal(text_at(instance, "reason"), "agent");
    assert_string_equal(text_at(instance, "readable"), "unknown");
    assert_string_equal(text_at(json_object_get(instance, "claim"), "state"),
                        "up");
    assert_true(number_at(instance, "lease_ms_left") < 0);
    json_decref(status);
}

static void an_unacknowledged_claim_is_pending(void **state)
{
    struct scene *scene = *state;
    struct instance instance;
    sample_instance(&scene->sample, 0, &instance);
    instance.publication.claim_version = 2;
    board_store_instance(scene->sample.board, 0, NULL, &instance);
    refresh(scene, NOW_MS);
    assert_true(
        views_named_instance(&scene->snapshot, "cache-0", &scene->body));
    json_t *json = parse(scene);
    assert_true(json_is_true(
        json_object_get(json_object_get(json, "published"), "pending")));
    json_decref(json);
}

static void an_unknown_name_writes_nothing(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    assert_false(
        views_named_instance(&scene->snapshot, "cache-9", &scene->body));
    assert_int_equal(scene->body.length, 0);
}

static void tasks_balance_and_are_named(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    views_tasks(&scene->snapshot, &scene->body);
    json_t *json = parse(scene);
    assert_int_equal(number_at(json, "started"), 5);
    assert_int_equal(number_at(json, "started"), number_at(json, "finished") +
                                                     number_at(json, "reaped") +
                                                     number_at(json, "live"));
    json_t *tasks = json_object_get(json, "tasks");
    assert_int_equal(json_array_size(tasks), number_at(json, "live"));
    json_t *probe = json_array_get(tasks, 0);
    assert_string_equal(text_at(probe, "kind"), "probe");
    assert_string_equal(text_at(probe, "instance"), "cache-0");
    assert_string_equal(text_at(probe, "step"), "ping");
    assert_int_equal(number_at(probe, "age_ms"), SAMPLE_AGE_MS);
    assert_int_equal(number_at(probe, "deadline_ms"), SAMPLE_AGE_MS + 1300);
    json_decref(json);
}

static void goroutines_is_a_number_and_a_newline(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    views_goroutines(&scene->snapshot, 0, &scene->body);
    assert_int_equal(scene->body.length, 2);
    assert_memory_equal(scene->body.bytes, "3\n", 2);
}

static void goroutines_counts_by_kind_and_step(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    views_goroutines(&scene->snapshot, 1, &scene->body);
    assert_true(holds(scene, "\n1 probe ping\n"));
    assert_true(holds(scene, "\n1 service publisher\n"));
    assert_true(holds(scene, "\n1 zombie prober\n"));
}

static void goroutines_shows_a_block_a_task(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    views_goroutines(&scene->snapshot, 2, &scene->body);
    assert_true(holds(scene, "task 3 [probe ping, 200 ms]:\n"));
    assert_true(holds(scene, "instance cache-0 round 71\n"));
}

static void bounds_are_of_the_slowest_instance(void **state)
{
    struct scene *scene = *state;
    struct board_settings settings;
    struct instance instance;
    sample_settings(1, &settings);
    sample_instance(&scene->sample, 1, &instance);
    settings.interval_ms = 30 * 1000;
    board_store_instance(scene->sample.board, 1, &settings, &instance);
    refresh(scene, NOW_MS);
    views_bounds(&scene->snapshot, &scene->body);
    json_t *json = parse(scene);
    /* I + j + 2(T+g) + (N-1)(q+T) + R + p */
    assert_int_equal(number_at(json_object_get(json, "B_ms"), "bound"),
                     30000 + 500 + 3000 + 1500 + 4000 + 1000);
    /* S as negotiated, and k */
    assert_int_equal(number_at(json_object_get(json, "E_ms"), "bound"),
                     8000 + 2000);
    json_decref(json);
}

static void texts_of_strangers_stay_json(void **state)
{
    struct scene *scene = *state;
    views_error("\"quoted\" \\ \x1b[31m \xff\n", &scene->body);
    json_t *json = parse(scene);
    assert_string_equal(text_at(json, "error"),
                        "\"quoted\" \\ \\x1b[31m \\xff\\x0a");
    json_decref(json);
}

static void health_is_good_while_everything_is_on_time(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    assert_true(health_write_live(&scene->snapshot, &scene->body));
    assert_true(holds(scene, "ok\n"));
}

static void health_names_the_late_parts(void **state)
{
    struct scene *scene = *state;
    struct instance instance;
    sample_instance(&scene->sample, 3, &instance);
    instance.outcome_ms = NOW_MS - 16 * 1000;
    board_store_instance(scene->sample.board, 3, NULL, &instance);
    refresh(scene, NOW_MS);
    assert_false(health_write_live(&scene->snapshot, &scene->body));
    assert_true(holds(scene, "instance cache-3: no outcome for 16000 ms"));
    assert_false(holds(scene, "supervisor"));
    assert_false(holds(scene, "cache-1"));
    refresh(scene, NOW_MS + 3000);
    assert_false(health_write_live(&scene->snapshot, &scene->body));
    assert_true(holds(scene, "supervisor: last heard of 3200 ms ago"));
}

static void a_fresh_agent_has_time_for_its_first_outcomes(void **state)
{
    struct scene *scene = *state;
    struct instance instance;
    sample_instance(&scene->sample, 3, &instance);
    instance.outcome_ms = 0;
    board_store_instance(scene->sample.board, 3, NULL, &instance);
    scene->sample.agent.started_ms = NOW_MS - 1000;
    scene->sample.agent.rounds_since_ms = NOW_MS - 1000;
    board_store_agent(scene->sample.board, &scene->sample.agent);
    refresh(scene, NOW_MS);
    assert_true(health_write_live(&scene->snapshot, &scene->body));
}

static void readiness_waits_for_the_first_round(void **state)
{
    struct scene *scene = *state;
    refresh(scene, NOW_MS);
    assert_true(health_write_ready(&scene->snapshot, &scene->body));
    scene->sample.agent.is_ready = false;
    board_store_agent(scene->sample.board, &scene->sample.agent);
    refresh(scene, NOW_MS);
    assert_false(health_write_ready(&scene->snapshot, &scene->body));
    assert_true(holds(scene, "not published yet"));
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SCENE(status_says_what_the_board_says),
        SCENE(status_shows_each_instance),
        SCENE(status_tells_what_was_learnt_beside_the_verdict),
        SCENE(a_certificate_that_has_expired_has_less_than_no_days_left),
        SCENE(status_sums_up_the_latency_of_each_stage_reached),
        SCENE(outcomes_come_oldest_first),
        SCENE(an_expired_claim_is_shown_as_unknown),
        SCENE(an_unacknowledged_claim_is_pending),
        SCENE(an_unknown_name_writes_nothing),
        SCENE(tasks_balance_and_are_named),
        SCENE(goroutines_is_a_number_and_a_newline),
        SCENE(goroutines_counts_by_kind_and_step),
        SCENE(goroutines_shows_a_block_a_task),
        SCENE(bounds_are_of_the_slowest_instance),
        SCENE(texts_of_strangers_stay_json),
        SCENE(health_is_good_while_everything_is_on_time),
        SCENE(health_names_the_late_parts),
        SCENE(a_fresh_agent_has_time_for_its_first_outcomes),
        SCENE(readiness_waits_for_the_first_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
