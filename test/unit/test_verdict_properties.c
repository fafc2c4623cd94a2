/*
 * test_verdict_properties.c - what holds of every verdict, whatever the
 * evidence: tried with a great many, also such as no server gives; and that
 * figures, which change from round to round, change no verdict.
 */
#include <errno.h>

#include "verdict_scene.h"

#define EVIDENCES 200000

/* The same numbers in every run. */
static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % below;
}

static bool toss(uint32_t *seed)
{
    return draw(seed, 2) == 1;
}

/* Troubles are rare, or no server would ever be up. */
static bool is_trouble(uint32_t *seed)
{
    return draw(seed, 8) == 0;
}

static void draw_replies(uint32_t *seed, struct evidence *evidence)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        struct evidence_reply *reply = &evidence->replies[i];
        reply->is_asked = toss(seed);
        if (reply->is_asked) {
            reply->answer =
                is_trouble(seed)
                    ? (enum evidence_answer)draw(seed, ANSWER_ODD + 1)
                    : ANSWER_GOOD;
            reply->error = (enum evidence_error)draw(seed, ERROR_OTHER + 1);
            evidence->answered += reply->answer != ANSWER_NONE;
        }
    }
}

static void draw_info(uint32_t *seed, struct info *info)
{
    info_init(info);
    info->role = (enum role)draw(seed, ROLE_COUNT);
    info->link = (enum info_link)draw(seed, INFO_LINK_DOWN + 1);
    info->is_loading = is_trouble(seed);
    info->loaded_tens = toss(seed) ? (uint8_t)draw(seed, 11) : 255;
    info->is_shutting_down = is_trouble(seed);
    info->bgsave_failed = is_trouble(seed);
    info->aof_failed = is_trouble(seed);
    info->is_syncing = toss(seed);
    info->has_offset = toss(seed);
    info->offset = draw(seed, 3);
    for (int i = 0; i < FACT_COUNT; i++) {
        info->facts.values[i] = (int64_t)draw(seed, 4) - 1;
    }
}

static void draw_evidence(uint32_t *seed, struct evidence *evidence)
{
    static const int errors[] = {0, EMFILE, ENOENT, ECONNREFUSED, ETIME, 12345};
    *evidence = (struct evidence){
        .end = (enum evidence_end)draw(seed, EVIDENCE_DEADLINE + 1)};
    evidence->error = errors[draw(seed, 6)];
    evidence->is_deep = toss(seed);
    evidence->is_handshaking = toss(seed);
    evidence->known = (struct evidence_known){.was_loading = toss(seed),
                                              .is_same_process = toss(seed),
                                              .is_last_address = toss(seed),
                                              .max_lag_ms = draw(seed, 3000),
                                              .max_gap = draw(seed, 3)};
    evidence->process = (enum process_state)draw(seed, PROCESS_ZOMBIE + 1);
    evidence->cluster = (struct cluster){.is_down = is_trouble(seed),
                                         .has_unassigned = toss(seed),
                                         .has_failed = toss(seed)};
    evidence->role.role = (enum role)draw(seed, ROLE_COUNT);
    evidence->role.is_connected = toss(seed);
    draw_replies(seed, evidence);
    draw_info(seed, &evidence->info);
    if (toss(seed)) {
        memset(evidence->trouble, 't', draw(seed, VERDICT_DETAIL_BYTES));
    }
    if (is_trouble(seed)) {
        memset(evidence->complaint, 'c', draw(seed, EVIDENCE_COMPLAINT_BYTES));
    }
}

static void any_evidence_has_a_verdict_that_keeps_the_rules(void **state)
{
    (void)state;
    uint32_t seed = 4;
    uint32_t seen[STATE_COUNT] = {0};
    for (int i = 0; i < EVIDENCES; i++) {
        struct evidence evidence;
        struct verdict verdict;
        draw_evidence(&seed, &evidence);
        verdict_rules_judge(&evidence, &verdict);
        scene_check(&evidence, &verdict);
        seen[verdict.state]++;
    }
    assert_true(seen[STATE_UP] > 0 && seen[STATE_DOWN] > 0 &&
                seen[STATE_DEGRADED] > 0 && seen[STATE_LOADING] > 0 &&
                seen[STATE_DRAINING] > 0 && seen[STATE_UNKNOWN] > 0);
}

