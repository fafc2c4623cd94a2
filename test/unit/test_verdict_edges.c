/*
 * test_verdict_edges.c - where the table of answers alone does not say enough:
 * several troubles at once, commands that are forbidden or renamed, servers of
 * other ages and names; and what holds of every verdict.
 */
#include <errno.h>

#include "verdict_scene.h"

#define LAST_ADDRESS "its name does not resolve now: its last address is used"
#define NO_PASSWORD_WORDS "a password is given, but the server has none"

static const struct answers healthy_master = {
    .ping = PONG, .role = MASTER, .info = INFO_MASTER, .canary = ZERO};

static const struct answers healthy_replica = {.ping = PONG,
                                               .role = REPLICA(CONNECTED),
                                               .info =
                                                   INFO_REPLICA("up", "4242"),
                                               .canary = READONLY};

static void expect_reason(const struct answers *answers, enum reason reason,
                          enum ability readable, enum ability writable)
{
    struct verdict verdict = scene_judge(answers);
    assert_string_equal(reason_name(verdict.reason), reason_name(reason));
    assert_string_equal(ability_name(verdict.readable), ability_name(readable));
    assert_string_equal(ability_name(verdict.writable), ability_name(writable));
}

static void expect_detail(const struct answers *answers, const char *detail)
{
    struct verdict verdict = scene_judge(answers);
    assert_string_equal(verdict.detail, detail);
}

/* --- who it is --------------------------------------------------------- */

static void master_tells_who_it_is(void **state)
{
    (void)state;
    struct verdict verdict = scene_judge(&healthy_master);
    assert_int_equal(verdict.role, ROLE_MASTER);
    assert_string_equal(verdict.run_id, RUN_ID);
    assert_string_equal(verdict.version, "7.0.15");
    assert_string_equal(verdict.master, "");
}

static void replica_names_its_master_by_role_or_info(void **state)
{
    (void)state;
    struct answers answers = healthy_replica;
    struct verdict verdict = scene_judge(&answers);
    assert_int_equal(verdict.role, ROLE_REPLICA);
    assert_string_equal(verdict.master, "127.0.0.1:6379");
    answers.role = NOPERM("role");
    verdict = scene_judge(&answers);
    assert_int_equal(verdict.reason, REASON_REPLICA);
    assert_string_equal(verdict.master, "127.0.0.1:6379");
}

static void peer_that_broke_the_rules_is_not_believed_to_be_anybody(
    void **state)
{
    (void)state;
    static const enum evidence_end ends[] = {EVIDENCE_PROTOCOL, EVIDENCE_TLS};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct answers answers = healthy_replica;
        answers.end = ends[i];
        struct verdict verdict = scene_judge(&answers);
        assert_int_equal(verdict.state, STATE_DOWN);
        assert_int_equal(verdict.role, ROLE_UNKNOWN);
        assert_string_equal(verdict.run_id, "");
        assert_string_equal(verdict.version, "");
        assert_string_equal(verdict.master, "");
        struct verdict_scene scene;
        scene_play(&scene, &answers, SIZE_MAX / 2);
        assert_int_equal(scene.evidence.replies[COMMAND_INFO].answer,
                         ANSWER_NONE); /* so there are no facts */
        assert_int_equal(scene.evidence.info.facts.values[FACT_UPTIME],
                         FACT_UNKNOWN);
    }
}

static void server_with_a_long_info_keeps_its_role(void **state)
{
    (void)state;
    struct answers answers = {
        .ping = PONG, .role = MASTER, .end = EVIDENCE_LONG_INFO};
    struct verdict verdict = scene_judge(&answers);
    assert_int_equal(verdict.reason, REASON_OTHER);
    assert_int_equal(verdict.role, ROLE_MASTER);
    answers.ping = LOADING;
    expect_reason(&answers, REASON_LOADING, ABILITY_NO, ABILITY_NO);
}

