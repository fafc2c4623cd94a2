/*
 * signs.h - what the evidence of a probe shows: one question for each row of
 * the table of answers, and the few they are made of. Pure; a question says
 * nothing of what follows from it, that is verdict_rules.
 */
#ifndef PROBER_SIGNS_H
#define PROBER_SIGNS_H

#include <stdbool.h>

#include "model/verdict.h"
#include "prober/evidence.h"

/* The command was answered as a healthy server does. */
bool signs_is_good(const struct evidence *evidence, enum command command);

/* The error the command was answered with; ERROR_NONE if with none. */
enum evidence_error signs_error_of(const struct evidence *evidence,
                                   enum command command);

/* As ROLE says, else as INFO does. */
enum role signs_role_of(const struct evidence *evidence);

/* A refusal to answer one command, which says nothing of the server's health:
 * not allowed, renamed, or for another node of the cluster. */
bool signs_is_unassessed(enum evidence_error error);

/* The cluster is well, but no node has the slot of the write check: its
 * cluster-require-full-coverage is no. */
bool signs_is_slot_unserved(const struct evidence *evidence);

/* The write check could not be made. */
bool signs_is_write_unassessed(const struct evidence *evidence);

/* The write check passed every gate before writes. */
bool signs_is_writable(const struct evidence *evidence);

/* The replica is further behind its master than the limits allow. */
bool signs_is_lag_over(const struct evidence *evidence);
bool signs_is_gap_over(const struct evidence *evidence);

/* One per row. */
bool signs_agent(const struct evidence *evidence);
bool signs_refused(const struct evidence *evidence);
bool signs_name(const struct evidence *evidence);
bool signs_backlog(const struct evidence *evidence);
bool signs_tls(const struct evidence *evidence);
bool signs_reset(const struct evidence *evidence);
bool signs_protocol(const struct evidence *evidence);
bool signs_maxclients(const struct evidence *evidence);
bool signs_protected(const struct evidence *evidence);
bool signs_auth(const struct evidence *evidence);
bool signs_timeout(const struct evidence *evidence);
bool signs_busy(const struct evidence *evidence);
bool signs_loading(const struct evidence *evidence);
bool signs_masterdown(const struct evidence *evidence);
bool signs_clusterdown(const struct evidence *evidence);
bool signs_shutdown(const struct evidence *evidence);
bool signs_misconf(const struct evidence *evidence);
bool signs_oom(const struct evidence *evidence);
bool signs_noreplicas(const struct evidence *evidence);
bool signs_paused(const struct evidence *evidence);
bool signs_syncing(const struct evidence *evidence);
bool signs_link_down(const struct evidence *evidence);
bool signs_lag(const struct evidence *evidence);
bool signs_replica(const struct evidence *evidence);
bool signs_master(const struct evidence *evidence);
bool signs_shallow(const struct evidence *evidence);
bool signs_other(const struct evidence *evidence);

#endif
