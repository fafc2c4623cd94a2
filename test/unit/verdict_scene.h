/*
 * verdict_scene.h - the way from a server's bytes to a verdict: the reader,
 * the evidence and the rules, as a probe has them behind one another.
 */
#ifndef TEST_VERDICT_SCENE_H
#define TEST_VERDICT_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "prober/verdict_rules.h"

#define OK "+OK\r\n"
#define PONG "+PONG\r\n"
#define ZERO ":0\r\n"
#define MASTER "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"
#define REPLICA(link) \
    "*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:6379\r\n" link ":42\r\n"
#define CONNECTED "$9\r\nconnected\r\n"
#define CONNECT "$7\r\nconnect\r\n"
#define HANDSHAKE "$9\r\nhandshake\r\n"
#define RUN_ID "0123456789abcdef0123456789abcdef01234567"
#define INFO_SERVER                                                   \
    "# "                                                              \
    "Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nrun_" \
    "id:" RUN_ID "\r\nprocess_id:77\r\nuptime_in_seconds:90\r\n"
#define INFO_SAVED                                                \
    "# Persistence\r\nloading:0\r\nrdb_last_bgsave_status:ok\r\n" \
    "aof_last_write_status:ok\r\n"
#define INFO_MASTER INFO_SERVER INFO_SAVED "# Replication\r\nrole:master\r\n"
#define INFO_LINK(link, offset)                                         \
    "# Replication\r\nrole:slave\r\nmaster_host:127.0.0.1\r\n"          \
    "master_port:6379\r\nmaster_link_status:" link                      \
    "\r\nmaster_last_io_seconds_ago:3\r\nmaster_sync_in_progress:0\r\n" \
    "slave_read_repl_offset:" offset "\r\nslave_repl_offset:" offset "\r\n"
#define INFO_REPLICA(link, offset) \
    INFO_SERVER INFO_SAVED INFO_LINK(link, offset)
#define CLUSTER_TEXT(state, assigned, ok, pfail, fail)            \
    "cluster_state:" state "\r\ncluster_slots_assigned:" assigned \
    "\r\ncluster_slots_ok:" ok "\r\ncluster_slots_pfail:" pfail   \
    "\r\ncluster_slots_fail:" fail "\r\ncluster_known_nodes:6\r\n"
#define CLUSTER_OK CLUSTER_TEXT("ok", "16384", "16384", "0", "0")

/* Replies as redis-server 7.0.15 sends them, but where a version is told. */
#define NOAUTH "-NOAUTH Authentication required.\r\n"
#define NOPERM(command)                                              \
    "-NOPERM this user has no permissions to run the '" command "' " \
    "command\r\n"
#define NOPERM_KEY                                                    \
    "-NOPERM this user has no permissions to access one of the keys " \
    "used as arguments\r\n"
#define RENAMED(command) \
    "-ERR unknown command '" command "', with args beginning with: \r\n"
#define WRONGPASS \
    "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
#define NO_PASSWORD                                                        \
    "-ERR AUTH <password> called without any password configured for the " \
    "default user. Are you sure your configuration is correct?\r\n"
#define LOADING "-LOADING Redis is loading the dataset in memory\r\n"
#define BUSY                                                               \
    "-BUSY Redis is busy running a script. You can only call SCRIPT KILL " \
    "or SHUTDOWN NOSAVE.\r\n"
#define MASTERDOWN                              \
    "-MASTERDOWN Link with MASTER is down and " \
    "replica-serve-stale-data is set to 'no'.\r\n"
#define MISCONF                                                          \
    "-MISCONF Redis is configured to save RDB snapshots, but it's "      \
    "currently unable to persist to disk. Commands that may modify the " \
    "data set are disabled, because this instance is configured to "     \
    "report errors during writes if RDB snapshotting fails "             \
    "(stop-writes-on-bgsave-error option). Please check the Redis logs " \
    "for details about the RDB error.\r\n"
#define MISCONF_AOF \
    "-MISCONF Errors writing to the AOF file: No space left on device\r\n"
#define OOM "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
#define NOREPLICAS "-NOREPLICAS Not enough good replicas to write.\r\n"
#define READONLY "-READONLY You can't write against a read only replica.\r\n"
#define CLUSTERDOWN "-CLUSTERDOWN Hash slot not served\r\n"
#define MOVED "-MOVED 11471 127.0.0.1:7001\r\n"

/* What a server sent; NULL: nothing, and nothing after it. INFO and CLUSTER
 * INFO are given as their texts, or as an error. The others are asked on each
 * deep round, AUTH and CLUSTER INFO only when they have an answer here or
 * their flag is set. */
struct answers {
    bool is_shallow;
    bool no_canary;
    bool asks_auth;
    bool asks_cluster;
    bool is_handshaking;
    bool has_shaken;
    const char *auth;
    const char *ping;
    const char *role;
    const char *info;
    const char *cluster;
    const char *canary;
    enum evidence_end end;
    int error;
    enum process_state process;
    struct evidence_known known;
    const char *trouble;
};

struct verdict_scene {
    struct flight flight;
    struct evidence evidence;
};

static inline void scene_note(void *owner, const struct reply_part *part)
{
    struct verdict_scene *scene = owner;
    evidence_note(&scene->evidence, scene->flight.commands[part->reply], part);
}

static inline const char *scene_answer(const struct answers *answers,
                                       enum command command)
{
    const char *texts[COMMAND_COUNT] = {[COMMAND_AUTH] = answers->auth,
                                        [COMMAND_PING] = answers->ping,
                                        [COMMAND_ROLE] = answers->role,
                                        [COMMAND_INFO] = answers->info,
                                        [COMMAND_CLUSTER] = answers->cluster,
                                        [COMMAND_CANARY] = answers->canary};
    return texts[command];
}

