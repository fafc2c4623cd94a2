/*
 * metrics_processes.c - what our processes cost, as they told it: a line a
 * role, for processes come and go. CPU is a counter and bears the number of
 * the life it belongs to: a sum of lives would go back when one ends.
 */
#include <inttypes.h>
#include <string.h>

#include "console/metrics.h"
#include "console/roster.h"

#define PREFIX "sentinel_agent_process_"

/* The supervisor and each kind of helper. */
#define ROLES_MOST (SERVICE_COUNT + 1)

struct sums {
    uint32_t count;
    const char *roles[ROLES_MOST];
    struct vitals of[ROLES_MOST]; /* lag_ms: the worst; cpu_ms: unused */
};

static struct vitals *find_role(struct sums *sums, const char *role)
{
    for (uint32_t i = 0; i < sums->count; i++) {
        if (strcmp(sums->roles[i], role) == 0) {
            return &sums->of[i];
        }
    }
    sums->roles[sums->count] = role;
    return &sums->of[sums->count++];
}

static void add(struct vitals *sum, const struct vitals *one)
{
    sum->rss_kb += one->rss_kb;
    sum->pss_kb += one->pss_kb;
    sum->heap_kb += one->heap_kb;
    sum->threads += one->threads;
    sum->lag_ms = one->lag_ms > sum->lag_ms ? one->lag_ms : sum->lag_ms;
    for (int i = 0; i < VITALS_FD_KINDS; i++) {
        sum->fds[i] += one->fds[i];
    }
}

static void add_up(struct sums *sums, const struct roster *roster)
{
    memset(sums, 0, sizeof *sums);
    for (uint32_t i = 0; i < roster->count; i++) {
        const struct roster_process *process = &roster->list[i];
        if (process->told_ms != 0) {
            add(find_role(sums, process->role), &process->vitals);
        }
    }
}

enum figure { FIGURE_RSS, FIGURE_PSS, FIGURE_HEAP, FIGURE_THREADS };

static uint64_t figure_of(const struct vitals *vitals, enum figure figure)
{
    switch (figure) {
    case FIGURE_RSS:
        return vitals->rss_kb * 1024;
    case FIGURE_PSS:
        return vitals->pss_kb * 1024;
    case FIGURE_HEAP:
        return vitals->heap_kb * 1024;
    case FIGURE_THREADS:
        return vitals->threads;
    }
    return 0;
}

static void write_figure(const struct sums *sums, enum figure figure,
                         const char *name, const char *help, struct body *body)
{
    metrics_write_head(body, name, "gauge", help);
    for (uint32_t i = 0; i < sums->count; i++) {
        body_format(body, "%s{role=\"%s\"} %" PRIu64 "\n", name, sums->roles[i],
                    figure_of(&sums->of[i], figure));
    }
}

static void write_fds(const struct sums *sums, struct body *body)
{
    static const char name[] = PREFIX "open_fds";
    metrics_write_head(body, name, "gauge",
                       "Open descriptors of a role's processes, by type.");
    for (uint32_t i = 0; i < sums->count; i++) {
        for (int kind = 0; kind < VITALS_FD_KINDS; kind++) {
            body_format(body, "%s{role=\"%s\",type=\"%s\"} %" PRIu32 "\n", name,
                        sums->roles[i], vitals_fd_name((enum vitals_fd)kind),
                        sums->of[i].fds[kind]);
        }
    }
}

static void write_lag(const struct sums *sums, struct body *body)
{
    static const char name[] = PREFIX "loop_lag_seconds";
    metrics_write_head(body, name, "gauge",
                       "The longest that a role's loop was late, in the last "
                       "ten seconds it told of.");
    for (uint32_t i = 0; i < sums->count; i++) {
        body_format(body, "%s{role=\"%s\"} ", name, sums->roles[i]);
        metrics_write_seconds(body, sums->of[i].lag_ms);
    }
}

static void write_cpu(const struct roster *roster, struct body *body)
{
    static const char name[] = PREFIX "cpu_seconds_total";
    metrics_write_head(body, name, "counter",
                       "CPU of one life of a process, user and system.");
    for (uint32_t i = 0; i < roster->count; i++) {
        const struct roster_process *process = &roster->list[i];
        if (process->told_ms != 0) {
            body_format(body, "%s{role=\"%s\",generation=\"%" PRIu32 "\"} ",
                        name, process->role, process->generation);
            metrics_write_seconds(body, process->vitals.cpu_ms);
        }
    }
}

void metrics_write_processes(const struct snapshot *snapshot, struct body *body)
{
    struct roster roster;
    struct sums sums;
    roster_take(&roster, snapshot);
    add_up(&sums, &roster);
    write_figure(&sums, FIGURE_RSS, PREFIX "resident_memory_bytes",
                 "Memory that a role's processes occupy.", body);
    write_figure(&sums, FIGURE_PSS, PREFIX "proportional_memory_bytes",
                 "The same, with shared pages divided among their users.",
                 body);
    write_figure(&sums, FIGURE_HEAP, PREFIX "heap_bytes",
                 "malloc's blocks in use.", body);
    write_figure(&sums, FIGURE_THREADS, PREFIX "threads", "Threads.", body);
    write_fds(&sums, body);
    write_lag(&sums, body);
    write_cpu(&roster, body);
}