static void refused_connection_is_certain(void **state)
{
    (void)state;
    struct verdict verdict = scene_judge(
        &(struct answers){.end = EVIDENCE_REFUSED, .error = ECONNREFUSED});
    assert_true(verdict_is_certain(&verdict));
}

/* --- several troubles at once ------------------------------------------ */

static void every_trouble_stands_in_the_conditions(void **state)
{
    (void)state;
    struct answers answers = healthy_master;
    answers.info = INFO_SERVER "rdb_last_bgsave_status:err\r\nrole:master\r\n";
    answers.canary = OOM;
    struct verdict verdict = scene_judge(&answers);
    assert_int_equal(verdict.reason, REASON_MISCONF);
    assert_int_equal(verdict.conditions, CONDITION(MISCONF) | CONDITION(OOM));
    assert_int_equal(verdict.writable, ABILITY_NO);
}

static void replica_that_cannot_save_is_read_as_its_link_allows(void **state)
{
    (void)state;
    struct answers answers = healthy_replica;
    answers.role = REPLICA(CONNECT);
    answers.info =
        INFO_SERVER "rdb_last_bgsave_status:err\r\n" INFO_LINK("down", "4242");
    expect_reason(&answers, REASON_MISCONF, ABILITY_STALE, ABILITY_NO);
    answers.info =
        INFO_SERVER "rdb_last_bgsave_status:err\r\n" INFO_LINK("down", "1");
    expect_reason(&answers, REASON_MISCONF, ABILITY_NO, ABILITY_NO);
    answers.role = REPLICA(CONNECTED);
    answers.info =
        INFO_SERVER "rdb_last_bgsave_status:err\r\n" INFO_LINK("up", "42");
    expect_reason(&answers, REASON_MISCONF, ABILITY_YES, ABILITY_NO);
}

static void silence_of_a_loading_process_is_no_timeout_beside_it(void **state)
{
    (void)state;
    struct verdict verdict = scene_judge(&(struct answers){
        .known = {.was_loading = true, .is_same_process = true},
        .end = EVIDENCE_DEADLINE});
    assert_int_equal(verdict.conditions, CONDITION(LOADING));
}

static void loading_replica_keeps_its_role(void **state)
{
    (void)state;
    struct verdict verdict = scene_judge(&(struct answers){
        .ping = LOADING,
        .role = REPLICA(HANDSHAKE),
        .info = INFO_SERVER "loading:1\r\n" INFO_LINK("down", "1"),
        .canary = LOADING});
    assert_int_equal(verdict.state, STATE_LOADING);
    assert_int_equal(verdict.role, ROLE_REPLICA);
}

static void shutdown_of_an_idle_master_takes_no_writes(void **state)
{
    (void)state;
    struct answers answers = healthy_master;
    answers.info = INFO_MASTER "shutdown_in_milliseconds:8123\r\n";
    expect_reason(&answers, REASON_SHUTDOWN, ABILITY_YES, ABILITY_NO);
}

/* --- forbidden and renamed --------------------------------------------- */

static void ping_refused_alone_is_no_trouble(void **state)
{
    (void)state;
    static const char *const refusals[] = {
        NOPERM("ping"), RENAMED("PING"),
        "-ERR unknown command `PING`, with args beginning with: \r\n"};
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct answers answers = healthy_master;
        answers.ping = refusals[i];
        expect_reason(&answers, REASON_MASTER, ABILITY_YES, ABILITY_YES);
        expect_reason(
            &(struct answers){.is_shallow = true, .ping = refusals[i]},
            REASON_NONE, ABILITY_YES, ABILITY_UNKNOWN);
    }
}

static void role_and_info_stand_in_for_one_another(void **state)
{
    (void)state;
    struct answers answers = healthy_master;
    answers.role = RENAMED("ROLE");
    expect_reason(&answers, REASON_MASTER, ABILITY_YES, ABILITY_YES);
    answers = healthy_master;
    answers.info = NOPERM("info");
    expect_reason(&answers, REASON_MASTER, ABILITY_YES, ABILITY_YES);
    answers = healthy_replica;
    answers.info = NOPERM("info");
    expect_reason(&answers, REASON_REPLICA, ABILITY_YES, ABILITY_NO);
}