static inline void scene_bytes(const struct answers *answers,
                               const struct flight *flight, char *bytes,
                               size_t size)
{
    bool fits = true;
    bytes[0] = '\0';
    for (unsigned i = 0; i < flight->count; i++) {
        enum command command = flight->commands[i];
        bool is_bulk = command == COMMAND_INFO || command == COMMAND_CLUSTER;
        const char *answer = scene_answer(answers, command);
        if (answer == NULL) {
            break;
        }
        if (is_bulk && answer[0] != '-') {
            fits = fits && text_append(bytes, size, "$%zu\r\n%s\r\n",
                                       strlen(answer), answer);
        } else {
            fits = fits && text_append(bytes, size, "%s", answer);
        }
    }
    assert_true(fits);
}

static inline void scene_start(struct verdict_scene *scene,
                               const struct answers *answers)
{
    unsigned parts = 0;
    parts |= answers->asks_auth || answers->auth != NULL ? FLIGHT_AUTH : 0;
    parts |= answers->is_shallow ? 0 : FLIGHT_DEEP;
    parts |=
        answers->asks_cluster || answers->cluster != NULL ? FLIGHT_CLUSTER : 0;
    parts |= answers->no_canary ? 0 : FLIGHT_CANARY;
    *scene = (struct verdict_scene){.evidence.known = answers->known};
    assert_int_equal(flight_init(&scene->flight, parts), 0);
    evidence_init(&scene->evidence, &scene->flight);
}

/* The bytes come in slices of this length. */
static inline void scene_play(struct verdict_scene *scene,
                              const struct answers *answers, size_t slice)
{
    static char bytes[16384];
    struct replies replies;
    scene_start(scene, answers);
    scene_bytes(answers, &scene->flight, bytes, sizeof(bytes));
    replies_init(&replies, scene->flight.count, scene_note, scene);
    size_t length = strlen(bytes);
    for (size_t at = 0; at < length; at += slice) {
        size_t left = length - at;
        assert_int_equal(
            replies_feed(&replies, bytes + at, left < slice ? left : slice), 0);
    }
    scene->evidence.process = answers->process;
    scene->evidence.is_handshaking = answers->is_handshaking;
    scene->evidence.has_shaken = answers->has_shaken;
    if (answers->trouble != NULL) {
        assert_true(text_copy(scene->evidence.trouble,
                              sizeof(scene->evidence.trouble),
                              answers->trouble));
    }
    evidence_close(&scene->evidence, &scene->flight, replies.count,
                   answers->end, answers->error);
    replies_finish(&replies);
}

/* What every verdict keeps, whatever the evidence. */
static inline void scene_check(const struct evidence *evidence,
                               const struct verdict *verdict)
{
    assert_true(verdict->detail[0] == '\0' ||
                text_is_printable(verdict->detail, VERDICT_DETAIL_BYTES - 1));
    assert_int_not_equal(verdict->state, STATE_NONE);
    assert_int_not_equal(verdict->writable, ABILITY_STALE);
    if (verdict->state == STATE_UP) {
        assert_int_equal(verdict->conditions, 0);
    } else {
        assert_true((verdict->conditions & (1U << verdict->reason)) != 0);
        assert_string_not_equal(verdict->detail, "");
    }
    if (evidence->end == EVIDENCE_AGENT || evidence->end == EVIDENCE_NAME) {
        assert_int_equal(verdict->state, STATE_UNKNOWN);
    }
}

static inline struct verdict scene_judge(const struct answers *answers)
{
    struct verdict_scene scene;
    struct verdict verdict;
    struct verdict again;
    scene_play(&scene, answers, SIZE_MAX / 2);
    verdict_rules_judge(&scene.evidence, &verdict);
    scene_check(&scene.evidence, &verdict);
    scene_play(&scene, answers, 1);
    verdict_rules_judge(&scene.evidence, &again);
    assert_true(verdict_equals(&verdict, &again));
    return verdict;
}

/* --- a row of the table ------------------------------------------------ */

#define CONDITION(reason) (1U << REASON_##reason)
/* What is concluded, and the conditions beside the reason. */
#define VERDICT_AND(more, reason, state, readable, writable) \
    REASON_##reason, STATE_##state, ABILITY_##readable, ABILITY_##writable, more
#define VERDICT(reason, state, readable, writable) \
    REASON_##reason, STATE_##state, ABILITY_##readable, ABILITY_##writable, 0

/* The number is the table's, for finding; the name is the test's. */
struct verdict_row {
    unsigned number;
    const char *name;
    struct answers answers;
    enum reason reason;
    enum state state;
    enum ability readable;
    enum ability writable;
    uint32_t more;
    const char *detail;
};

static inline void expect_verdict(const struct verdict *verdict,
                                  const struct verdict_row *row)
{
    uint32_t reason = row->state == STATE_UP ? 0 : 1U << row->reason;
    assert_string_equal(reason_name(verdict->reason), reason_name(row->reason));
    assert_string_equal(state_name(verdict->state), state_name(row->state));
    assert_string_equal(ability_name(verdict->readable),
                        ability_name(row->readable));
    assert_string_equal(ability_name(verdict->writable),
                        ability_name(row->writable));
    assert_int_equal(verdict->conditions, reason | row->more);
    assert_string_equal(verdict->detail, row->detail);
}

static inline void verdict_row_run(void **state)
{
    const struct verdict_row *row = *state;
    struct verdict verdict = scene_judge(&row->answers);
    expect_verdict(&verdict, row);
}

static inline struct CMUnitTest verdict_row_test(const struct verdict_row *row)
{
    return (struct CMUnitTest){.name = row->name,
                               .test_func = verdict_row_run,
                               .initial_state = (void *)(uintptr_t)row};
}

#endif
