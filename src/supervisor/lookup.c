/*
 * lookup.c - see lookup.h. A process is current, or on its way out:
 *
 *   current       something is due       told
 *                 nothing under way      retired
 *                 something late         killed; the others are asked again
 *                 says nonsense, dies    names_on_crash
 *   none is       something is due       one is started
 *   on its way    still there            killed, again and again; nobody waits
 */
#include "supervisor/lookup.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define HELPER_NAME "sentinel-prober"
#define HELPER_ROLE "resolve"
#define KILL_AGAIN_MS 1000

/* --- the end of a process ------------------------------------------------- */

void lookup_dismiss(struct lookup *lookup, uint64_t now_ms)
{
    if (lookup->current != NULL) {
        lookup->current->kill_ms = now_ms + KILL_AGAIN_MS;
        child_kill(&lookup->current->child);
        lookup->current = NULL;
    }
}

static void pause_after_death(struct lookup *lookup, uint64_t now_ms)
{
    lookup->start_ms = now_ms + lookup->pause_ms;
    lookup->pause_ms =
        lookup->pause_ms == 0 ? LOOKUP_PAUSE_LEAST_MS : 2 * lookup->pause_ms;
    if (lookup->pause_ms > LOOKUP_PAUSE_MOST_MS) {
        lookup->pause_ms = LOOKUP_PAUSE_MOST_MS;
    }
}

/* The current one is of no more use, by its own fault. */
static void lose(struct lookup *lookup, const char *how)
{
    uint64_t now_ms = clock_monotonic_ms();

    log_event(LEVEL_WARNING, "resolver_ended", LOG_TEXT("how", how),
              LOG_NUMBER("pid", lookup->current->child.pid),
              LOG_NUMBER("lookups", names_asked(lookup->names, lookup->lane)));
    names_on_crash(lookup->names, lookup->lane, now_ms);
    pause_after_death(lookup, now_ms);
    lookup_dismiss(lookup, now_ms);
}

static bool is_current(const struct lookup_process *process)
{
    return process == process->lookup->current;
}

static void handle_over(struct child *child)
{
    struct lookup_process *process = child->owner;
    struct lookup *lookup = process->lookup;
    char how[64];

    if (is_current(process)) {
        child_describe_end(child, how, sizeof(how));
        lose(lookup, how);
    }
    progress_destroy(process->progress);
    process->progress = NULL;
    process->is_alive = false;
    lookup->on_event(lookup);
}

static void handle_ended(struct child *child, int status)
{
    struct lookup_process *process = child->owner;
    struct lookup *lookup = process->lookup;

    if (is_current(process) && child_fault(status) != NULL) {
        lose(lookup, child_fault(status));
        lookup->on_event(lookup);
    }
    child_kill(child); /* it can say nothing more; its end tells how */
}

/* --- its beginning and work ----------------------------------------------- */

static void handle_message(struct child *child, const struct message *message)
{
    struct lookup_process *process = child->owner;
    struct lookup *lookup = process->lookup;

    if (!is_current(process) || message->kind == MESSAGE_PROBER_HELLO) {
        return;
    }
    if (message->kind == MESSAGE_RESOLVED &&
        names_on_resolved(lookup->names, lookup->lane, &message->resolved,
                          clock_monotonic_ms()) == 0) {
        lookup->pause_ms = 0;
    } else {
        lose(lookup, "spoke nonsense");
    }
    lookup->on_event(lookup);
}

static int start_process(struct lookup *lookup, struct lookup_process *process)
{
    struct child_spec spec = {
        .program = lookup->program,
        .name = HELPER_NAME,
        .role = HELPER_ROLE,
        .service = SERVICE_RESOLVER,
        .incoming = FROM_PROBER,
        .generation = ++lookup->generation,
        .on_message = handle_message,
        .on_ended = handle_ended,
        .on_over = handle_over,
    };

    spec.shared_fd = progress_create(&process->progress);
    if (spec.shared_fd < 0) {
        return spec.shared_fd;
    }
    int error = child_start(&process->child, lookup->loop, lookup->tasks, &spec,
                            process);
    (void)close(spec.shared_fd); /* the child has its own */
    if (error != 0) {
        progress_destroy(process->progress);
        process->progress = NULL;
        return error;
    }
    process->lookup = lookup;
    process->is_alive = true;
    process->kill_ms = 0;
    lookup->current = process;
    return 0;
}