static void replica_without_info_is_not_trusted_with_old_data(void **state)
{
    (void)state;
    struct answers answers = healthy_replica;
    answers.role = REPLICA(CONNECT);
    answers.info = NOPERM("info");
    expect_reason(&answers, REASON_SYNCING, ABILITY_NO, ABILITY_NO);
    expect_detail(&answers, "the link to its master is down; without INFO "
                            "nobody knows of its data");
}

static void write_check_that_could_not_be_made_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        const char *detail;
    } rows[] = {
        {NOPERM("setrange"),
         "writes are not checked: the user may not run SETRANGE"},
        {RENAMED("SETRANGE"), "writes are not checked: SETRANGE is renamed"},
        {NOPERM_KEY, "writes are not checked: the user may not write the key "
                     "sentinel-agent:canary"},
        {"-NOPERM No permissions to access a key\r\n",
         "writes are not checked: the user may not write the key "
         "sentinel-agent:canary"},
        {MOVED, "writes are not checked: another node has the slot"},
        {"-ASK 11471 127.0.0.1:7001\r\n",
         "writes are not checked: another node has the slot"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answers answers = healthy_master;
        answers.canary = rows[i].answer;
        expect_reason(&answers, REASON_MASTER, ABILITY_YES, ABILITY_UNKNOWN);
        expect_detail(&answers, rows[i].detail);
    }
}

static void answers_without_cluster_info_are_judged_as_they_are(void **state)
{
    (void)state;
    static const char *const refusals[] = {
        "-NOPERM this user has no permissions to run the 'cluster|info' "
        "command\r\n",
        RENAMED("CLUSTER"),
        "-ERR This instance has cluster support disabled\r\n"};
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct answers answers = healthy_master;
        answers.cluster = refusals[i];
        expect_reason(&answers, REASON_MASTER, ABILITY_YES, ABILITY_YES);
        expect_detail(&answers, "");
    }
}

static void replica_in_a_cluster_is_up_though_it_redirects(void **state)
{
    (void)state;
    struct answers answers = healthy_replica;
    answers.cluster = CLUSTER_OK;
    answers.canary = MOVED;
    expect_reason(&answers, REASON_REPLICA, ABILITY_YES, ABILITY_NO);
    expect_detail(&answers, "");
}

static void slot_without_a_node_is_no_trouble_of_a_cluster_that_is_ok(
    void **state)
{
    (void)state;
    struct answers answers = healthy_master;
    answers.cluster = CLUSTER_TEXT("ok", "16383", "16383", "0", "0");
    answers.canary = CLUSTERDOWN;
    expect_reason(&answers, REASON_MASTER, ABILITY_YES, ABILITY_UNKNOWN);
    expect_detail(&answers, "writes are not checked: no node has the slot");
    answers.cluster = "cluster_known_nodes:6\r\n"; /* no word of its state */
    expect_reason(&answers, REASON_CLUSTERDOWN, ABILITY_NO, ABILITY_NO);
    answers.cluster = NOPERM("cluster|info");
    expect_reason(&answers, REASON_CLUSTERDOWN, ABILITY_NO, ABILITY_NO);
    answers = healthy_replica;
    answers.cluster = CLUSTER_OK;
    answers.canary = CLUSTERDOWN;
    expect_reason(&answers, REASON_REPLICA, ABILITY_YES, ABILITY_NO);
}

static void stalled_cluster_info_is_not_called_paused_writes(void **state)
{
    (void)state;
    struct answers answers = healthy_master;
    answers.asks_cluster = true;
    answers.canary = NULL;
    answers.end = EVIDENCE_DEADLINE;
    expect_reason(&answers, REASON_OTHER, ABILITY_UNKNOWN, ABILITY_UNKNOWN);
}

