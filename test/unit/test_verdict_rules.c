/*
 * test_verdict_rules.c - every row of the table of answers: the bytes a
 * server sends go through the reader and the evidence into a verdict.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "prober/verdict_rules.h"

#define PONG "+PONG\r\n"
#define ROLE_MASTER_REPLY "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"
#define ROLE_REPLICA_REPLY(link) \
    "*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:6379\r\n" link ":42\r\n"
#define CONNECTED "$9\r\nconnected\r\n"
#define CONNECT "$7\r\nconnect\r\n"
#define ZERO ":0\r\n"
#define RUN_ID "0123456789abcdef0123456789abcdef01234567"
#define INFO_MASTER                                               \
    "# Server\r\nredis_version:7.0.15\r\nrun_id:" RUN_ID          \
    "\r\nprocess_id:77\r\nloading:0\r\nrdb_last_bgsave_status:ok" \
    "\r\naof_last_write_status:ok\r\nrole:master\r\n"
#define INFO_REPLICA(link, offset)                                \
    "redis_version:7.0.15\r\nrole:slave\r\nmaster_host:127.0.0.1" \
    "\r\nmaster_port:6379\r\nmaster_link_status:" link            \
    "\r\nmaster_sync_in_progress:0\r\nslave_repl_offset:" offset "\r\n"

/* What a server sent to one flight; NULL: nothing, and none after it. INFO is
 * given as its text, or as an error line. */
struct answers {
    bool is_shallow;
    bool no_canary;
    const char *ping;
    const char *role;
    const char *info;
    const char *canary;
    enum evidence_end end;
    int error;
};

struct scene {
    struct flight flight;
    struct evidence evidence;
};

static void note(void *owner, const struct reply_part *part)
{
    struct scene *scene = owner;
    evidence_note(&scene->evidence, scene->flight.commands[part->reply], part);
}

static void append_info(char *bytes, size_t size, const char *info)
{
    if (info[0] == '-') {
        (void)text_append(bytes, size, "%s", info);
    } else {
        (void)text_append(bytes, size, "$%zu\r\n%s\r\n", strlen(info), info);
    }
}

static struct verdict judge(const struct answers *answers)
{
    struct scene scene;
    struct replies replies;
    struct verdict verdict;
    char bytes[4096] = "";
    unsigned parts = (answers->is_shallow ? 0 : (unsigned)FLIGHT_DEEP) |
                     (answers->no_canary ? 0 : (unsigned)FLIGHT_CANARY);
    assert_int_equal(flight_init(&scene.flight, parts), 0);
    evidence_init(&scene.evidence, &scene.flight);
    replies_init(&replies, scene.flight.count, note, &scene);
    if (answers->ping != NULL) {
        (void)text_append(bytes, sizeof(bytes), "%s", answers->ping);
    }
    if (answers->role != NULL) {
        (void)text_append(bytes, sizeof(bytes), "%s", answers->role);
    }
    if (answers->info != NULL) {
        append_info(bytes, sizeof(bytes), answers->info);
    }
    if (answers->canary != NULL) {
        (void)text_append(bytes, sizeof(bytes), "%s", answers->canary);
    }
    (void)replies_feed(&replies, bytes, strlen(bytes));
    evidence_close(&scene.evidence, &scene.flight, replies.count, answers->end,
                   answers->error);
    replies_finish(&replies);
    verdict_rules_judge(&scene.evidence, &verdict);
    assert_true(verdict.detail[0] == '\0' ||
                text_is_printable(verdict.detail, VERDICT_DETAIL_BYTES - 1));
    return verdict;
}

static void expect(const struct verdict *verdict, enum reason reason,
                   enum state state, enum ability readable,
                   enum ability writable)
{
    assert_string_equal(reason_name(verdict->reason), reason_name(reason));
    assert_string_equal(state_name(verdict->state), state_name(state));
    assert_string_equal(ability_name(verdict->readable),
                        ability_name(readable));
    assert_string_equal(ability_name(verdict->writable),
                        ability_name(writable));
    if (verdict->state != STATE_UP) {
        assert_true((verdict->conditions & (1U << reason)) != 0);
    } else {
        assert_int_equal(verdict->conditions, 0);
    }
}

