/*
 * test_metrics.c - /metrics as a scraper reads it: every line is of a family
 * that was announced once, and the figures are the board's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/metrics.h"
#include "sample_board.h"

#define NOW_MS UINT64_C(10000000)
#define EVERYTHING                                             \
    (SNAPSHOT_ZOOKEEPER | SNAPSHOT_SERVICES | SNAPSHOT_TASKS | \
     SNAPSHOT_INSTANCES)

struct scene {
    struct sample sample;
    struct board *reader;
    struct snapshot snapshot;
    struct figures figures;
    char *text; /* NUL-ended copy of the last scrape */
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    sample_create(&scene->sample, 5, NOW_MS);
    scene->reader = sample_open(&scene->sample);
    snapshot_init(&scene->snapshot, scene->reader);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    free(scene->text);
    snapshot_finish(&scene->snapshot);
    board_destroy(scene->reader);
    sample_destroy(&scene->sample);
    free(scene);
    return 0;
}

static void scrape(struct scene *scene, uint64_t now_ms)
{
    struct body body;
    body_init(&body);
    assert_int_equal(
        snapshot_refresh(&scene->snapshot, EVERYTHING, now_ms, SAMPLE_WALL_MS),
        0);
    metrics_write(&scene->snapshot, &scene->figures, &body);
    assert_false(body.is_failed);
    body_append(&body, "", 1);
    free(scene->text);
    scene->text = body.bytes;
}

static void assert_line(const struct scene *scene, const char *line)
{
    char wanted[512];
    (void)snprintf(wanted, sizeof wanted, "\n%s\n", line);
    if (strstr(scene->text, wanted) == NULL) {
        fail_msg("no line %s", line);
    }
}

static void figures_are_the_boards(void **state)
{
    struct scene *scene = *state;
    figures_count(&scene->figures, 200);
    scrape(scene, NOW_MS);
    assert_line(scene, "sentinel_agent_build_info{version=\"0.1.0\"} 1");
    assert_line(scene, "sentinel_agent_supervisor_heartbeat_age_seconds 0.200");
    assert_line(scene, "sentinel_agent_rounds_total 6");
    assert_line(scene, "sentinel_agent_tasks_started_total 5");
    assert_line(scene, "sentinel_agent_tasks_live{kind=\"zombie\"} 1");
    assert_line(
        scene, "sentinel_agent_oldest_task_age_seconds{kind=\"zombie\"} 3.000");
    assert_line(scene,
                "sentinel_agent_service_processes{service=\"publisher\"} 1");
    assert_line(scene,
                "sentinel_agent_service_restarts_total{service=\"publisher\"}"
                " 1");
    assert_line(scene, "sentinel_agent_zookeeper_state{state=\"steady\"} 1");
    assert_line(scene, "sentinel_agent_zookeeper_state{state=\"off\"} 0");
    assert_line(scene, "sentinel_agent_bound_seconds{bound=\"B\"} 20.000");
    assert_line(scene, "sentinel_agent_alarms 1");
    assert_line(scene, "sentinel_agent_http_requests_total{code=\"200\"} 1");
}

static void each_instance_is_in_one_state(void **state)
{
    struct scene *scene = *state;
    scrape(scene, NOW_MS);
    assert_line(
        scene,
        "sentinel_agent_instance_state{name=\"cache-1\",state=\"down\"} 1");
    assert_line(
        scene,
        "sentinel_agent_instance_state{name=\"cache-1\",state=\"up\"} 0");
    assert_line(scene, "sentinel_agent_instance_readable{name=\"cache-0\"} 1");
    assert_line(scene, "sentinel_agent_instance_outcomes_total"
                       "{name=\"cache-0\",class=\"other\"} 7");
    assert_line(scene, "sentinel_agent_instance_last_success_age_seconds"
                       "{name=\"cache-0\"} 0.200");
}

static void an_expired_claim_counts_as_unknown(void **state)
{
    struct scene *scene = *state;
    scrape(scene, NOW_MS + 60 * 1000);
    assert_line(
        scene,
        "sentinel_agent_instance_state{name=\"cache-0\",state=\"up\"} 0");
    assert_line(
        scene,
        "sentinel_agent_instance_state{name=\"cache-0\",state=\"unknown\"} 1");
}

static void an_instance_tells_its_reason_and_mode(void **state)
{
    struct scene *scene = *state;
    scrape(scene, NOW_MS);
    assert_line(scene, "sentinel_agent_instance_reason"
                       "{name=\"cache-1\",reason=\"refused\"} 1");
    assert_line(scene, "sentinel_agent_instance_info{name=\"cache-0\","
                       "addr=\"10.0.0.7:1024\",role=\"master\","
                       "version=\"7.0.15\",mode=\"standalone\"} 1");
    assert_null(strstr(scene->text, "_reason{name=\"cache-4\""));
}

