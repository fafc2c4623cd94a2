/*
 * probe_stages.h - where a probe is: the step it shows on the page shared with
 * the supervisor, and how long each stage took.
 */
#ifndef PROBER_PROBE_STAGES_H
#define PROBER_PROBE_STAGES_H

#include "prober/probe.h"

/* What it waits for. */
enum step probe_stages_now(const struct probe *probe);

/* Around everything that runs for the probe: if this process hangs or dies in
 * it, the page names the task. They do not nest: the first leave counts. */
void probe_stages_enter(const struct probe *probe);
void probe_stages_leave(const struct probe *probe);

/* A step of its own within, that may hang. */
void probe_stages_show(const struct probe *probe, enum step step);

/* The time since the last mark belongs to `step`, a microsecond at least: 0 is
 * a stage that never was. */
void probe_stages_mark(struct probe *probe, enum step step);

/* So long we were busy with files of our own: it belongs to no stage. */
void probe_stages_skip(struct probe *probe, uint64_t took_us);

/* The deadline came: the time since the last mark belongs to what was waited
 * for. The write check has no stage: that it stalls is no news of INFO. */
void probe_stages_mark_end(struct probe *probe);

/* The replies from number `before` on have come, all at one moment. */
void probe_stages_mark_replies(struct probe *probe, unsigned before);

#endif