static void expect_end(enum evidence_end end, int error, enum reason reason,
                       enum state state, enum ability ability)
{
    struct verdict verdict =
        judge(&(struct answers){.end = end, .error = error});
    expect(&verdict, reason, state, ability, ability);
}

/* --- healthy ----------------------------------------------------------- */

static void healthy_master_is_up_and_writable(void **state)
{
    (void)state;
    struct verdict verdict = judge(&(struct answers){.ping = PONG,
                                                     .role = ROLE_MASTER_REPLY,
                                                     .info = INFO_MASTER,
                                                     .canary = ZERO});
    expect(&verdict, REASON_MASTER, STATE_UP, ABILITY_YES, ABILITY_YES);
    assert_int_equal(verdict.role, ROLE_MASTER);
    assert_string_equal(verdict.run_id, RUN_ID);
    assert_string_equal(verdict.version, "7.0.15");
    assert_string_equal(verdict.master, "");
    assert_string_equal(verdict.detail, "");
}

static void without_the_canary_nobody_knows_of_writes(void **state)
{
    (void)state;
    struct verdict verdict = judge(&(struct answers){.no_canary = true,
                                                     .ping = PONG,
                                                     .role = ROLE_MASTER_REPLY,
                                                     .info = INFO_MASTER});
    expect(&verdict, REASON_MASTER, STATE_UP, ABILITY_YES, ABILITY_UNKNOWN);
}

static void canary_on_a_key_of_another_type_passed_the_gates(void **state)
{
    (void)state;
    struct verdict verdict = judge(
        &(struct answers){.ping = PONG,
                          .role = ROLE_MASTER_REPLY,
                          .info = INFO_MASTER,
                          .canary = "-WRONGTYPE Operation against a key\r\n"});
    expect(&verdict, REASON_MASTER, STATE_UP, ABILITY_YES, ABILITY_YES);
}

static void canary_of_another_slot_or_forbidden_is_not_assessed(void **state)
{
    (void)state;
    static const char *const refusals[] = {
        "-MOVED 1 127.0.0.1:7001\r\n", "-ASK 1 127.0.0.1:7001\r\n",
        "-NOPERM this user has no permissions to run 'setrange'\r\n",
        "-ERR unknown command 'SETRANGE', with args beginning with:\r\n"};
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct verdict verdict =
            judge(&(struct answers){.ping = PONG,
                                    .role = ROLE_MASTER_REPLY,
                                    .info = INFO_MASTER,
                                    .canary = refusals[i]});
        expect(&verdict, REASON_MASTER, STATE_UP, ABILITY_YES, ABILITY_UNKNOWN);
    }
}

static void healthy_replica_is_up_and_names_its_master(void **state)
{
    (void)state;
    struct verdict verdict = judge(&(struct answers){
        .ping = PONG,
        .role = ROLE_REPLICA_REPLY(CONNECTED),
        .info = INFO_REPLICA("up", "42"),
        .canary =
            "-READONLY You can't write against a read only replica.\r\n"});
    expect(&verdict, REASON_REPLICA, STATE_UP, ABILITY_YES, ABILITY_NO);
    assert_int_equal(verdict.role, ROLE_REPLICA);
    assert_string_equal(verdict.master, "127.0.0.1:6379");
}

static void renamed_ping_is_no_trouble_when_others_answer(void **state)
{
    (void)state;
    struct verdict verdict = judge(
        &(struct answers){.ping = "-ERR unknown command `PING`, with args\r\n",
                          .role = ROLE_MASTER_REPLY,
                          .info = INFO_MASTER,
                          .canary = ZERO});
    expect(&verdict, REASON_MASTER, STATE_UP, ABILITY_YES, ABILITY_YES);
}

static void role_is_taken_from_info_when_role_is_forbidden(void **state)
{
    (void)state;
    struct verdict verdict =
        judge(&(struct answers){.ping = PONG,
                                .role = "-NOPERM no permissions for 'role'\r\n",
                                .info = INFO_MASTER,
                                .canary = ZERO});
    expect(&verdict, REASON_MASTER, STATE_UP, ABILITY_YES, ABILITY_YES);
    assert_int_equal(verdict.role, ROLE_MASTER);
}

