/*
 * signs.c - see signs.h.
 */
#include "prober/signs.h"

bool signs_is_good(const struct evidence *evidence, enum command command)
{
    return evidence->replies[command].answer == ANSWER_GOOD;
}

enum evidence_error signs_error_of(const struct evidence *evidence,
                                   enum command command)
{
    const struct evidence_reply *reply = &evidence->replies[command];
    return reply->answer == ANSWER_ERROR ? reply->error : ERROR_NONE;
}

static bool has_answer(const struct evidence *evidence)
{
    return evidence->answered > 0;
}

enum role signs_role_of(const struct evidence *evidence)
{
    if (evidence->role.role != ROLE_UNKNOWN) {
        return evidence->role.role;
    }
    return evidence->info.role;
}

/* Asked, and neither a reply nor the end of the stream came in time. */
static bool is_stalled(const struct evidence *evidence, enum command command)
{
    return evidence->end == EVIDENCE_DEADLINE &&
           evidence->replies[command].is_asked &&
           evidence->replies[command].answer == ANSWER_NONE;
}

static bool is_link_up(const struct evidence *evidence)
{
    if (evidence->info.link != INFO_LINK_UNKNOWN) {
        return evidence->info.link == INFO_LINK_UP;
    }
    return evidence->role.is_connected;
}

/* Redis reports an offset of exactly 1 while it never had a master's data; a
 * replica that synchronised with a master never written to stands at 0. */
static bool has_old_data(const struct evidence *evidence)
{
    return !evidence->info.is_syncing && evidence->info.has_offset &&
           evidence->info.offset != 1;
}

/* A refusal to answer this command, which says nothing of the server's
 * health: not allowed, renamed, or for another node of the cluster. */
bool signs_is_unassessed(enum evidence_error error)
{
    return error == ERROR_NOPERM || error == ERROR_NOPERM_KEY ||
           error == ERROR_NOPERM_KEY_NEW || error == ERROR_NO_COMMAND ||
           error == ERROR_MOVED || error == ERROR_ASK;
}

bool signs_is_slot_unserved(const struct evidence *evidence)
{
    return evidence->cluster.is_ok &&
           signs_error_of(evidence, COMMAND_CANARY) == ERROR_CLUSTERDOWN;
}

bool signs_is_write_unassessed(const struct evidence *evidence)
{
    return signs_is_unassessed(signs_error_of(evidence, COMMAND_CANARY)) ||
           signs_is_slot_unserved(evidence);
}

static bool is_auth_error(enum evidence_error error)
{
    return error == ERROR_NOAUTH || error == ERROR_WRONGPASS ||
           error == ERROR_NOPERM;
}

/* AUTH itself was refused. A server that has no password to compare with says
 * so, and serves all the same: that is none. */
static bool is_auth_refused(const struct evidence *evidence)
{
    enum evidence_error error = signs_error_of(evidence, COMMAND_AUTH);
    return error == ERROR_WRONGPASS || error == ERROR_BAD_PASSWORD ||
           error == ERROR_NO_USERS;
}

/* None of PING, ROLE and INFO was for us. One that is renamed may be among
 * them: that is found before the password is asked for. */
static bool is_locked_out(const struct evidence *evidence)
{
    static const enum command asked[] = {COMMAND_PING, COMMAND_ROLE,
                                         COMMAND_INFO};
    bool is_any_refused = false;
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        enum evidence_error error = signs_error_of(evidence, asked[i]);
        if (!is_auth_error(error) && error != ERROR_NO_COMMAND) {
            return false;
        }
        is_any_refused = is_any_refused || is_auth_error(error);
    }
    return is_any_refused;
}

/* Not even PING was answered when the deadline came. */
static bool is_silent(const struct evidence *evidence)
{
    return is_stalled(evidence, COMMAND_PING);
}

/* Loading keeps a server from its clients for seconds at a time. The process
 * that was loading when it last spoke goes on with it. */
static bool is_loading_on(const struct evidence *evidence)
{
    return is_silent(evidence) && evidence->known.was_loading &&
           evidence->known.is_same_process;
}

bool signs_is_writable(const struct evidence *evidence)
{
    return signs_is_good(evidence, COMMAND_CANARY) ||
           signs_error_of(evidence, COMMAND_CANARY) == ERROR_WRONGTYPE;
}

/* The write check met no obstacle, or could not be made. */
static bool writes_unobstructed(const struct evidence *evidence)
{
    return !evidence->replies[COMMAND_CANARY].is_asked ||
           signs_is_writable(evidence) || signs_is_write_unassessed(evidence);
}

bool signs_is_lag_over(const struct evidence *evidence)
{
    int64_t lag_s = evidence->info.facts.values[FACT_LAG];
    uint64_t limit_ms = evidence->known.max_lag_ms;
    return limit_ms > 0 && lag_s != FACT_UNKNOWN &&
           (uint64_t)lag_s > limit_ms / 1000;
}

bool signs_is_gap_over(const struct evidence *evidence)
{
    int64_t gap = evidence->info.facts.values[FACT_GAP];
    uint64_t limit = evidence->known.max_gap;
    return limit > 0 && gap != FACT_UNKNOWN && (uint64_t)gap > limit;
}

