/*
 * test_check.c - who is fit for clients, and the targets for Prometheus.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "console/check.h"
#include "console/health.h"
#include "console/sd.h"
#include "sample_board.h"

#define NOW_MS UINT64_C(10000000)

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

static void refresh(struct scene *scene, unsigned parts, uint64_t now_ms)
{
    body_finish(&scene->body);
    assert_int_equal(
        snapshot_refresh(&scene->snapshot, parts, now_ms, SAMPLE_WALL_MS), 0);
}

/* Checks cache-0 at `now_ms`, expecting the line. */
static bool check(struct scene *scene, uint64_t now_ms, bool wants_writable,
                  const char *line)
{
    refresh(scene, 0, now_ms);
    const struct board_instance *instance =
        snapshot_find_instance(&scene->snapshot, "cache-0");
    assert_non_null(instance);
    bool is_fit =
        check_write(&scene->snapshot, instance, wants_writable, &scene->body);
    body_append(&scene->body, "", 1);
    assert_non_null(strstr(scene->body.bytes, line));
    assert_ptr_equal(strchr(scene->body.bytes, '\n') + 1,
                     scene->body.bytes + strlen(scene->body.bytes));
    return is_fit;
}

static void claim(struct scene *scene, const struct verdict *verdict)
{
    struct instance instance;
    sample_instance(&scene->sample, 0, &instance);
    instance.claim.verdict = *verdict;
    board_store_instance(scene->sample.board, 0, NULL, &instance);
}

static void what_can_be_read_is_fit_to_be_read(void **state)
{
    struct scene *scene = *state;
    struct verdict verdict = {.state = STATE_UP,
                              .reason = REASON_REPLICA,
                              .role = ROLE_REPLICA,
                              .readable = ABILITY_YES,
                              .writable = ABILITY_NO};
    claim(scene, &verdict);
    assert_true(check(scene, NOW_MS, false, "up replica\n"));
    assert_false(check(scene, NOW_MS, true, "up replica\n"));
    verdict.writable = ABILITY_YES;
    claim(scene, &verdict);
    assert_true(check(scene, NOW_MS, true, "up replica\n"));
}

static void stale_and_unknown_reads_are_no_reads(void **state)
{
    struct scene *scene = *state;
    static const enum ability abilities[] = {ABILITY_NO, ABILITY_STALE,
                                             ABILITY_UNKNOWN};
    for (size_t i = 0; i < sizeof abilities / sizeof abilities[0]; i++) {
        const struct verdict verdict = {.state = STATE_DEGRADED,
                                        .reason = REASON_LINK_DOWN,
                                        .readable = abilities[i],
                                        .detail = "link down for 5 s"};
        claim(scene, &verdict);
        assert_false(check(scene, NOW_MS, false,
                           "degraded link_down: link down for 5 s\n"));
    }
}

static void what_is_drained_or_shutting_down_gets_no_clients(void **state)
{
    struct scene *scene = *state;
    static const enum state states[] = {STATE_MAINT, STATE_DRAINING};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        const struct verdict verdict = {.state = states[i],
                                        .reason = REASON_MASTER,
                                        .readable = ABILITY_YES,
                                        .writable = ABILITY_YES};
        claim(scene, &verdict);
        assert_false(check(scene, NOW_MS, false, state_name(states[i])));
    }
}

static void a_claim_that_ran_out_is_fit_for_nobody(void **state)
{
    struct scene *scene = *state;
    struct instance instance;
    sample_instance(&scene->sample, 0, &instance);
    uint64_t end_ms = instance.claim.earned_ms + instance.claim.lease_ms;
    scene->sample.agent.heartbeat_ms = end_ms;
    board_store_agent(scene->sample.board, &scene->sample.agent);
    assert_true(check(scene, end_ms, false, "up master\n"));
    assert_false(check(scene, end_ms + 1, false, "unknown agent: "));
}

static void behind_a_silent_supervisor_nothing_is_fit(void **state)
{
    struct scene *scene = *state;
    uint64_t heard_ms = scene->sample.agent.heartbeat_ms;
    assert_true(
        check(scene, heard_ms + HEALTH_HEARTBEAT_MS, false, "up master\n"));
    assert_false(check(scene, heard_ms + HEALTH_HEARTBEAT_MS + 1, false,
                       "supervisor last heard of 2501 ms ago; before: up"));
}

