/*
 * verdict_details.h - what a row of the table of answers cannot say by its
 * constants alone: the sentence that fits this evidence, and where the write
 * check decides, whether one can write.
 *
 * A sentence stands in a node. So it is printable, at most 160 bytes, and
 * holds nothing that changes from round to round: no figure but tens of a
 * percent, no words of a stranger but those masked as a complaint.
 */
#ifndef PROBER_VERDICT_DETAILS_H
#define PROBER_VERDICT_DETAILS_H

#include "model/verdict.h"
#include "prober/evidence.h"

/* Each for one row; `verdict` holds the row's constants already. */
void verdict_details_agent(const struct evidence *evidence,
                           struct verdict *verdict);
void verdict_details_refused(const struct evidence *evidence,
                             struct verdict *verdict);
void verdict_details_backlog(const struct evidence *evidence,
                             struct verdict *verdict);
void verdict_details_reset(const struct evidence *evidence,
                           struct verdict *verdict);
void verdict_details_auth(const struct evidence *evidence,
                          struct verdict *verdict);
void verdict_details_timeout(const struct evidence *evidence,
                             struct verdict *verdict);
void verdict_details_loading(const struct evidence *evidence,
                             struct verdict *verdict);
void verdict_details_clusterdown(const struct evidence *evidence,
                                 struct verdict *verdict);
void verdict_details_misconf(const struct evidence *evidence,
                             struct verdict *verdict);
void verdict_details_syncing(const struct evidence *evidence,
                             struct verdict *verdict);
void verdict_details_lag(const struct evidence *evidence,
                         struct verdict *verdict);
void verdict_details_master(const struct evidence *evidence,
                            struct verdict *verdict);
void verdict_details_other(const struct evidence *evidence,
                           struct verdict *verdict);

void verdict_details_name(const struct evidence *evidence,
                          struct verdict *verdict);
void verdict_details_tls(const struct evidence *evidence,
                         struct verdict *verdict);

/* Adds what an operator should know whatever row it is. */
void verdict_details_add_warnings(const struct evidence *evidence,
                                  struct verdict *verdict);

#endif
