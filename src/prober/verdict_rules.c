/*
 * verdict_rules.c - evidence in, verdict out: one row per kind of answer, the
 * first that fits decides.
 *
 * `down` needs evidence about Redis; trouble of our own is `unknown`. PING
 * alone is not "can serve": it says PONG under OOM, NOREPLICAS, paused writes
 * and on a replica that never synchronised, and Redis' gates hide one another,
 * hence ROLE, INFO and the write check beside it. A shallow round asks PING
 * alone; it can find trouble and it can confirm, but it tells no role.
 *
 * The sentences are for people and stand in nodes: they hold no figure that
 * changes from round to round.
 */
#include "prober/verdict_rules.h"

#include <string.h>

#include "base/text.h"
#include "prober/signs.h"
#include "prober/verdict_details.h"

struct rule {
    enum reason reason;
    enum state state;
    enum ability readable;
    enum ability writable;
    bool (*fits)(const struct evidence *evidence);
    const char *detail;
    /* Says what the constants cannot; may be NULL. */
    void (*refine)(const struct evidence *evidence, struct verdict *verdict);
};

/* --- the table --------------------------------------------------------- */

/* First match wins. The states, then readable, then writable. */
static const struct rule rules[] = {
    {REASON_AGENT, STATE_UNKNOWN, ABILITY_UNKNOWN, ABILITY_UNKNOWN, signs_agent,
     "trouble of the agent's own", verdict_details_agent},
    {REASON_REFUSED, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_refused,
     "connection refused: nobody listens", verdict_details_refused},
    {REASON_DNS, STATE_UNKNOWN, ABILITY_UNKNOWN, ABILITY_UNKNOWN, signs_name,
     "its name has no address", verdict_details_name},
    {REASON_BACKLOG, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_backlog,
     "it accepts no connection: the backlog is full, or packets are lost",
     verdict_details_backlog},
    {REASON_TLS, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_tls,
     "the TLS handshake failed", verdict_details_tls},
    {REASON_RESET, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_reset,
     "it closed the connection before any reply, twice", verdict_details_reset},
    {REASON_PROTOCOL, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_protocol,
     "what answers there does not speak the Redis protocol", NULL},
    {REASON_MAXCLIENTS, STATE_DEGRADED, ABILITY_UNKNOWN, ABILITY_UNKNOWN,
     signs_maxclients, "maxclients is reached: the agent was turned away",
     NULL},
    {REASON_PROTECTED, STATE_UNKNOWN, ABILITY_UNKNOWN, ABILITY_UNKNOWN,
     signs_protected, "protected mode turns away this address", NULL},
    {REASON_AUTH, STATE_UNKNOWN, ABILITY_UNKNOWN, ABILITY_UNKNOWN, signs_auth,
     "a password is needed", verdict_details_auth},
    {REASON_TIMEOUT, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_timeout,
     "connected, but no reply came in time", verdict_details_timeout},
    {REASON_BUSY, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_busy,
     "a script or function runs too long", NULL},
    {REASON_LOADING, STATE_LOADING, ABILITY_NO, ABILITY_NO, signs_loading,
     "loading its data set", verdict_details_loading},
    {REASON_MASTERDOWN, STATE_DEGRADED, ABILITY_NO, ABILITY_NO,
     signs_masterdown, "its master is away and replica-serve-stale-data is off",
     NULL},
    {REASON_CLUSTERDOWN, STATE_DEGRADED, ABILITY_NO, ABILITY_NO,
     signs_clusterdown, "the cluster is down", verdict_details_clusterdown},
    {REASON_SHUTDOWN, STATE_DRAINING, ABILITY_YES, ABILITY_NO, signs_shutdown,
     "it is shutting down", NULL},
    {REASON_MISCONF, STATE_DEGRADED, ABILITY_YES, ABILITY_NO, signs_misconf,
     "it cannot save its data to disk", verdict_details_misconf},
    {REASON_OOM, STATE_DEGRADED, ABILITY_YES, ABILITY_NO, signs_oom,
     "maxmemory is reached", NULL},
    {REASON_NOREPLICAS, STATE_DEGRADED, ABILITY_YES, ABILITY_NO,
     signs_noreplicas, "too few good replicas to accept writes", NULL},
    {REASON_PAUSED, STATE_DEGRADED, ABILITY_YES, ABILITY_NO, signs_paused,
     "writes hang: clients are paused", NULL},
    {REASON_SYNCING, STATE_DEGRADED, ABILITY_NO, ABILITY_NO, signs_syncing,
     "a replica that has not synchronised yet", verdict_details_syncing},
    {REASON_LINK_DOWN, STATE_DEGRADED, ABILITY_STALE, ABILITY_NO,
     signs_link_down, "the link to its master is down: its data are old", NULL},
    {REASON_LAG, STATE_DEGRADED, ABILITY_YES, ABILITY_NO, signs_lag,
     "it is further behind its master than max_lag", verdict_details_lag},
    {REASON_REPLICA, STATE_UP, ABILITY_YES, ABILITY_NO, signs_replica, "",
     NULL},
    {REASON_MASTER, STATE_UP, ABILITY_YES, ABILITY_UNKNOWN, signs_master, "",
     verdict_details_master},
    {REASON_NONE, STATE_UP, ABILITY_YES, ABILITY_UNKNOWN, signs_shallow, "",
     NULL},
    {REASON_OTHER, STATE_DEGRADED, ABILITY_UNKNOWN, ABILITY_UNKNOWN,
     signs_other, "it answered, but not as a healthy server does",
     verdict_details_other},
};