static void shallow_pong_is_up_and_tells_no_role(void **state)
{
    (void)state;
    struct verdict verdict =
        judge(&(struct answers){.is_shallow = true, .ping = PONG});
    expect(&verdict, REASON_NONE, STATE_UP, ABILITY_YES, ABILITY_UNKNOWN);
    assert_int_equal(verdict.role, ROLE_UNKNOWN);
    verdict = judge(&(struct answers){.is_shallow = true,
                                      .ping = "-NOPERM no permissions\r\n"});
    expect(&verdict, REASON_NONE, STATE_UP, ABILITY_YES, ABILITY_UNKNOWN);
}

/* --- no conversation --------------------------------------------------- */

static void trouble_of_our_own_is_unknown_never_down(void **state)
{
    (void)state;
    static const int errors[] = {EMFILE, ENFILE,        ENOMEM,
                                 EACCES, EADDRNOTAVAIL, ETIME};
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        expect_end(EVIDENCE_AGENT, errors[i], REASON_AGENT, STATE_UNKNOWN,
                   ABILITY_UNKNOWN);
    }
}

static void refused_connection_is_certainly_down(void **state)
{
    (void)state;
    struct verdict verdict = judge(
        &(struct answers){.end = EVIDENCE_REFUSED, .error = ECONNREFUSED});
    expect(&verdict, REASON_REFUSED, STATE_DOWN, ABILITY_NO, ABILITY_NO);
    assert_true(verdict_is_certain(&verdict));
}

static void names_backlogs_resets_and_strangers_have_their_rows(void **state)
{
    (void)state;
    expect_end(EVIDENCE_NAME, EINVAL, REASON_DNS, STATE_UNKNOWN,
               ABILITY_UNKNOWN);
    expect_end(EVIDENCE_BACKLOG, 0, REASON_BACKLOG, STATE_DOWN, ABILITY_NO);
    expect_end(EVIDENCE_CLOSED, 0, REASON_RESET, STATE_DOWN, ABILITY_NO);
    expect_end(EVIDENCE_PROTOCOL, 0, REASON_PROTOCOL, STATE_DOWN, ABILITY_NO);
    expect_end(EVIDENCE_DEADLINE, 0, REASON_TIMEOUT, STATE_DOWN, ABILITY_NO);
}

/* --- turned away ------------------------------------------------------- */

static void maxclients_is_degraded_because_others_are_served(void **state)
{
    (void)state;
    struct verdict verdict = judge(
        &(struct answers){.ping = "-ERR max number of clients reached\r\n",
                          .end = EVIDENCE_CLOSED});
    expect(&verdict, REASON_MAXCLIENTS, STATE_DEGRADED, ABILITY_UNKNOWN,
           ABILITY_UNKNOWN);
    verdict = judge(&(struct answers){
        .ping = "-ERR max number of clients + cluster connections reached\r\n",
        .end = EVIDENCE_CLOSED});
    assert_int_equal(verdict.reason, REASON_MAXCLIENTS);
}

static void protected_mode_says_nothing_of_health(void **state)
{
    (void)state;
    struct verdict verdict = judge(&(struct answers){
        .ping = "-DENIED Redis is running in protected mode because\r\n",
        .end = EVIDENCE_CLOSED});
    expect(&verdict, REASON_PROTECTED, STATE_UNKNOWN, ABILITY_UNKNOWN,
           ABILITY_UNKNOWN);
}

static void missing_password_is_unknown_deep_and_shallow(void **state)
{
    (void)state;
    struct answers answers = {.ping = "-NOAUTH Authentication required.\r\n",
                              .role = "-NOAUTH Authentication required.\r\n",
                              .info = "-NOAUTH Authentication required.\r\n",
                              .canary = "-NOAUTH Authentication required.\r\n"};
    struct verdict verdict = judge(&answers);
    expect(&verdict, REASON_AUTH, STATE_UNKNOWN, ABILITY_UNKNOWN,
           ABILITY_UNKNOWN);
    verdict =
        judge(&(struct answers){.is_shallow = true, .ping = answers.ping});
    expect(&verdict, REASON_AUTH, STATE_UNKNOWN, ABILITY_UNKNOWN,
           ABILITY_UNKNOWN);
}