/* --- AUTH -------------------------------------------------------------- */

static void password_that_nobody_asks_for_is_a_warning(void **state)
{
    (void)state;
    struct answers answers = healthy_master;
    answers.auth = NO_PASSWORD;
    expect_reason(&answers, REASON_MASTER, ABILITY_YES, ABILITY_YES);
    expect_detail(&answers, NO_PASSWORD_WORDS);
    answers.auth = "-ERR Client sent AUTH, but no password is set\r\n";
    expect_detail(&answers, NO_PASSWORD_WORDS);
    answers.canary = OOM;
    expect_detail(&answers, "maxmemory is reached");
    answers.canary = NOPERM("setrange");
    answers.known.is_last_address = true;
    expect_detail(&answers, "writes are not checked: the user may not run "
                            "SETRANGE; " NO_PASSWORD_WORDS "; " LAST_ADDRESS);
}

static void answer_to_auth_is_never_quoted(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "-secret is wrong\r\n", "+secret\r\n", "$6\r\nsecret\r\n",
        "-ERR unknown command 'AUTH', with args beginning with: 'secret' \r\n"};
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct answers said = healthy_master;
        said.auth = answers[i];
        struct verdict verdict = scene_judge(&said);
        assert_null(strstr(verdict.detail, "secret"));
        assert_int_equal(verdict.reason,
                         answers[i][1] == 'E' ? REASON_MASTER : REASON_OTHER);
    }
}

static void shallow_round_with_an_odd_answer_to_auth_is_not_up(void **state)
{
    (void)state;
    expect_reason(
        &(struct answers){.is_shallow = true, .auth = ZERO, .ping = PONG},
        REASON_OTHER, ABILITY_UNKNOWN, ABILITY_UNKNOWN);
    expect_reason(
        &(struct answers){.is_shallow = true, .auth = OK, .ping = PONG},
        REASON_NONE, ABILITY_YES, ABILITY_UNKNOWN);
}

/* --- names, limits ----------------------------------------------------- */

static void last_address_is_told_of_good_and_bad(void **state)
{
    (void)state;
    struct answers answers = healthy_master;
    answers.known.is_last_address = true;
    expect_detail(&answers, LAST_ADDRESS);
    expect_detail(&(struct answers){.known = {.is_last_address = true},
                                    .end = EVIDENCE_REFUSED,
                                    .error = ECONNREFUSED},
                  "connection refused: nobody listens; " LAST_ADDRESS);
    expect_detail(&(struct answers){.known = {.is_last_address = true},
                                    .end = EVIDENCE_AGENT,
                                    .error = EMFILE},
                  "the agent could not connect: Too many open files");
}

static void limits_say_which_of_them_was_passed(void **state)
{
    (void)state;
    struct answers answers = healthy_replica;
    answers.info = INFO_SERVER
        "role:slave\r\nmaster_link_status:up\r\n"
        "master_last_io_seconds_ago:3\r\nslave_read_repl_offset:500\r\n"
        "slave_repl_offset:400\r\n";
    answers.known.max_gap = 100;
    answers.known.max_lag_ms = 3000;
    expect_reason(&answers, REASON_REPLICA, ABILITY_YES, ABILITY_NO);
    answers.known.max_gap = 99;
    expect_reason(&answers, REASON_LAG, ABILITY_YES, ABILITY_NO);
    expect_detail(&answers, "it is further behind its master than max_gap");
    answers.known.max_lag_ms = 2999;
    expect_detail(&answers,
                  "it is further behind its master than max_lag and max_gap");
}

static void limits_are_not_for_masters(void **state)
{
    (void)state;
    struct answers answers = healthy_master;
    answers.info = INFO_MASTER "master_repl_offset:900\r\n"
                               "slave0:state=online,offset=1,lag=900\r\n";
    answers.known.max_gap = 1;
    answers.known.max_lag_ms = 1;
    expect_reason(&answers, REASON_MASTER, ABILITY_YES, ABILITY_YES);
}

