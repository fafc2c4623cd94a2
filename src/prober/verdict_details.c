/*
 * verdict_details.c - see verdict_details.h. All sentences are shorter than
 * their room; where a stranger's words may be cut it is said.
 */
#include "prober/verdict_details.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "prober/signs.h"

static void set_detail(struct verdict *verdict, const char *detail)
{
    (void)text_copy(verdict->detail, sizeof(verdict->detail),
                    detail); /* all of them fit */
}

/* One sentence more, if there is room for all of it. */
static void add_detail(struct verdict *verdict, const char *detail)
{
    char joined[VERDICT_DETAIL_BYTES];
    const char *between = verdict->detail[0] == '\0' ? "" : "; ";
    if (text_format(joined, sizeof(joined), "%s%s%s", verdict->detail, between,
                    detail)) {
        set_detail(verdict, joined);
    }
}

/* Why a process may keep silent, as the end of a sentence. One that sleeps
 * tells nothing: a healthy server sleeps between two commands. */
static const char *process_hint(enum process_state state)
{
    switch (state) {
    case PROCESS_GONE:
        return "its process is gone";
    case PROCESS_RUNNING:
        return "its process is busy";
    case PROCESS_WAITING:
        return "its process waits for the disk";
    case PROCESS_STOPPED:
        return "its process is stopped";
    case PROCESS_ZOMBIE:
        return "its process is dead and not yet reaped";
    case PROCESS_UNKNOWN:
    case PROCESS_SLEEPING:
        break;
    }
    return NULL;
}

/* --- no conversation --------------------------------------------------- */

void verdict_details_tls(const struct evidence *evidence,
                         struct verdict *verdict)
{
    if (evidence->trouble[0] != '\0') {
        set_detail(verdict, evidence->trouble);
    }
}

void verdict_details_name(const struct evidence *evidence,
                          struct verdict *verdict)
{
    if (evidence->trouble[0] != '\0') {
        (void)text_format(verdict->detail, sizeof(verdict->detail),
                          "its name does not resolve: %s",
                          evidence->trouble); /* a few words; fits */
    }
}

void verdict_details_agent(const struct evidence *evidence,
                           struct verdict *verdict)
{
    const char *why = strerrordesc_np(evidence->error);
    if (evidence->trouble[0] != '\0') {
        set_detail(verdict, evidence->trouble);
    } else if (evidence->error == ETIME) {
        set_detail(verdict, "the agent ran late: this host is short of CPU");
    } else if (why != NULL && evidence->error != 0) {
        (void)text_format(verdict->detail, sizeof(verdict->detail),
                          "the agent could not connect: %s", why); /* fits */
    }
}

void verdict_details_refused(const struct evidence *evidence,
                             struct verdict *verdict)
{
    if (evidence->error == ENOENT) {
        set_detail(verdict, "the socket does not exist");
    }
}

void verdict_details_backlog(const struct evidence *evidence,
                             struct verdict *verdict)
{
    const char *hint = process_hint(evidence->process);
    if (hint != NULL) {
        (void)text_format(verdict->detail, sizeof(verdict->detail),
                          "it accepts no connection: %s", hint); /* fits */
    } else if (evidence->error == EHOSTUNREACH) {
        set_detail(verdict, "nobody answers for its host: no route to it");
    }
}

/* At its limit of clients a server answers one that would speak TLS not even
 * with an error. */
void verdict_details_reset(const struct evidence *evidence,
                           struct verdict *verdict)
{
    if (evidence->is_handshaking) {
        set_detail(verdict, "it closed the connection in the TLS handshake, "
                            "twice: no TLS there, or maxclients is reached");
    }
}

void verdict_details_timeout(const struct evidence *evidence,
                             struct verdict *verdict)
{
    const char *hint = process_hint(evidence->process);
    if (evidence->process == PROCESS_GONE) {
        hint = "its process is gone, and another one accepts";
    }
    if (hint != NULL) {
        (void)text_format(verdict->detail, sizeof(verdict->detail),
                          "connected, but no reply came in time: %s",
                          hint); /* fits */
    } else if (evidence->is_handshaking && evidence->has_shaken) {
        set_detail(verdict, "it connects, but the TLS handshake is not "
                            "finished in time");
    } else if (evidence->is_handshaking) {
        set_detail(verdict, "it connects, but the TLS handshake is not "
                            "answered: does this port speak TLS?");
    }
}

/* --- turned away ------------------------------------------------------- */

void verdict_details_auth(const struct evidence *evidence,
                          struct verdict *verdict)
{
    if (evidence_has_error(evidence, ERROR_WRONGPASS)) {
        set_detail(verdict, "the user or password was refused");
    } else if (evidence_has_error(evidence, ERROR_BAD_PASSWORD)) {
        set_detail(verdict, "the password was refused");
    } else if (evidence_has_error(evidence, ERROR_NO_USERS)) {
        set_detail(verdict, "it knows no users (Redis before 6): give the "
                            "password alone");
    } else if (evidence_has_error(evidence, ERROR_NOAUTH)) {
        if (evidence->replies[COMMAND_AUTH].is_asked) {
            set_detail(verdict, "a password is needed, and AUTH was not taken");
        }
    } else if (evidence_has_error(evidence, ERROR_NOPERM)) {
        set_detail(verdict, "the user may run none of PING, ROLE and INFO");
    }
}

/* --- answered, but ----------------------------------------------------- */