static void forbidden_info_and_role_leave_only_other(void **state)
{
    (void)state;
    struct verdict verdict =
        judge(&(struct answers){.ping = PONG,
                                .role = "-NOPERM no permissions\r\n",
                                .info = "-NOPERM no permissions\r\n",
                                .canary = "-NOPERM no permissions\r\n"});
    expect(&verdict, REASON_OTHER, STATE_DEGRADED, ABILITY_UNKNOWN,
           ABILITY_UNKNOWN);
}

/* --- answered, but ----------------------------------------------------- */

static void busy_is_down(void **state)
{
    (void)state;
    const char *busy = "-BUSY Redis is busy running a script.\r\n";
    struct verdict verdict = judge(&(struct answers){
        .ping = busy, .role = busy, .info = busy, .canary = busy});
    expect(&verdict, REASON_BUSY, STATE_DOWN, ABILITY_NO, ABILITY_NO);
}

static void loading_is_a_state_and_tells_tens(void **state)
{
    (void)state;
    const char *loading = "-LOADING Redis is loading the dataset in memory\r\n";
    struct verdict verdict = judge(&(struct answers){
        .ping = loading,
        .role = ROLE_MASTER_REPLY,
        .info = "role:master\r\nloading:1\r\nloading_loaded_perc:37.24\r\n",
        .canary = loading});
    expect(&verdict, REASON_LOADING, STATE_LOADING, ABILITY_NO, ABILITY_NO);
    assert_string_equal(verdict.detail, "loading its data set, 30% done");
}

static void loading_in_info_alone_is_loading_too(void **state)
{
    (void)state;
    struct verdict verdict =
        judge(&(struct answers){.ping = PONG,
                                .role = ROLE_MASTER_REPLY,
                                .info = "role:master\r\nloading:1\r\n",
                                .canary = ZERO});
    expect(&verdict, REASON_LOADING, STATE_LOADING, ABILITY_NO, ABILITY_NO);
}

static void masterdown_is_degraded_and_unreadable(void **state)
{
    (void)state;
    const char *down = "-MASTERDOWN Link with MASTER is down\r\n";
    struct verdict verdict =
        judge(&(struct answers){.ping = down,
                                .role = ROLE_REPLICA_REPLY(CONNECT),
                                .info = INFO_REPLICA("down", "42"),
                                .canary = down});
    expect(&verdict, REASON_MASTERDOWN, STATE_DEGRADED, ABILITY_NO, ABILITY_NO);
    assert_true((verdict.conditions & (1U << REASON_LINK_DOWN)) != 0);
}

static void clusterdown_comes_from_the_canary(void **state)
{
    (void)state;
    struct verdict verdict = judge(
        &(struct answers){.ping = PONG,
                          .role = ROLE_MASTER_REPLY,
                          .info = INFO_MASTER,
                          .canary = "-CLUSTERDOWN Hash slot not served\r\n"});
    expect(&verdict, REASON_CLUSTERDOWN, STATE_DEGRADED, ABILITY_NO,
           ABILITY_NO);
}

static void shutdown_drains_even_while_the_canary_hangs(void **state)
{
    (void)state;
    struct verdict verdict = judge(&(struct answers){
        .ping = PONG,
        .role = ROLE_MASTER_REPLY,
        .info = INFO_MASTER "shutdown_in_milliseconds:8123\r\n",
        .end = EVIDENCE_DEADLINE});
    expect(&verdict, REASON_SHUTDOWN, STATE_DRAINING, ABILITY_YES, ABILITY_NO);
    assert_true((verdict.conditions & (1U << REASON_PAUSED)) != 0);
}

static void misconf_is_writable_only_if_the_canary_says_so(void **state)
{
    (void)state;
    const char *info = "role:master\r\nrdb_last_bgsave_status:err\r\n";
    struct answers answers = {
        .ping = PONG, .role = ROLE_MASTER_REPLY, .info = info, .canary = ZERO};
    struct verdict verdict = judge(&answers);
    expect(&verdict, REASON_MISCONF, STATE_DEGRADED, ABILITY_YES, ABILITY_YES);
    answers.ping = "-MISCONF Redis is configured to save RDB snapshots\r\n";
    answers.canary = answers.ping;
    verdict = judge(&answers);
    expect(&verdict, REASON_MISCONF, STATE_DEGRADED, ABILITY_YES, ABILITY_NO);
    answers.canary = NULL;
    answers.no_canary = true;
    verdict = judge(&answers);
    expect(&verdict, REASON_MISCONF, STATE_DEGRADED, ABILITY_YES, ABILITY_NO);
}

