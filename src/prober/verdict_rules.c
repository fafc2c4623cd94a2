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

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "prober/signs.h"

struct rule {
    enum reason reason;
    enum state state;
    enum ability readable;
    enum ability writable;
    bool (*fits)(const struct evidence *evidence);
    const char *detail;
    /* Adds what one row's constants cannot say; may be NULL. */
    void (*refine)(const struct evidence *evidence, struct verdict *verdict);
};

/* --- what a row's constants cannot say --------------------------------- */

static void set_detail(struct verdict *verdict, const char *detail)
{
    (void)text_copy(verdict->detail, sizeof(verdict->detail),
                    detail); /* all of them fit */
}

static void refine_agent(const struct evidence *evidence,
                         struct verdict *verdict)
{
    const char *why = strerrordesc_np(evidence->error);
    if (evidence->error == ETIME) {
        set_detail(verdict, "the agent ran late: this host is short of CPU");
    } else if (why != NULL && evidence->error != 0) {
        (void)text_format(verdict->detail, sizeof(verdict->detail),
                          "the agent could not connect: %s", why); /* fits */
    }
}

static void refine_refused(const struct evidence *evidence,
                           struct verdict *verdict)
{
    if (evidence->error == ENOENT) {
        set_detail(verdict, "the socket does not exist");
    }
}

static void refine_auth(const struct evidence *evidence,
                        struct verdict *verdict)
{
    if (evidence_has_error(evidence, ERROR_WRONGPASS)) {
        set_detail(verdict, "the user or password was refused");
    } else if (evidence_has_error(evidence, ERROR_NOPERM)) {
        set_detail(verdict, "the user may run none of PING, ROLE and INFO");
    }
}

static void refine_loading(const struct evidence *evidence,
                           struct verdict *verdict)
{
    if (evidence->info.loaded_tens != INFO_TENS_UNKNOWN) {
        (void)text_format(verdict->detail, sizeof(verdict->detail),
                          "loading its data set, %u%% done",
                          evidence->info.loaded_tens * 10U); /* fits */
    }
}

static void refine_misconf(const struct evidence *evidence,
                           struct verdict *verdict)
{
    if (signs_is_good(evidence, COMMAND_CANARY) ||
        signs_error_of(evidence, COMMAND_CANARY) == ERROR_WRONGTYPE) {
        verdict->writable = ABILITY_YES;
    }
    if (evidence->info.aof_failed && !evidence->info.bgsave_failed) {
        set_detail(verdict, "it cannot write its append-only file");
    }
}

static void refine_master(const struct evidence *evidence,
                          struct verdict *verdict)
{
    const struct evidence_reply *canary = &evidence->replies[COMMAND_CANARY];
    if (!canary->is_asked) {
        return;
    }
    if (signs_is_unassessed(signs_error_of(evidence, COMMAND_CANARY))) {
        set_detail(verdict, "the write check could not be made: not allowed, "
                            "renamed, or another node's slot");
    } else {
        verdict->writable = ABILITY_YES;
    }
}

static void refine_other(const struct evidence *evidence,
                         struct verdict *verdict)
{
    if (evidence->complaint[0] != '\0') {
        (void)text_format(verdict->detail, sizeof(verdict->detail),
                          "an answer not known: %s",
                          evidence->complaint); /* cut is fine */
    } else if (evidence->end == EVIDENCE_CLOSED) {
        set_detail(verdict, "it closed the connection between its replies");
    } else if (evidence->end == EVIDENCE_DEADLINE) {
        set_detail(verdict, "it answered, but not everything in time");
    } else if (signs_role_of(evidence) == ROLE_SENTINEL) {
        set_detail(verdict, "a Sentinel, not a server of data");
    } else if (evidence_has_error(evidence, ERROR_READONLY)) {
        set_detail(verdict, "it calls itself a master, but refuses writes");
    }
}

/* --- the table --------------------------------------------------------- */

