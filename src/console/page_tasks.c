/*
 * page_tasks.c - what is alive and how old it is, and which processes of ours
 * ended unasked in the last day, with what is known of why.
 */
#include <inttypes.h>

#include "console/page.h"

#define DAY_MS UINT64_C(86400000)
#define ENDINGS_SHOWN 10

static const struct task *find_oldest_probe(const struct tasks *tasks)
{
    const struct task *oldest = NULL;
    for (uint32_t i = 0; i < tasks->live; i++) {
        const struct task *task = &tasks->list[i];
        if (task->kind == TASK_PROBE &&
            (oldest == NULL || task->started_ms < oldest->started_ms)) {
            oldest = task;
        }
    }
    return oldest;
}

static void write_counts(const struct tasks *tasks, struct body *body)
{
    static const char *const words[TASK_KIND_COUNT] = {
        [TASK_PROBE] = "Probes in flight",
        [TASK_SERVICE] = "helper processes",
        [TASK_ZOMBIE] = "killed and not reaped yet",
    };
    uint32_t counts[TASK_KIND_COUNT] = {0};
    for (uint32_t i = 0; i < tasks->live; i++) {
        if (tasks->list[i].kind < TASK_KIND_COUNT) {
            counts[tasks->list[i].kind]++;
        }
    }
    body_format(body, "<p><strong>Live tasks: %" PRIu32 "</strong>.",
                tasks->live);
    for (int i = 0; i < TASK_KIND_COUNT; i++) {
        bool is_bad = i == TASK_ZOMBIE && counts[i] > 0;
        body_format(body, "%s %s%s: %" PRIu32 "%s", i == 0 ? "" : ",",
                    is_bad ? "<b class=\"down\">" : "", words[i], counts[i],
                    is_bad ? "</b>" : "");
    }
    body_text(body, ".");
}

static void write_oldest(const struct snapshot *snapshot, struct body *body)
{
    const struct task *oldest = find_oldest_probe(snapshot->tasks);
    if (oldest == NULL) {
        body_text(body, " No probe is in flight.</p>\n");
        return;
    }
    const struct board_instance *record =
        oldest->instance >= 0
            ? snapshot_instance(snapshot, (uint32_t)oldest->instance)
            : NULL;
    body_text(body, " The oldest probe: ");
    body_html(body, record != NULL ? record->settings.name : "?");
    body_text(body, ", ");
    body_duration(body, snapshot_age_ms(snapshot, oldest->started_ms));
    body_format(body, ", at step %s", step_name(oldest->step));
    if (oldest->pid > 0) {
        body_format(body, " in process %" PRId32, oldest->pid);
    }
    if (oldest->deadline_ms > 0 && oldest->deadline_ms < snapshot->now_ms) {
        body_text(body, ", <b class=\"down\">past its deadline by ");
        body_duration(body, snapshot->now_ms - oldest->deadline_ms);
        body_text(body, "</b>");
    }
    body_text(body, ".</p>\n");
}

/* --- what ended ----------------------------------------------------------- */

static void write_ending(const struct snapshot *snapshot,
                         const struct ending *ending, struct body *body)
{
    body_text(body, "<li>");
    page_write_moment(snapshot, ending->wall_ms, body);
    body_format(body, " <b>%s</b> %" PRId32 ": ", service_name(ending->service),
                ending->pid);
    body_html(body, ending->why);
    body_text(body, "<span>");
    if (ending->name[0] != '\0') {
        body_text(body, " at ");
        body_html(body, ending->name);
        body_format(body, ", step %s", step_name(ending->step));
    }
    body_text(body, "; it had lived ");
    body_duration(body, ending->age_ms);
    if (ending->kernel[0] != '\0') {
        body_text(body, "; the kernel: ");
        body_html(body, ending->kernel);
    }
    body_text(body, "</span></li>\n");
}

/* The last ones of a day, the newest first; how many there were. */
static uint32_t write_list(const struct snapshot *snapshot, struct body *body)
{
    uint64_t last = snapshot->agent.last_ending;
    uint32_t found = 0;
    for (uint64_t ago = 0; ago < ENDINGS_MOST && ago < last; ago++) {
        struct ending ending;
        if (board_read_ending(snapshot->board, last - ago, &ending) != 0 ||
            ending.wall_ms + DAY_MS < snapshot->now_wall_ms) {
            continue;
        }
        if (found < ENDINGS_SHOWN) {
            write_ending(snapshot, &ending, body);
        }
        found++;
    }
    return found;
}

static void write_endings(const struct snapshot *snapshot, struct body *body)
{
    const struct tasks *tasks = snapshot->tasks;
    body_format(body,
                "<p>Since the start %" PRIu64 " were started, %" PRIu64
                " finished and %" PRIu64 " reaped. Processes of ours that "
                "ended unasked in the last 24 hours, and why:</p>\n"
                "<ol class=\"log\">\n",
                tasks->started, tasks->finished, tasks->reaped);
    uint32_t found = write_list(snapshot, body);
    if (found == 0) {
        body_text(body, "<li class=\"dim\">None.</li>\n");
    } else if (found > ENDINGS_SHOWN) {
        body_format(body, "<li class=\"dim\">and %" PRIu32 " before</li>\n",
                    found - ENDINGS_SHOWN);
    }
    body_text(body, "</ol>");
}

void page_write_tasks(const struct snapshot *snapshot, struct body *body)
{
    body_text(body, "<section id=\"tasks\" data-live><h2>Tasks</h2>\n");
    write_counts(snapshot->tasks, body);
    write_oldest(snapshot, body);
    write_endings(snapshot, body);
    body_text(body, "</section>\n");
}