#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

static void set_identity(const struct evidence *evidence,
                         struct verdict *verdict)
{
    const struct info *info = &evidence->info;
    verdict->role = signs_role_of(evidence);
    (void)text_copy(verdict->run_id, sizeof(verdict->run_id),
                    info->run_id); /* same size */
    (void)text_copy(verdict->version, sizeof(verdict->version),
                    info->version); /* same size */
    if (verdict->role != ROLE_REPLICA) {
        return;
    }
    bool from_role = evidence->role.master_port != 0;
    const char *host =
        from_role ? evidence->role.master_host : info->master_host;
    unsigned port = from_role ? evidence->role.master_port : info->master_port;
    if (host[0] != '\0' && port != 0) {
        bool is_ipv6 = strchr(host, ':') != NULL;
        (void)text_format(verdict->master, sizeof(verdict->master),
                          is_ipv6 ? "[%s]:%u" : "%s:%u", host,
                          port); /* a host that long is cut */
    }
}

static void apply_rule(const struct rule *rule, const struct evidence *evidence,
                       struct verdict *verdict)
{
    verdict->reason = rule->reason;
    verdict->state = rule->state;
    verdict->readable = rule->readable;
    verdict->writable = rule->writable;
    (void)text_copy(verdict->detail, sizeof(verdict->detail),
                    rule->detail); /* all of them fit */
    if (rule->refine != NULL) {
        rule->refine(evidence, verdict);
    }
    verdict_details_add_warnings(evidence, verdict);
}

/* A trouble beside the one that decided. A replica that cannot save and has
 * lost its master too is read as one that lost its master. */
static void add_condition(const struct rule *rule, struct verdict *verdict)
{
    verdict->conditions |= 1U << rule->reason;
    if (verdict->readable == ABILITY_YES &&
        (rule->readable == ABILITY_NO || rule->readable == ABILITY_STALE)) {
        verdict->readable = rule->readable;
    }
}

void verdict_rules_judge(const struct evidence *evidence,
                         struct verdict *verdict)
{
    *verdict = (struct verdict){.state = STATE_NONE};
    set_identity(evidence, verdict);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        const struct rule *rule = &rules[i];
        bool is_decided = verdict->state != STATE_NONE;
        bool is_last = i == RULE_COUNT - 1;
        if ((is_decided && is_last) || !rule->fits(evidence)) {
            continue;
        }
        if (!is_decided) {
            apply_rule(rule, evidence, verdict);
        }
        if (rule->state != STATE_UP) {
            add_condition(rule, verdict);
        }
    }
}