/* First match wins. The states, then readable, then writable. */
static const struct rule rules[] = {
    {REASON_AGENT, STATE_UNKNOWN, ABILITY_UNKNOWN, ABILITY_UNKNOWN, signs_agent,
     "trouble of the agent's own", refine_agent},
    {REASON_REFUSED, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_refused,
     "connection refused: nobody listens", refine_refused},
    {REASON_DNS, STATE_UNKNOWN, ABILITY_UNKNOWN, ABILITY_UNKNOWN, signs_name,
     "names are not resolved yet", NULL},
    {REASON_BACKLOG, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_backlog,
     "it accepts no connection: the backlog is full, or packets are lost",
     NULL},
    {REASON_RESET, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_reset,
     "it closed the connection before any reply, twice", NULL},
    {REASON_PROTOCOL, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_protocol,
     "what answers there does not speak the Redis protocol", NULL},
    {REASON_MAXCLIENTS, STATE_DEGRADED, ABILITY_UNKNOWN, ABILITY_UNKNOWN,
     signs_maxclients, "maxclients is reached: the agent was turned away",
     NULL},
    {REASON_PROTECTED, STATE_UNKNOWN, ABILITY_UNKNOWN, ABILITY_UNKNOWN,
     signs_protected, "protected mode turns away this address", NULL},
    {REASON_AUTH, STATE_UNKNOWN, ABILITY_UNKNOWN, ABILITY_UNKNOWN, signs_auth,
     "a password is needed", refine_auth},
    {REASON_TIMEOUT, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_timeout,
     "connected, but no reply came in time", NULL},
    {REASON_BUSY, STATE_DOWN, ABILITY_NO, ABILITY_NO, signs_busy,
     "a script or function runs too long", NULL},
    {REASON_LOADING, STATE_LOADING, ABILITY_NO, ABILITY_NO, signs_loading,
     "loading its data set", refine_loading},
    {REASON_MASTERDOWN, STATE_DEGRADED, ABILITY_NO, ABILITY_NO,
     signs_masterdown, "its master is away and replica-serve-stale-data is off",
     NULL},
    {REASON_CLUSTERDOWN, STATE_DEGRADED, ABILITY_NO, ABILITY_NO,
     signs_clusterdown, "the cluster is down", NULL},
    {REASON_SHUTDOWN, STATE_DRAINING, ABILITY_YES, ABILITY_NO, signs_shutdown,
     "it is shutting down", NULL},
    {REASON_MISCONF, STATE_DEGRADED, ABILITY_YES, ABILITY_NO, signs_misconf,
     "it cannot save its data to disk", refine_misconf},
    {REASON_OOM, STATE_DEGRADED, ABILITY_YES, ABILITY_NO, signs_oom,
     "maxmemory is reached", NULL},
    {REASON_NOREPLICAS, STATE_DEGRADED, ABILITY_YES, ABILITY_NO,
     signs_noreplicas, "too few good replicas to accept writes", NULL},
    {REASON_PAUSED, STATE_DEGRADED, ABILITY_YES, ABILITY_NO, signs_paused,
     "writes hang: clients are paused", NULL},
    {REASON_SYNCING, STATE_DEGRADED, ABILITY_NO, ABILITY_NO, signs_syncing,
     "a replica that has not synchronised yet", NULL},
    {REASON_LINK_DOWN, STATE_DEGRADED, ABILITY_STALE, ABILITY_NO,
     signs_link_down, "the link to its master is down: its data are old", NULL},
    {REASON_REPLICA, STATE_UP, ABILITY_YES, ABILITY_NO, signs_replica, "",
     NULL},
    {REASON_MASTER, STATE_UP, ABILITY_YES, ABILITY_UNKNOWN, signs_master, "",
     refine_master},
    {REASON_NONE, STATE_UP, ABILITY_YES, ABILITY_UNKNOWN, signs_shallow, "",
     NULL},
    {REASON_OTHER, STATE_DEGRADED, ABILITY_UNKNOWN, ABILITY_UNKNOWN,
     signs_other, "it answered, but not as a healthy server does",
     refine_other},
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
    set_detail(verdict, rule->detail);
    if (rule->refine != NULL) {
        rule->refine(evidence, verdict);
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
            verdict->conditions |= 1U << rule->reason;
        }
    }
}