static void facts_are_a_family_each(void **state)
{
    struct scene *scene = *state;
    scrape(scene, NOW_MS);
    assert_line(scene, "# TYPE sentinel_agent_redis_memory_used_bytes gauge");
    assert_line(scene, "sentinel_agent_redis_memory_used_bytes"
                       "{name=\"cache-0\"} 1073741824");
    assert_line(scene, "sentinel_agent_redis_facts_age_seconds"
                       "{name=\"cache-0\"} 0.400");
    /* Not told by this one, never told by that one. */
    assert_null(strstr(scene->text, "sentinel_agent_redis_link_down_seconds"));
    assert_null(strstr(scene->text, "redis_memory_used_bytes{name=\"cache-1"));
}

/* A lease after the interval of full flights, or with the claim. */
static void facts_that_are_old_are_not_shown(void **state)
{
    struct scene *scene = *state;
    const char *line = "redis_clients{name=\"cache-0\"}";
    struct board_instance record;
    assert_int_equal(board_read_instance(scene->reader, 0, &record), 0);
    uint64_t lease_ms = record.instance.claim.lease_ms;
    scrape(scene, record.instance.claim.earned_ms + lease_ms);
    assert_non_null(strstr(scene->text, line));
    scrape(scene, record.instance.claim.earned_ms + lease_ms + 1);
    assert_null(strstr(scene->text, line));
    assert_non_null(strstr(scene->text, "mode=\"unknown\"} 1\n"));

    record.instance.claim.earned_ms = NOW_MS + 60 * 1000; /* by PING alone */
    board_store_instance(scene->sample.board, 0, NULL, &record.instance);
    uint64_t end_ms =
        record.instance.facts_ms + record.settings.deep_interval_ms + lease_ms;
    scrape(scene, end_ms);
    assert_non_null(strstr(scene->text, line));
    scrape(scene, end_ms + 1);
    assert_null(strstr(scene->text, line));
}

/* The figures of a server that was there a moment ago. */
static void facts_of_what_is_down_are_not_shown(void **state)
{
    struct scene *scene = *state;
    struct board_instance record;
    assert_int_equal(board_read_instance(scene->reader, 0, &record), 0);
    record.instance.claim.verdict.state = STATE_DOWN;
    board_store_instance(scene->sample.board, 0, NULL, &record.instance);
    scrape(scene, NOW_MS);
    assert_null(strstr(scene->text, "redis_clients{name=\"cache-0\"}"));
}

static void stages_are_cumulative_histograms(void **state)
{
#define STAGE "sentinel_agent_probe_stage_duration_seconds"
#define PING "{stage=\"ping\""
#define OWN "sentinel_agent_instance_probe_stage_duration_seconds"
#define OWN_PING "{name=\"cache-0\",stage=\"ping\"}"
    struct scene *scene = *state;
    scrape(scene, NOW_MS);
    assert_line(scene, "# TYPE " STAGE " histogram");
    assert_line(scene, STAGE "_bucket" PING ",le=\"0.0001\"} 3");
    assert_line(scene, STAGE "_bucket" PING ",le=\"0.00025\"} 4");
    assert_line(scene, STAGE "_bucket" PING ",le=\"5\"} 4");
    assert_line(scene, STAGE "_bucket" PING ",le=\"+Inf\"} 5");
    assert_line(scene, STAGE "_sum" PING "} 6.000255");
    assert_line(scene, STAGE "_count" PING "} 5");
    assert_line(scene, "# TYPE " OWN " summary");
    assert_line(scene, OWN "_sum" OWN_PING " 6.000255");
    assert_line(scene, OWN "_count" OWN_PING " 5");
    assert_null(strstr(scene->text, "stage=\"tls\"")); /* never reached */
#undef OWN_PING
#undef OWN
#undef PING
#undef STAGE
}

static void failures_are_counted_by_their_reasons(void **state)
{
    struct scene *scene = *state;
    scrape(scene, NOW_MS);
    assert_line(scene, "sentinel_agent_instance_failures_total"
                       "{name=\"cache-1\",reason=\"refused\"} 10");
    assert_null(strstr(scene->text, "_failures_total{name=\"cache-1\","
                                    "reason=\"timeout\"}"));
}