/* --- other ages and names ---------------------------------------------- */

static void servers_of_other_names_answer_in_the_same_words(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        enum reason reason;
    } rows[] = {
        {"-LOADING Valkey is loading the dataset in memory\r\n",
         REASON_LOADING},
        {"-BUSY Valkey is busy running a script.\r\n", REASON_BUSY},
        {"-MASTERDOWN Link with PRIMARY is down\r\n", REASON_MASTERDOWN},
        {"-MISCONF Valkey is configured to save RDB snapshots\r\n",
         REASON_MISCONF},
        {"-NOREPLICAS Not enough good slaves to write.\r\n", REASON_NOREPLICAS},
        {"-DENIED Valkey is running in protected mode\r\n", REASON_PROTECTED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answers answers = healthy_master;
        answers.canary = rows[i].answer;
        struct verdict verdict = scene_judge(&answers);
        assert_string_equal(reason_name(verdict.reason),
                            reason_name(rows[i].reason));
    }
}

static void odd_ping_reply_is_never_up(void **state)
{
    (void)state;
    static const char *const odd[] = {"+OK\r\n", ":1\r\n", "$-1\r\n",
                                      "$4\r\nPONG\r\n"};
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        struct answers answers = healthy_master;
        answers.ping = odd[i];
        expect_reason(&answers, REASON_OTHER, ABILITY_UNKNOWN, ABILITY_UNKNOWN);
        expect_reason(&(struct answers){.is_shallow = true, .ping = odd[i]},
                      REASON_OTHER, ABILITY_UNKNOWN, ABILITY_UNKNOWN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(master_tells_who_it_is),
        cmocka_unit_test(replica_names_its_master_by_role_or_info),
        cmocka_unit_test(
            peer_that_broke_the_rules_is_not_believed_to_be_anybody),
        cmocka_unit_test(server_with_a_long_info_keeps_its_role),
        cmocka_unit_test(refused_connection_is_certain),
        cmocka_unit_test(every_trouble_stands_in_the_conditions),
        cmocka_unit_test(replica_that_cannot_save_is_read_as_its_link_allows),
        cmocka_unit_test(silence_of_a_loading_process_is_no_timeout_beside_it),
        cmocka_unit_test(loading_replica_keeps_its_role),
        cmocka_unit_test(shutdown_of_an_idle_master_takes_no_writes),
        cmocka_unit_test(ping_refused_alone_is_no_trouble),
        cmocka_unit_test(role_and_info_stand_in_for_one_another),
        cmocka_unit_test(replica_without_info_is_not_trusted_with_old_data),
        cmocka_unit_test(write_check_that_could_not_be_made_says_why),
        cmocka_unit_test(answers_without_cluster_info_are_judged_as_they_are),
        cmocka_unit_test(replica_in_a_cluster_is_up_though_it_redirects),
        cmocka_unit_test(
            slot_without_a_node_is_no_trouble_of_a_cluster_that_is_ok),
        cmocka_unit_test(stalled_cluster_info_is_not_called_paused_writes),
        cmocka_unit_test(password_that_nobody_asks_for_is_a_warning),
        cmocka_unit_test(answer_to_auth_is_never_quoted),
        cmocka_unit_test(shallow_round_with_an_odd_answer_to_auth_is_not_up),
        cmocka_unit_test(last_address_is_told_of_good_and_bad),
        cmocka_unit_test(limits_say_which_of_them_was_passed),
        cmocka_unit_test(limits_are_not_for_masters),
        cmocka_unit_test(servers_of_other_names_answer_in_the_same_words),
        cmocka_unit_test(odd_ping_reply_is_never_up),
    };
    return cmocka_run_group_tests_name("verdict_edges", tests, NULL, NULL);
}
