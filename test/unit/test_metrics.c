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

static void label_values_are_escaped(void **state)
{
    struct scene *scene = *state;
    (void)text_copy(scene->sample.agent.version,
                    sizeof scene->sample.agent.version, "a\"b\\c");
    board_store_agent(scene->sample.board, &scene->sample.agent);
    scrape(scene, NOW_MS);
    assert_line(scene, "sentinel_agent_build_info{version=\"a\\\"b\\\\c\"} 1");
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
            assert_int_equal(length, strlen(family));
            assert_memory_equal(line, family, length);
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
        SCENE(label_values_are_escaped),
        SCENE(families_are_announced_once_and_stand_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
