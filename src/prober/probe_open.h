/*
 * probe_open.h - how a probe gets in: the password and the TLS of its access,
 * read anew for each connection; and what it means when it does not.
 */
#ifndef PROBER_PROBE_OPEN_H
#define PROBER_PROBE_OPEN_H

#include <stdbool.h>

#include "prober/probe.h"

bool probe_open_has_tls(const struct probe *probe);

/* Opens the line and says the first words. EVIDENCE_COMPLETE when it is open,
 * else what the failure is evidence of: with an errno in `error`, or a file of
 * ours in the evidence's trouble. */
enum evidence_end probe_open(struct probe *probe, int *error);

/* Whether a file it opens was changed a moment ago. */
bool probe_open_is_renewed(const struct probe *probe);

/* What a line that failed, or ended, with this status is evidence of; 0 is the
 * end of the stream. */
enum evidence_end probe_open_judge(int status);

#endif
