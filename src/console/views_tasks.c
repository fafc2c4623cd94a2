/*
 * views_tasks.c - everything alive, as /tasks and /goroutines tell it.
 *
 * Both come from one copy of the tasks record, so that what is started is
 * always what is finished, reaped or live, in every single answer. What the
 * kernel says a task's process waits in is read now, from files that wait for
 * nobody.
 */
#include <inttypes.h>

#include "console/debug.h"
#include "console/kernel_words.h"
#include "console/views.h"

/* The name of a task's instance; "" of a process. */
static const char *instance_name(struct snapshot *snapshot,
                                 const struct task *task)
{
    if (task->instance < 0) {
        return "";
    }
    const struct board_instance *instance =
        snapshot_read_instance(snapshot, (uint32_t)task->instance);
    return instance != NULL ? instance->settings.name : "";
}

static void put_task(struct view *view, struct snapshot *snapshot,
                     const struct task *task, struct kernel_words *words)
{
    view_open_object(view, NULL);
    view_number(view, "id", task->id);
    view_text(view, "kind", task_kind_name(task->kind));
    view_text(view, "service", service_name(task->service));
    view_text(view, "instance", instance_name(snapshot, task));
    view_number(view, "round", task->round);
    view_number(view, "age_ms", snapshot_age_ms(snapshot, task->started_ms));
    /* From the task's start, as its age is. */
    if (task->deadline_ms > task->started_ms) {
        view_number(view, "deadline_ms", task->deadline_ms - task->started_ms);
    } else {
        view_null(view, "deadline_ms");
    }
    view_text(view, "step", step_name(task->step));
    view_signed(view, "pid", task->pid);
    view_text(view, "kernel", kernel_words_find(words, task->pid));
    view_close_object(view);
}

void views_tasks(struct snapshot *snapshot, struct body *body)
{
    const struct tasks *tasks = snapshot->tasks;
    struct kernel_words words;
    struct view view;
    kernel_words_init(&words, snapshot);
    view_init(&view, body);
    view_open_object(&view, NULL);
    view_number(&view, "live", tasks->live);
    view_number(&view, "started", tasks->started);
    view_number(&view, "finished", tasks->finished);
    view_number(&view, "reaped", tasks->reaped);
    view_open_list(&view, "tasks");
    for (uint32_t i = 0; i < tasks->live; i++) {
        put_task(&view, snapshot, &tasks->list[i], &words);
    }
    view_close_list(&view);
    debug_put_endings(&view, snapshot);
    view_close_object(&view);
    body_text(body, "\n");
}

/* What a probe is at, or which program a process is. */
static void write_counts(const struct tasks *tasks, enum task_kind kind,
                         struct body *body)
{
    uint32_t steps[STEP_COUNT] = {0};
    uint32_t services[SERVICE_COUNT] = {0};
    for (uint32_t i = 0; i < tasks->live; i++) {
        const struct task *task = &tasks->list[i];
        if (task->kind == kind && kind == TASK_PROBE) {
            steps[task->step]++;
        } else if (task->kind == kind) {
            services[task->service]++;
        }
    }
    for (int i = 0; i < STEP_COUNT; i++) {
        if (steps[i] > 0) {
            body_format(body, "%" PRIu32 " %s %s\n", steps[i],
                        task_kind_name(kind), step_name((enum step)i));
        }
    }
    for (int i = 0; i < SERVICE_COUNT; i++) {
        if (services[i] > 0) {
            body_format(body, "%" PRIu32 " %s %s\n", services[i],
                        task_kind_name(kind),
                        service_name((enum service_kind)i));
        }
    }
}

static void write_process(const struct task *task, struct kernel_words *words,
                          struct body *body)
{
    if (task->pid <= 0) {
        body_text(body, "    not yet in a process\n");
        return;
    }
    body_format(body, "    pid %" PRId32 "\n", task->pid);
    const char *word = kernel_words_find(words, task->pid);
    if (word[0] != '\0') {
        body_format(body, "    kernel %s\n", word);
    }
}

static void write_task(struct snapshot *snapshot, const struct task *task,
                       struct kernel_words *words, struct body *body)
{
    bool is_probe = task->kind == TASK_PROBE;
    body_format(body, "\ntask %" PRIu64 " [%s %s, ", task->id,
                task_kind_name(task->kind),
                is_probe ? step_name(task->step) : service_name(task->service));
    body_duration(body, snapshot_age_ms(snapshot, task->started_ms));
    body_text(body, "]:\n");
    if (is_probe) {
        body_format(body, "    instance %s round %" PRIu64 "\n",
                    instance_name(snapshot, task), task->round);
    }
    if (task->deadline_ms > task->started_ms) {
        body_text(body, "    deadline ");
        body_duration(body, task->deadline_ms - task->started_ms);
        body_text(body, " after its start\n");
    }
    write_process(task, words, body);
}

void views_goroutines(struct snapshot *snapshot, unsigned debug,
                      struct body *body)
{
    const struct tasks *tasks = snapshot->tasks;
    if (debug == 0) {
        body_format(body, "%" PRIu32 "\n", tasks->live);
        return;
    }
    body_format(body,
                "%" PRIu32 " live\nstarted %" PRIu64 " = finished %" PRIu64
                " + reaped %" PRIu64 " + live %" PRIu32 "\n",
                tasks->live, tasks->started, tasks->finished, tasks->reaped,
                tasks->live);
    if (debug == 1) {
        body_text(body, "\n");
        for (int i = 0; i < TASK_KIND_COUNT; i++) {
            write_counts(tasks, (enum task_kind)i, body);
        }
        return;
    }
    struct kernel_words words;
    kernel_words_init(&words, snapshot);
    for (uint32_t i = 0; i < tasks->live; i++) {
        write_task(snapshot, &tasks->list[i], &words, body);
    }
    debug_write_endings(snapshot, body);
}