static struct lookup_process *find_free(struct lookup *lookup)
{
    for (int i = 0; i < LOOKUP_PROCESSES_MOST; i++) {
        if (!lookup->processes[i].is_alive) {
            return &lookup->processes[i];
        }
    }
    return NULL;
}

/* There is a current one, or there is one now. */
static bool is_open(struct lookup *lookup, uint64_t now_ms)
{
    struct lookup_process *process = find_free(lookup);

    if (lookup->current == NULL && process != NULL &&
        now_ms >= lookup->start_ms) {
        int error = start_process(lookup, process);

        if (error != 0) {
            log_event(LEVEL_ERROR, "resolver_not_started",
                      LOG_TEXT("error", strerror(-error)));
            pause_after_death(lookup, now_ms);
        }
    }
    return lookup->current != NULL;
}

static void ask(struct lookup *lookup, uint64_t now_ms)
{
    struct message message = {.kind = MESSAGE_RESOLVE};

    if (names_due_ms(lookup->names, lookup->lane) > now_ms) {
        return;
    }
    while (is_open(lookup, now_ms) &&
           names_ask(lookup->names, lookup->lane, now_ms, &message.resolve)) {
        if (child_send(&lookup->current->child, &message) != 0) {
            lose(lookup, "does not read");
        }
    }
}

/* Its answers were all heard: what it does from now on is no news. */
static void retire(struct lookup *lookup, uint64_t now_ms)
{
    struct lookup_process *process = lookup->current;
    const struct message message = {.kind = MESSAGE_RETIRE};

    process->kill_ms = now_ms + LOOKUP_RETIRE_MS;
    lookup->current = NULL;
    if (child_send(&process->child, &message) != 0) {
        child_kill(&process->child);
    }
}

void lookup_tend(struct lookup *lookup, uint64_t now_ms)
{
    if (lookup->current != NULL &&
        names_late_ms(lookup->names, lookup->lane) <= now_ms) {
        names_on_late(lookup->names, lookup->lane, now_ms);
        lookup_dismiss(lookup, now_ms);
    }
    ask(lookup, now_ms);
    if (lookup->current != NULL &&
        names_asked(lookup->names, lookup->lane) == 0) {
        retire(lookup, now_ms);
    }
    for (int i = 0; i < LOOKUP_PROCESSES_MOST; i++) {
        struct lookup_process *process = &lookup->processes[i];

        if (process->is_alive && process->kill_ms != 0 &&
            process->kill_ms <= now_ms) {
            process->kill_ms = now_ms + KILL_AGAIN_MS;
            child_kill(&process->child);
        }
    }
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

uint64_t lookup_next_ms(const struct lookup *lookup)
{
    uint64_t due_ms = names_due_ms(lookup->names, lookup->lane);
    uint64_t next_ms = names_late_ms(lookup->names, lookup->lane);
    bool is_room = lookup->current != NULL;

    for (int i = 0; i < LOOKUP_PROCESSES_MOST; i++) {
        const struct lookup_process *process = &lookup->processes[i];

        is_room = is_room || !process->is_alive;
        if (process->is_alive && process->kill_ms != 0) {
            next_ms = earlier(next_ms, process->kill_ms);
        }
    }
    if (lookup->current == NULL && due_ms < lookup->start_ms) {
        due_ms = lookup->start_ms;
    }
    return is_room ? earlier(next_ms, due_ms) : next_ms;
}

void lookup_stop(struct lookup *lookup)
{
    lookup->current = NULL;
    for (int i = 0; i < LOOKUP_PROCESSES_MOST; i++) {
        if (lookup->processes[i].is_alive) {
            child_kill(&lookup->processes[i].child);
        }
    }
}

bool lookup_is_idle(const struct lookup *lookup)
{
    for (int i = 0; i < LOOKUP_PROCESSES_MOST; i++) {
        if (lookup->processes[i].is_alive) {
            return false;
        }
    }
    return true;
}
