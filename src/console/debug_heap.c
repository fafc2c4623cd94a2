/*
 * debug_heap.c - /debug/heap: what malloc holds in each process, and what it
 * is made of in this one.
 *
 * Blocks in use that grow are a leak of ours or of a library; free blocks that
 * grow are fragments; a resident set that grows without either is mapped.
 */
#include <inttypes.h>
#include <malloc.h>

#include "console/debug.h"
#include "console/roster.h"

static void put_process(struct view *view, const struct snapshot *snapshot,
                        const struct roster_process *process)
{
    const struct vitals *vitals = &process->vitals;
    view_open_object(view, NULL);
    view_signed(view, "pid", process->pid);
    view_text(view, "role", process->role);
    view_text(view, "note", process->note);
    view_age(view, "told_ms_ago", snapshot->now_ms, process->told_ms);
    view_number(view, "heap_kb", vitals->heap_kb);
    view_number(view, "heap_free_kb", vitals->heap_free_kb);
    view_number(view, "rss_kb", vitals->rss_kb);
    view_number(view, "pss_kb", vitals->pss_kb);
    view_close_object(view);
}

/* Names as in mallinfo(3), in words. */
static void put_own(struct view *view)
{
    struct mallinfo2 info = mallinfo2();
    view_open_object(view, "console");
    view_number(view, "arena_bytes", info.arena);
    view_number(view, "in_use_bytes", info.uordblks);
    view_number(view, "free_bytes", info.fordblks);
    view_number(view, "free_blocks", info.ordblks);
    view_number(view, "fast_bytes", info.fsmblks);
    view_number(view, "fast_blocks", info.smblks);
    view_number(view, "top_bytes", info.keepcost);
    view_number(view, "mapped_bytes", info.hblkhd);
    view_number(view, "mapped_blocks", info.hblks);
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
        if (roster->list[i].told_ms != 0) {
            put_process(&view, snapshot, &roster->list[i]);
        }
    }
    view_close_list(&view);
    put_own(&view);
    view_close_object(&view);
    body_text(body, "\n");
}

static void write_text(const struct roster *roster, struct body *body)
{
    struct mallinfo2 info = mallinfo2();
    body_text(body, "role           pid  heap_kb  free_kb   rss_kb   pss_kb\n");
    for (uint32_t i = 0; i < roster->count; i++) {
        const struct roster_process *process = &roster->list[i];
        if (process->told_ms != 0) {
            body_format(body,
                        "%-10s %7" PRId32 " %8" PRIu64 " %8" PRIu64 " %8" PRIu64
                        " %8" PRIu64 " %s\n",
                        process->role, process->pid, process->vitals.heap_kb,
                        process->vitals.heap_free_kb, process->vitals.rss_kb,
                        process->vitals.pss_kb, process->note);
        }
    }
    body_format(body,
                "\nconsole: %zu bytes in use, %zu free in %zu blocks, %zu "
                "mapped in %zu blocks, %zu at the top\n",
                info.uordblks, info.fordblks, info.ordblks, info.hblkhd,
                info.hblks, info.keepcost);
}

void debug_write_heap(const struct snapshot *snapshot, bool is_text,
                      struct body *body)
{
    struct roster roster;
    roster_take(&roster, snapshot);
    if (is_text) {
        write_text(&roster, body);
    } else {
        write_json(snapshot, &roster, body);
    }
}
