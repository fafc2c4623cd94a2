/*
 * debug_fds.c - /debug/fds: descriptors of each process, counted by type as it
 * told them, and one by one where the kernel lets us look: our own always,
 * others' as a rule only for root.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/process.h"
#include "console/debug.h"
#include "console/fd_list.h"
#include "console/roster.h"

/* What one answer is made of; too large for the stack. */
struct findings {
    struct roster roster;
    bool is_listed[ROSTER_MOST];
    struct fd_list list;
};

/* A pid of the board may be a stranger's by now. */
static bool is_ours(int32_t pid)
{
    struct process process;
    return pid > 0 && process_look("/proc", (uint32_t)pid, &process) == 0 &&
           strncmp(process.name, "sentinel-", strlen("sentinel-")) == 0;
}

static struct findings *find_all(const struct snapshot *snapshot)
{
    struct findings *found = calloc(1, sizeof *found);
    if (found == NULL) {
        return NULL;
    }
    roster_take(&found->roster, snapshot);
    for (uint32_t i = 0; i < found->roster.count; i++) {
        int32_t pid = found->roster.list[i].pid;
        found->is_listed[i] =
            is_ours(pid) && fd_list_add("/proc", pid, &found->list) == 0;
    }
    (void)fd_list_name_sockets("/proc/self/net",
                               &found->list); /* else their links stay */
    return found;
}

static void put_counts(struct view *view, const struct vitals *vitals)
{
    view_open_object(view, "fds");
    for (int i = 0; i < VITALS_FD_KINDS; i++) {
        view_number(view, vitals_fd_name((enum vitals_fd)i), vitals->fds[i]);
    }
    view_close_object(view);
    view_number(view, "total", roster_fds(vitals));
}

static void put_list(struct view *view, const struct fd_list *list, int32_t pid)
{
    view_open_list(view, "list");
    for (uint32_t i = 0; i < list->count; i++) {
        const struct fd_entry *entry = &list->entries[i];
        if (entry->pid == pid) {
            view_open_object(view, NULL);
            view_signed(view, "fd", entry->number);
            view_text(view, "type", vitals_fd_name(entry->kind));
            view_text(view, "what", entry->what);
            view_close_object(view);
        }
    }
    view_close_list(view);
}

static void put_process(struct view *view, const struct snapshot *snapshot,
                        const struct findings *found, uint32_t index)
{
    const struct roster_process *process = &found->roster.list[index];
    view_open_object(view, NULL);
    view_signed(view, "pid", process->pid);
    view_text(view, "role", process->role);
    view_text(view, "note", process->note);
    view_age(view, "told_ms_ago", snapshot->now_ms, process->told_ms);
    put_counts(view, &process->vitals);
    if (found->is_listed[index]) {
        put_list(view, &found->list, process->pid);
    } else {
        view_null(view, "list");
    }
    view_close_object(view);
}

static void write_json(const struct snapshot *snapshot,
                       const struct findings *found, struct body *body)
{
    struct view view;
    view_init(&view, body);
    view_open_object(&view, NULL);
    view_number(&view, "v", 1);
    view_flag(&view, "cut", found->list.is_cut);
    view_open_list(&view, "procs");
    for (uint32_t i = 0; i < found->roster.count; i++) {
        put_process(&view, snapshot, found, i);
    }
    view_close_list(&view);
    view_close_object(&view);
    body_text(body, "\n");
}

static void write_process(const struct findings *found, uint32_t index,
                          struct body *body)
{
    const struct roster_process *process = &found->roster.list[index];
    body_format(body, "%s %" PRId32 ": %" PRIu32 " descriptors", process->role,
                process->pid, roster_fds(&process->vitals));
    for (int i = 0; i < VITALS_FD_KINDS; i++) {
        if (process->vitals.fds[i] > 0) {
            body_format(body, ", %" PRIu32 " %s", process->vitals.fds[i],
                        vitals_fd_name((enum vitals_fd)i));
        }
    }
    body_text(body, "\n");
    for (uint32_t i = 0; i < found->list.count; i++) {
        const struct fd_entry *entry = &found->list.entries[i];
        if (found->is_listed[index] && entry->pid == process->pid) {
            body_format(body, "    %4d %-6s %s\n", entry->number,
                        vitals_fd_name(entry->kind), entry->what);
        }
    }
}

void debug_write_fds(const struct snapshot *snapshot, bool is_text,
                     struct body *body)
{
    struct findings *found = find_all(snapshot);
    if (found == NULL) {
        body->is_failed = true; /* no memory */
        return;
    }
    if (!is_text) {
        write_json(snapshot, found, body);
    }
    for (uint32_t i = 0; is_text && i < found->roster.count; i++) {
        write_process(found, i, body);
    }
    free(found);
}