static void failed_append_only_file_is_misconf(void **state)
{
    (void)state;
    struct verdict verdict = judge(&(struct answers){
        .ping = PONG,
        .role = ROLE_MASTER_REPLY,
        .info = "role:master\r\naof_last_write_status:err\r\n",
        .canary = "-MISCONF Errors writing to the AOF file: No space\r\n"});
    expect(&verdict, REASON_MISCONF, STATE_DEGRADED, ABILITY_YES, ABILITY_NO);
    assert_string_equal(verdict.detail, "it cannot write its append-only file");
}

static void gates_before_writes_are_told_apart(void **state)
{
    (void)state;
    struct answers answers = {
        .ping = PONG, .role = ROLE_MASTER_REPLY, .info = INFO_MASTER};
    answers.canary = "-OOM command not allowed when used memory > "
                     "'maxmemory'.\r\n";
    struct verdict verdict = judge(&answers);
    expect(&verdict, REASON_OOM, STATE_DEGRADED, ABILITY_YES, ABILITY_NO);
    answers.canary = "-NOREPLICAS Not enough good replicas to write.\r\n";
    verdict = judge(&answers);
    expect(&verdict, REASON_NOREPLICAS, STATE_DEGRADED, ABILITY_YES,
           ABILITY_NO);
    answers.canary = NULL;
    answers.end = EVIDENCE_DEADLINE;
    verdict = judge(&answers);
    expect(&verdict, REASON_PAUSED, STATE_DEGRADED, ABILITY_YES, ABILITY_NO);
}

static void two_troubles_are_both_conditions(void **state)
{
    (void)state;
    struct verdict verdict = judge(&(struct answers){
        .ping = PONG,
        .role = ROLE_MASTER_REPLY,
        .info = "role:master\r\nrdb_last_bgsave_status:err\r\n",
        .canary = "-OOM command not allowed\r\n"});
    expect(&verdict, REASON_MISCONF, STATE_DEGRADED, ABILITY_YES, ABILITY_NO);
    assert_int_equal(verdict.conditions,
                     (1U << REASON_MISCONF) | (1U << REASON_OOM));
}

static void replica_without_its_master_is_syncing_or_stale(void **state)
{
    (void)state;
    const char *readonly = "-READONLY You can't write\r\n";
    struct answers answers = {.ping = PONG,
                              .role = ROLE_REPLICA_REPLY(CONNECT),
                              .info = INFO_REPLICA("down", "1"),
                              .canary = readonly};
    struct verdict verdict = judge(&answers);
    expect(&verdict, REASON_SYNCING, STATE_DEGRADED, ABILITY_NO, ABILITY_NO);
    answers.info = INFO_REPLICA("down", "0");
    verdict = judge(&answers);
    assert_int_equal(verdict.reason, REASON_LINK_DOWN);
    answers.info = INFO_REPLICA("down", "4242");
    verdict = judge(&answers);
    expect(&verdict, REASON_LINK_DOWN, STATE_DEGRADED, ABILITY_STALE,
           ABILITY_NO);
}

/* --- anything else ----------------------------------------------------- */

static void unknown_error_is_quoted_without_its_figures(void **state)
{
    (void)state;
    struct verdict verdict =
        judge(&(struct answers){.ping = "-WEIRD \x1b[31m after 1234 ms\r\n",
                                .role = ROLE_MASTER_REPLY,
                                .info = INFO_MASTER,
                                .canary = ZERO});
    expect(&verdict, REASON_OTHER, STATE_DEGRADED, ABILITY_UNKNOWN,
           ABILITY_UNKNOWN);
    assert_non_null(strstr(verdict.detail, "after # ms"));
    assert_null(strchr(verdict.detail, '\x1b'));
}