void verdict_details_loading(const struct evidence *evidence,
                             struct verdict *verdict)
{
    if (evidence->info.loaded_tens != INFO_TENS_UNKNOWN) {
        (void)text_format(verdict->detail, sizeof(verdict->detail),
                          "loading its data set, %u%% done",
                          evidence->info.loaded_tens * 10U); /* fits */
    }
}

/* The node's own view: slots without a node are found before a failure, and
 * where neither is to be seen it is this node that lost the others. */
void verdict_details_clusterdown(const struct evidence *evidence,
                                 struct verdict *verdict)
{
    const struct cluster *cluster = &evidence->cluster;
    bool is_told = signs_is_good(evidence, COMMAND_CLUSTER);
    if (cluster->has_unassigned) {
        set_detail(verdict, "the cluster is down: some slots have no node");
    } else if (cluster->has_failed) {
        set_detail(verdict, "the cluster is down: the node of some slots has "
                            "failed");
    } else if (is_told && cluster->is_down) {
        set_detail(verdict, "the cluster is down for this node: it does not "
                            "reach most of the masters");
    }
}

void verdict_details_misconf(const struct evidence *evidence,
                             struct verdict *verdict)
{
    bool is_aof_alone =
        evidence->info.aof_failed && !evidence->info.bgsave_failed;
    if (signs_is_writable(evidence)) {
        verdict->writable = ABILITY_YES;
        set_detail(verdict, is_aof_alone
                                ? "it cannot write its append-only file; it "
                                  "takes writes all the same"
                                : "it cannot save its data to disk; it takes "
                                  "writes all the same");
    } else if (is_aof_alone) {
        set_detail(verdict, "it cannot write its append-only file");
    }
}

/* Without INFO nobody tells whether there are old data. */
void verdict_details_syncing(const struct evidence *evidence,
                             struct verdict *verdict)
{
    if (!signs_is_good(evidence, COMMAND_INFO)) {
        set_detail(verdict, "the link to its master is down; without INFO "
                            "nobody knows of its data");
    }
}

void verdict_details_lag(const struct evidence *evidence,
                         struct verdict *verdict)
{
    if (!signs_is_lag_over(evidence)) {
        set_detail(verdict, "it is further behind its master than max_gap");
    } else if (signs_is_gap_over(evidence)) {
        set_detail(verdict, "it is further behind its master than max_lag and "
                            "max_gap");
    }
}

/* Why the write check says nothing of writes. */
static const char *unassessed_words(const struct evidence *evidence)
{
    enum evidence_error error = signs_error_of(evidence, COMMAND_CANARY);
    if (signs_is_slot_unserved(evidence)) {
        return "writes are not checked: no node has the slot";
    }
    if (error == ERROR_NOPERM_KEY || error == ERROR_NOPERM_KEY_NEW) {
        return "writes are not checked: the user may not write "
               "the key " FLIGHT_CANARY_KEY;
    }
    if (error == ERROR_NOPERM) {
        return "writes are not checked: the user may not run SETRANGE";
    }
    if (error == ERROR_NO_COMMAND) {
        return "writes are not checked: SETRANGE is renamed";
    }
    return "writes are not checked: another node has the slot";
}

void verdict_details_master(const struct evidence *evidence,
                            struct verdict *verdict)
{
    if (signs_is_writable(evidence)) {
        verdict->writable = ABILITY_YES;
    } else if (signs_is_write_unassessed(evidence)) {
        set_detail(verdict, unassessed_words(evidence));
    }
}

/* --- anything else ----------------------------------------------------- */

/* PING alone was for us. */
static bool is_told_nothing(const struct evidence *evidence)
{
    return signs_is_unassessed(signs_error_of(evidence, COMMAND_ROLE)) &&
           signs_is_unassessed(signs_error_of(evidence, COMMAND_INFO));
}

void verdict_details_other(const struct evidence *evidence,
                           struct verdict *verdict)
{
    if (evidence->complaint[0] != '\0') {
        (void)text_format(verdict->detail, sizeof(verdict->detail),
                          "an answer not known: %s",
                          evidence->complaint); /* cut is fine */
    } else if (evidence->end == EVIDENCE_LONG_INFO) {
        set_detail(verdict, "its INFO is longer than the agent reads");
    } else if (evidence->end == EVIDENCE_CLOSED) {
        set_detail(verdict, "it closed the connection between its replies");
    } else if (evidence->end == EVIDENCE_DEADLINE) {
        set_detail(verdict, "it answered, but not everything in time");
    } else if (signs_role_of(evidence) == ROLE_SENTINEL) {
        set_detail(verdict, "a Sentinel, not a server of data");
    } else if (evidence_has_error(evidence, ERROR_READONLY)) {
        set_detail(verdict, "it calls itself a master, but refuses writes");
    } else if (is_told_nothing(evidence)) {
        set_detail(verdict, "it answers, but neither ROLE nor INFO: the user "
                            "may not run them, or they are renamed");
    }
}

/* --- whatever row ------------------------------------------------------ */

void verdict_details_add_warnings(const struct evidence *evidence,
                                  struct verdict *verdict)
{
    enum evidence_error auth = signs_error_of(evidence, COMMAND_AUTH);
    bool is_conversation =
        evidence->end != EVIDENCE_AGENT && evidence->end != EVIDENCE_NAME;
    if (verdict->state == STATE_UP &&
        (auth == ERROR_NO_PASSWORD || auth == ERROR_NO_PASSWORD_OLD)) {
        add_detail(verdict, "a password is given, but the server has none");
    }
    if (is_conversation && evidence->known.is_last_address) {
        add_detail(verdict,
                   "its name does not resolve now: its last address is used");
    }
}
