/*
 * debug_procs.c - /debug/procs: each process of ours, what it costs, how often
 * it was started again, and how others ended.
 */
#include <inttypes.h>

#include "console/debug.h"
#include "console/roster.h"

static void put_uptime(struct view *view, const struct snapshot *snapshot,
                       const struct roster_process *process)
{
    view_age(view, "uptime_ms", snapshot->now_ms,
             process->pid > 0 ? process->started_ms : 0);
}

/* Nothing is known of a process before it told. */
static void put_figure(struct view *view, const char *key,
                       const struct roster_process *process, uint64_t figure)
{
    if (process->told_ms == 0) {
        view_null(view, key);
    } else {
        view_number(view, key, figure);
    }
}

static void put_process(struct view *view, const struct snapshot *snapshot,
                        const struct roster_process *process)
{
    const struct vitals *vitals = &process->vitals;
    view_open_object(view, NULL);
    view_signed(view, "pid", process->pid);
    view_text(view, "role", process->role);
    view_text(view, "note", process->note);
    view_number(view, "generation", process->generation);
    put_uptime(view, snapshot, process);
    view_age(view, "told_ms_ago", snapshot->now_ms, process->told_ms);
    put_figure(view, "rss_kb", process, vitals->rss_kb);
    put_figure(view, "pss_kb", process, vitals->pss_kb);
    put_figure(view, "heap_kb", process, vitals->heap_kb);
    put_figure(view, "fds", process, roster_fds(vitals));
    put_figure(view, "threads", process, vitals->threads);
    put_figure(view, "cpu_ms", process, vitals->cpu_ms);
    put_figure(view, "lag_ms", process, vitals->lag_ms);
    view_number(view, "starts", process->starts);
    view_number(view, "restarts", process->restarts);
    view_text(view, "last_exit", process->last_exit);
    view_close_object(view);
}

static void write_json(const struct snapshot *snapshot,
                       const struct roster *roster, struct body *body)
{
    struct view view;
    view_init(&view, body);
    view_open_object(&view, NULL);
    view_number(&view, "v", 1);
    view_open_list(&view, "procs");
    for (uint32_t i = 0; i < roster->count; i++) {
        put_process(&view, snapshot, &roster->list[i]);
    }
    view_close_list(&view);
    debug_put_endings(&view, snapshot);
    view_close_object(&view);
    body_text(body, "\n");
}

static void write_line(const struct snapshot *snapshot,
                       const struct roster_process *process, struct body *body)
{
    const struct vitals *vitals = &process->vitals;
    body_format(body,
                "%-10s %7" PRId32 " %8" PRIu64 " %8" PRIu64 " %8" PRIu64
                " %5" PRIu32 " %3" PRIu32 " %9" PRIu64 " %5" PRIu64 " %8" PRIu64
                "  ",
                process->role, process->pid, vitals->rss_kb, vitals->pss_kb,
                vitals->heap_kb, roster_fds(vitals), vitals->threads,
                vitals->cpu_ms, vitals->lag_ms, process->restarts);
    if (process->pid > 0) {
        body_text(body, "up ");
        body_duration(body, snapshot_age_ms(snapshot, process->started_ms));
    } else {
        body_text(body, "does not run");
    }
    if (process->told_ms == 0) {
        body_text(body, ", has told nothing yet");
    }
    if (process->note[0] != '\0') {
        body_format(body, ", %s", process->note);
    }
    if (process->last_exit[0] != '\0') {
        body_format(body, "; the one before %s", process->last_exit);
    }
    body_text(body, "\n");
}

static void write_text(const struct snapshot *snapshot,
                       const struct roster *roster, struct body *body)
{
    body_text(body, "role           pid   rss_kb   pss_kb  heap_kb   fds thr "
                    "   cpu_ms   lag restarts\n");
    for (uint32_t i = 0; i < roster->count; i++) {
        write_line(snapshot, &roster->list[i], body);
    }
    debug_write_endings(snapshot, body);
}

void debug_write_procs(const struct snapshot *snapshot, bool is_text,
                       struct body *body)
{
    struct roster roster;
    roster_take(&roster, snapshot);
    if (is_text) {
        write_text(snapshot, &roster, body);
    } else {
        write_json(snapshot, &roster, body);
    }
}