/* Everything a healthy server answers on a deep round is there. */
static bool is_whole(const struct evidence *evidence)
{
    enum evidence_error ping = signs_error_of(evidence, COMMAND_PING);
    bool alive =
        signs_is_good(evidence, COMMAND_PING) || signs_is_unassessed(ping);
    bool told = signs_is_good(evidence, COMMAND_ROLE) ||
                signs_is_good(evidence, COMMAND_INFO);
    return evidence->end == EVIDENCE_COMPLETE && alive && told &&
           evidence->complaint[0] == '\0';
}

/* --- when each row fits ------------------------------------------------ */

bool signs_agent(const struct evidence *evidence)
{
    return evidence->end == EVIDENCE_AGENT;
}

bool signs_refused(const struct evidence *evidence)
{
    return evidence->end == EVIDENCE_REFUSED;
}

bool signs_name(const struct evidence *evidence)
{
    return evidence->end == EVIDENCE_NAME;
}

bool signs_backlog(const struct evidence *evidence)
{
    return evidence->end == EVIDENCE_BACKLOG;
}

bool signs_tls(const struct evidence *evidence)
{
    return evidence->end == EVIDENCE_TLS;
}

bool signs_reset(const struct evidence *evidence)
{
    return evidence->end == EVIDENCE_CLOSED && !has_answer(evidence);
}

bool signs_protocol(const struct evidence *evidence)
{
    return evidence->end == EVIDENCE_PROTOCOL;
}

bool signs_maxclients(const struct evidence *evidence)
{
    return evidence_has_error(evidence, ERROR_MAXCLIENTS) ||
           evidence_has_error(evidence, ERROR_MAXCLIENTS_CLUSTER);
}

bool signs_protected(const struct evidence *evidence)
{
    return evidence_has_error(evidence, ERROR_DENIED);
}

/* On a shallow round a PING refused by ACL alone is no news: the deep rounds,
 * which ask more, have found the instance alive. */
bool signs_auth(const struct evidence *evidence)
{
    if (is_auth_refused(evidence)) {
        return true;
    }
    if (!evidence->is_deep) {
        enum evidence_error ping = signs_error_of(evidence, COMMAND_PING);
        return ping == ERROR_NOAUTH || ping == ERROR_WRONGPASS;
    }
    return is_locked_out(evidence);
}

bool signs_timeout(const struct evidence *evidence)
{
    return is_silent(evidence) && !is_loading_on(evidence);
}

bool signs_busy(const struct evidence *evidence)
{
    return evidence_has_error(evidence, ERROR_BUSY);
}

bool signs_loading(const struct evidence *evidence)
{
    return evidence_has_error(evidence, ERROR_LOADING) ||
           evidence->info.is_loading || is_loading_on(evidence);
}

bool signs_masterdown(const struct evidence *evidence)
{
    return evidence_has_error(evidence, ERROR_MASTERDOWN);
}

bool signs_clusterdown(const struct evidence *evidence)
{
    return evidence->cluster.is_down ||
           (evidence_has_error(evidence, ERROR_CLUSTERDOWN) &&
            !signs_is_slot_unserved(evidence));
}

bool signs_shutdown(const struct evidence *evidence)
{
    return evidence->info.is_shutting_down;
}

bool signs_misconf(const struct evidence *evidence)
{
    return evidence_has_error(evidence, ERROR_MISCONF) ||
           evidence->info.bgsave_failed || evidence->info.aof_failed;
}

bool signs_oom(const struct evidence *evidence)
{
    return evidence_has_error(evidence, ERROR_OOM);
}

bool signs_noreplicas(const struct evidence *evidence)
{
    return evidence_has_error(evidence, ERROR_NOREPLICAS);
}

/* The write check alone was not answered: it is the last of its flight. */
bool signs_paused(const struct evidence *evidence)
{
    return is_stalled(evidence, COMMAND_CANARY) &&
           !is_stalled(evidence, COMMAND_CLUSTER) &&
           !is_stalled(evidence, COMMAND_INFO);
}

bool signs_syncing(const struct evidence *evidence)
{
    return signs_role_of(evidence) == ROLE_REPLICA && !is_link_up(evidence) &&
           !has_old_data(evidence);
}

bool signs_link_down(const struct evidence *evidence)
{
    return signs_role_of(evidence) == ROLE_REPLICA && !is_link_up(evidence) &&
           has_old_data(evidence);
}

bool signs_lag(const struct evidence *evidence)
{
    return signs_role_of(evidence) == ROLE_REPLICA && is_whole(evidence) &&
           is_link_up(evidence) &&
           (signs_is_lag_over(evidence) || signs_is_gap_over(evidence));
}

bool signs_replica(const struct evidence *evidence)
{
    return signs_role_of(evidence) == ROLE_REPLICA && is_whole(evidence) &&
           is_link_up(evidence);
}

bool signs_master(const struct evidence *evidence)
{
    return signs_role_of(evidence) == ROLE_MASTER && is_whole(evidence) &&
           writes_unobstructed(evidence);
}

/* PING alone was asked, and the server is there. */
bool signs_shallow(const struct evidence *evidence)
{
    return !evidence->is_deep && evidence->end == EVIDENCE_COMPLETE &&
           evidence->complaint[0] == '\0' &&
           (signs_is_good(evidence, COMMAND_PING) ||
            signs_is_unassessed(signs_error_of(evidence, COMMAND_PING)));
}

bool signs_other(const struct evidence *evidence)
{
    (void)evidence; /* the last row: nothing else fitted */
    return true;
}