static void what_our_processes_cost_is_told_by_role(void **state)
{
    struct scene *scene = *state;
    scrape(scene, NOW_MS);
    assert_line(scene, "sentinel_agent_process_resident_memory_bytes"
                       "{role=\"supervisor\"} 3072000");
    assert_line(scene, "sentinel_agent_process_open_fds"
                       "{role=\"supervisor\",type=\"socket\"} 5");
    assert_line(scene, "sentinel_agent_process_loop_lag_seconds"
                       "{role=\"supervisor\"} 0.012");
    assert_line(scene, "sentinel_agent_process_cpu_seconds_total"
                       "{role=\"supervisor\",generation=\"0\"} 1.250");
    /* It has told nothing yet: no line, not a line of zeros. */
    assert_null(strstr(scene->text, "_bytes{role=\"prober\"}"));
    assert_line(scene, "sentinel_agent_deaths_total 4");
    assert_line(scene, "sentinel_agent_tilts_total 2");
    assert_line(scene, "sentinel_agent_bound_worst_seconds{bound=\"B\"} 7.500");
    assert_null(strstr(scene->text, "bound_worst_seconds{bound=\"C\"}"));
    assert_line(scene, "sentinel_agent_instances_unpublished 0");
}

static void how_long_zookeeper_takes_is_told_where_there_is_one(void **state)
{
    struct scene *scene = *state;
    scene->figures.publishing =
        (struct publishing){.count = 3, .lag_ms = 45, .waiting_ms = 1500};
    scrape(scene, NOW_MS);
    assert_line(scene, "sentinel_agent_publish_lag_seconds_sum 0.045");
    assert_line(scene, "sentinel_agent_publish_lag_seconds_count 3");
    assert_line(scene, "sentinel_agent_publish_waiting_seconds 1.500");
    scene->sample.agent.has_zookeeper = false;
    board_store_agent(scene->sample.board, &scene->sample.agent);
    scrape(scene, NOW_MS);
    assert_null(strstr(scene->text, "publish_lag_seconds"));
}

static void redis_up_is_said_only_when_asked_for(void **state)
{
    struct scene *scene = *state;
    scrape(scene, NOW_MS);
    assert_null(strstr(scene->text, "\nredis_up{"));
    scene->sample.agent.redis_up_alias = true;
    board_store_agent(scene->sample.board, &scene->sample.agent);
    scrape(scene, NOW_MS);
    assert_line(scene, "redis_up{name=\"cache-0\",addr=\"10.0.0.7:1024\"} 1");
    assert_line(scene, "redis_up{name=\"cache-1\",addr=\"10.0.0.7:1025\"} 0");
}

static void label_values_are_escaped(void **state)
{
    struct scene *scene = *state;
    (void)text_copy(scene->sample.agent.version,
                    sizeof scene->sample.agent.version, "a\"b\\c");
    board_store_agent(scene->sample.board, &scene->sample.agent);
    scrape(scene, NOW_MS);
    assert_line(scene, "sentinel_agent_build_info{version=\"a\\\"b\\\\c\"} 1");
}

/* Of a histogram, or of a summary without labels. */
static bool is_of_many(const char *suffix)
{
    return strncmp(suffix, "_bucket{", 8) == 0 ||
           strncmp(suffix, "_sum{", 5) == 0 ||
           strncmp(suffix, "_count{", 7) == 0 ||
           strncmp(suffix, "_sum ", 5) == 0 ||
           strncmp(suffix, "_count ", 7) == 0;
}

/* Every line is a comment, or a sample of the family announced before it. */
static void families_are_announced_once_and_stand_together(void **state)
{
    struct scene *scene = *state;
    char family[128] = "";
    char seen[16384] = " ";
    scrape(scene, NOW_MS);
    char *rest = scene->text;
    for (char *line = strsep(&rest, "\n"); line != NULL && *line != '\0';
         line = strsep(&rest, "\n")) {
        if (strncmp(line, "# HELP ", 7) == 0) {
            assert_int_equal(sscanf(line + 7, "%126s", family), 1);
            (void)strcat(family, " ");
            char wanted[130];
            (void)snprintf(wanted, sizeof wanted, " %s", family);
            assert_null(strstr(seen, wanted));
            (void)strcat(seen, family);
            family[strlen(family) - 1] = '\0';
        } else if (*line != '#') {
            size_t length = strcspn(line, "{ ");
            assert_in_range(length, strlen(family), strlen(family) + 7);
            assert_memory_equal(line, family, strlen(family));
            assert_true(length == strlen(family) ||
                        is_of_many(line + strlen(family)));
        }
    }
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SCENE(figures_are_the_boards),
        SCENE(each_instance_is_in_one_state),
        SCENE(an_expired_claim_counts_as_unknown),
        SCENE(an_instance_tells_its_reason_and_mode),
        SCENE(facts_are_a_family_each),
        SCENE(facts_that_are_old_are_not_shown),
        SCENE(facts_of_what_is_down_are_not_shown),
        SCENE(stages_are_cumulative_histograms),
        SCENE(failures_are_counted_by_their_reasons),
        SCENE(what_our_processes_cost_is_told_by_role),
        SCENE(how_long_zookeeper_takes_is_told_where_there_is_one),
        SCENE(redis_up_is_said_only_when_asked_for),
        SCENE(label_values_are_escaped),
        SCENE(families_are_announced_once_and_stand_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