static void nothing_readable_is_said_of_a_server_that_is_down(void **state)
{
    (void)state;
    uint32_t seed = 5;
    for (int i = 0; i < EVIDENCES; i++) {
        struct evidence evidence;
        struct verdict verdict;
        draw_evidence(&seed, &evidence);
        verdict_rules_judge(&evidence, &verdict);
        if (verdict.state == STATE_DOWN) {
            assert_int_equal(verdict.readable, ABILITY_NO);
            assert_int_equal(verdict.writable, ABILITY_NO);
        } else if (verdict.state == STATE_UNKNOWN) {
            assert_int_equal(verdict.readable, ABILITY_UNKNOWN);
            assert_int_equal(verdict.writable, ABILITY_UNKNOWN);
        }
    }
}

/* --- figures ----------------------------------------------------------- */

/* INFO at two moments: every figure is another one. */
#define FIGURES(uptime, memory, offset, lag)                                   \
    "redis_version:7.0.15\r\nredis_mode:standalone\r\nrun_id:" RUN_ID          \
    "\r\nprocess_id:77\r\nuptime_in_seconds:" uptime "\r\nused_memory:" memory \
    "\r\nconnected_clients:" lag "\r\nmaster_repl_offset:" offset              \
    "\r\nmaster_last_io_seconds_ago:" lag "\r\nslave_repl_offset:" offset      \
    "\r\nslave_read_repl_offset:" offset                                       \
    "\r\nslave0:ip=h,port=1,state=online,offset=" offset ",lag=" lag "\r\n"
#define EARLY FIGURES("90", "1048576", "4242", "1")
#define LATE FIGURES("86400", "999", "987654321", "9")

static const struct {
    struct answers early;
    const char *late_info;
    const char *late_canary;
} pairs[] = {
    {{.ping = PONG,
      .role = MASTER,
      .info = EARLY "role:master\r\n",
      .canary = ZERO},
     LATE "role:master\r\n",
     ":17\r\n"},
    {{.ping = PONG,
      .role = MASTER,
      .info = EARLY "role:master\r\n",
      .canary = MOVED},
     LATE "role:master\r\n",
     "-MOVED 9 10.0.0.1:7005\r\n"},
    {{.ping = PONG,
      .role = REPLICA(CONNECTED),
      .info = EARLY "role:slave\r\nmaster_link_status:up\r\n",
      .canary = READONLY},
     LATE "role:slave\r\nmaster_link_status:up\r\n",
     READONLY},
    {{.ping = PONG,
      .role = REPLICA(CONNECT),
      .info = EARLY "role:slave\r\nmaster_link_status:down\r\n"
                    "master_link_down_since_seconds:1\r\n",
      .canary = READONLY},
     LATE "role:slave\r\nmaster_link_status:down\r\n"
          "master_link_down_since_seconds:500\r\n",
     READONLY},
    {{.ping = LOADING,
      .role = MASTER,
      .info = EARLY "role:master\r\nloading:1\r\nloading_loaded_perc:30.00\r\n",
      .canary = LOADING},
     LATE "role:master\r\nloading:1\r\nloading_loaded_perc:39.99\r\n",
     LOADING},
    {{.ping = PONG,
      .role = MASTER,
      .info = EARLY "role:master\r\nshutdown_in_milliseconds:9000\r\n",
      .canary = ZERO},
     LATE "role:master\r\nshutdown_in_milliseconds:1\r\n",
     ZERO},
    {{.ping = PONG,
      .role = REPLICA(CONNECTED),
      .info = EARLY "role:slave\r\nmaster_link_status:up\r\n",
      .canary = READONLY,
      .known = {.max_lag_ms = 500}},
     LATE "role:slave\r\nmaster_link_status:up\r\n",
     READONLY},
    {{.ping = PONG,
      .role = MASTER,
      .info = EARLY "role:master\r\n",
      .canary = "-SLOW took 17 ms of 1000\r\n"},
     LATE "role:master\r\n",
     "-SLOW took 1234 ms of 5\r\n"},
};

static void figures_alone_change_no_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct answers late = pairs[i].early;
        late.info = pairs[i].late_info;
        late.canary = pairs[i].late_canary;
        struct verdict early_verdict = scene_judge(&pairs[i].early);
        struct verdict late_verdict = scene_judge(&late);
        assert_string_equal(early_verdict.detail, late_verdict.detail);
        assert_true(verdict_equals(&early_verdict, &late_verdict));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_evidence_has_a_verdict_that_keeps_the_rules),
        cmocka_unit_test(nothing_readable_is_said_of_a_server_that_is_down),
        cmocka_unit_test(figures_alone_change_no_verdict),
    };
    return cmocka_run_group_tests_name("verdict_properties", tests, NULL, NULL);
}