static void an_instance_is_found_by_its_whole_name(void **state)
{
    struct scene *scene = *state;
    refresh(scene, 0, NOW_MS);
    assert_null(snapshot_find_instance(&scene->snapshot, "cache"));
    assert_null(snapshot_find_instance(&scene->snapshot, ""));
    const struct board_instance *found =
        snapshot_find_instance(&scene->snapshot, "cache-4");
    assert_string_equal(found->settings.name, "cache-4");
}

/* --- targets ----------------------------------------------------------- */

static json_t *targets(struct scene *scene)
{
    json_error_t error;
    refresh(scene, SNAPSHOT_INSTANCES, NOW_MS);
    sd_write(&scene->snapshot, &scene->body);
    json_t *json = json_loadb(scene->body.bytes, scene->body.length,
                              JSON_REJECT_DUPLICATES, &error);
    assert_non_null(json);
    return json;
}

static void a_target_is_what_clients_use_with_labels_of_its_own(void **state)
{
    struct scene *scene = *state;
    json_t *json = targets(scene);
    assert_int_equal(json_array_size(json), 5);
    const json_t *first = json_array_get(json, 0);
    const json_t *labels = json_object_get(first, "labels");
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(first, "targets"), 0)),
        "10.0.0.7:1024");
    assert_string_equal(json_string_value(json_object_get(
                            labels, "__meta_sentinel_agent_label_az")),
                        "a");
    assert_string_equal(json_string_value(json_object_get(
                            labels, "__meta_sentinel_agent_state")),
                        "up");
    json_decref(json);
}

static void an_unpublished_unix_socket_is_no_target(void **state)
{
    struct scene *scene = *state;
    struct board_settings settings;
    struct instance instance;
    const char *why = NULL;
    sample_settings(0, &settings);
    sample_instance(&scene->sample, 0, &instance);
    assert_int_equal(
        address_parse("unix:/run/a.sock", false, &settings.addr, &why), 0);
    board_store_instance(scene->sample.board, 0, &settings, &instance);
    json_t *json = targets(scene);
    assert_int_equal(json_array_size(json), 5); /* it advertises another */
    json_decref(json);
    settings.advertise = (struct address){.kind = ADDRESS_NONE};
    board_store_instance(scene->sample.board, 0, &settings, &instance);
    json = targets(scene);
    assert_int_equal(json_array_size(json), 4);
    json_decref(json);
}

static void keys_that_become_one_label_are_told_once(void **state)
{
    struct scene *scene = *state;
    struct board_settings settings;
    struct instance instance;
    sample_settings(0, &settings);
    sample_instance(&scene->sample, 0, &instance);
    settings.label_count = 3;
    settings.labels[0] = (struct label){"a.b", "first"};
    settings.labels[1] = (struct label){"a b", "second"};
    settings.labels[2] = (struct label){"a_b", "\"third\""};
    board_store_instance(scene->sample.board, 0, &settings, &instance);
    json_t *json = targets(scene); /* refuses a key that stands twice */
    const json_t *labels = json_object_get(json_array_get(json, 0), "labels");
    assert_string_equal(json_string_value(json_object_get(
                            labels, "__meta_sentinel_agent_label_a_b")),
                        "first");
    json_decref(json);
}

#define SCENE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(what_can_be_read_is_fit_to_be_read),
        SCENE_TEST(stale_and_unknown_reads_are_no_reads),
        SCENE_TEST(what_is_drained_or_shutting_down_gets_no_clients),
        SCENE_TEST(a_claim_that_ran_out_is_fit_for_nobody),
        SCENE_TEST(behind_a_silent_supervisor_nothing_is_fit),
        SCENE_TEST(an_instance_is_found_by_its_whole_name),
        SCENE_TEST(a_target_is_what_clients_use_with_labels_of_its_own),
        SCENE_TEST(an_unpublished_unix_socket_is_no_target),
        SCENE_TEST(keys_that_become_one_label_are_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