static void connection_lost_between_replies_is_other(void **state)
{
    (void)state;
    struct verdict verdict =
        judge(&(struct answers){.ping = PONG, .end = EVIDENCE_CLOSED});
    expect(&verdict, REASON_OTHER, STATE_DEGRADED, ABILITY_UNKNOWN,
           ABILITY_UNKNOWN);
}

static void stalled_info_is_not_called_paused_writes(void **state)
{
    (void)state;
    struct verdict verdict = judge(&(struct answers){
        .ping = PONG, .role = ROLE_MASTER_REPLY, .end = EVIDENCE_DEADLINE});
    expect(&verdict, REASON_OTHER, STATE_DEGRADED, ABILITY_UNKNOWN,
           ABILITY_UNKNOWN);
}

static void odd_ping_reply_is_never_up(void **state)
{
    (void)state;
    static const char *const odd[] = {"+OK\r\n", ":1\r\n", "$-1\r\n",
                                      "$4\r\nPONG\r\n"};
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        struct verdict verdict =
            judge(&(struct answers){.is_shallow = true, .ping = odd[i]});
        expect(&verdict, REASON_OTHER, STATE_DEGRADED, ABILITY_UNKNOWN,
               ABILITY_UNKNOWN);
    }
}

static void sentinel_is_not_called_a_server_of_data(void **state)
{
    (void)state;
    struct verdict verdict = judge(
        &(struct answers){.ping = PONG,
                          .role = "*2\r\n$8\r\nsentinel\r\n*0\r\n",
                          .info = "redis_mode:sentinel\r\n",
                          .canary = "-ERR unknown command 'SETRANGE'\r\n"});
    expect(&verdict, REASON_OTHER, STATE_DEGRADED, ABILITY_UNKNOWN,
           ABILITY_UNKNOWN);
    assert_int_equal(verdict.role, ROLE_SENTINEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthy_master_is_up_and_writable),
        cmocka_unit_test(without_the_canary_nobody_knows_of_writes),
        cmocka_unit_test(canary_on_a_key_of_another_type_passed_the_gates),
        cmocka_unit_test(canary_of_another_slot_or_forbidden_is_not_assessed),
        cmocka_unit_test(healthy_replica_is_up_and_names_its_master),
        cmocka_unit_test(renamed_ping_is_no_trouble_when_others_answer),
        cmocka_unit_test(role_is_taken_from_info_when_role_is_forbidden),
        cmocka_unit_test(shallow_pong_is_up_and_tells_no_role),
        cmocka_unit_test(trouble_of_our_own_is_unknown_never_down),
        cmocka_unit_test(refused_connection_is_certainly_down),
        cmocka_unit_test(names_backlogs_resets_and_strangers_have_their_rows),
        cmocka_unit_test(maxclients_is_degraded_because_others_are_served),
        cmocka_unit_test(protected_mode_says_nothing_of_health),
        cmocka_unit_test(missing_password_is_unknown_deep_and_shallow),
        cmocka_unit_test(forbidden_info_and_role_leave_only_other),
        cmocka_unit_test(busy_is_down),
        cmocka_unit_test(loading_is_a_state_and_tells_tens),
        cmocka_unit_test(loading_in_info_alone_is_loading_too),
        cmocka_unit_test(masterdown_is_degraded_and_unreadable),
        cmocka_unit_test(clusterdown_comes_from_the_canary),
        cmocka_unit_test(shutdown_drains_even_while_the_canary_hangs),
        cmocka_unit_test(misconf_is_writable_only_if_the_canary_says_so),
        cmocka_unit_test(failed_append_only_file_is_misconf),
        cmocka_unit_test(gates_before_writes_are_told_apart),
        cmocka_unit_test(two_troubles_are_both_conditions),
        cmocka_unit_test(replica_without_its_master_is_syncing_or_stale),
        cmocka_unit_test(unknown_error_is_quoted_without_its_figures),
        cmocka_unit_test(connection_lost_between_replies_is_other),
        cmocka_unit_test(stalled_info_is_not_called_paused_writes),
        cmocka_unit_test(odd_ping_reply_is_never_up),
        cmocka_unit_test(sentinel_is_not_called_a_server_of_data),
    };
    return cmocka_run_group_tests_name("verdict_rules", tests, NULL, NULL);
}
