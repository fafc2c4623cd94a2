/*
 * prober_pool.c - see prober_pool.h.
 *
 * A prober's end has two halves for the engine. ENDED: nothing more will come
 * of it, its tasks are free; told when the process was seen to exit and its
 * stream read to the end (so that no result is lost and the signal it died of
 * is known), or when we kill it. REAPED: the kernel has let it go.
 */
#include "supervisor/prober_pool.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/kernel_view.h"
#include "base/log.h"
#include "base/text.h"
#include "supervisor/prober_looks.h"

static struct prober *find_prober(struct prober_pool *pool, uint32_t number)
{
    for (size_t i = 0; i < ENGINE_PROBERS_MOST; i++) {
        if (pool->probers[i].number == number) {
            return &pool->probers[i];
        }
    }
    return NULL;
}

/* --- telling the engine --------------------------------------------------- */

static void tell(struct prober *prober, enum engine_event_kind kind)
{
    struct engine_event event = {.kind = kind, .prober = prober->number};

    prober->pool->on_event(prober->pool, &event);
}

/* What the page says is gossip: the engine checks the task, we the step. */
static uint64_t read_page(const struct prober *prober, enum step *step)
{
    uint32_t said =
        atomic_load_explicit(&prober->progress->step, memory_order_relaxed);

    *step = said < STEP_COUNT ? (enum step)said : STEP_NONE;
    return atomic_load_explicit(&prober->progress->inside,
                                memory_order_acquire);
}

static void tell_of_end(struct prober *prober, const char *why)
{
    struct engine_event event = {
        .kind = ENGINE_PROBER_ENDED, .prober = prober->number, .why = why};

    if (prober->is_told_of_end) {
        return;
    }
    prober->is_told_of_end = true;
    prober_looks_forget(prober);
    event.inside = read_page(prober, &event.step);
    prober->pool->on_event(prober->pool, &event);
}

/* Whose task that is, if it runs in this very prober; -1 = nobody's. */
static int32_t find_instance(const struct prober *prober, uint64_t id)
{
    const struct task *task = tasks_find(prober->pool->tasks, id);

    if (task != NULL) {
        bool is_its =
            task->kind == TASK_PROBE && task->pid == prober->child.pid;
        return is_its ? task->instance : -1;
    }
    return id != 0 && id == prober->last_task ? prober->last_instance : -1;
}

static void tell_ending(struct prober *prober, const char *why)
{
    struct prober_pool *pool = prober->pool;
    const struct child *child = &prober->child;
    struct ending ending = {.service = SERVICE_PROBER,
                            .pid = child->pid,
                            .age_ms = clock_monotonic_ms() - child->started_ms};
    int32_t instance = find_instance(prober, read_page(prober, &ending.step));

    if (instance < 0) {
        ending.step = STEP_NONE;
    }
    (void)text_copy(ending.why, sizeof(ending.why), why); /* may be cut */
    (void)text_copy(ending.kernel, sizeof(ending.kernel),
                    prober->kernel); /* the same size */
    pool->on_ending(pool, &ending, instance);
}

/* --- killing one --------------------------------------------------------- */

static void kill_prober(struct prober *prober)
{
    if (prober->child.state == CHILD_RUNNING && !prober->is_dismissed) {
        kernel_view_read("/proc", prober->child.pid, prober->is_ready,
                         prober->kernel, sizeof(prober->kernel));
    }
    child_kill(&prober->child);
}

/* --- what a prober says and does ------------------------------------------ */

static void handle_message(struct child *child, const struct message *message)
{
    struct prober *prober = child->owner;
    struct engine_event event = {.kind = ENGINE_PROBER_RESULT,
                                 .prober = prober->number};

    if (prober->is_told_of_end) {
        return; /* killed: its tasks are somebody else's now */
    }
    if (message->kind == MESSAGE_PROBER_HELLO && !prober->is_ready) {
        prober->is_ready = true;
        tell(prober, ENGINE_PROBER_READY);
    } else if (message->kind == MESSAGE_RESULT) {
        prober_looks_on_result(prober);
        event.result = &message->result;
        prober->pool->on_event(prober->pool, &event);
    } else if (message->kind == MESSAGE_PROBER_VITALS) {
        prober->vitals = message->vitals;
        prober->vitals_ms = clock_monotonic_ms();
    }
}

static void handle_ended(struct child *child, int status)
{
    struct prober *prober = child->owner;

    /* Other errors are the socket's: the prober died with unread work. */
    prober->fault = child_fault(status);
    /* Without its stream it is of no use, whatever it still does. One that is
     * dying already keeps the status it dies with. */
    child_kill(child);
}

static void handle_over(struct child *child)
{
    struct prober *prober = child->owner;
    char why[ENDING_WHY_BYTES];

    if (prober->fault != NULL) {
        (void)text_copy(why, sizeof(why), prober->fault); /* fits */
    } else {
        child_describe_end(child, why, sizeof(why));
    }
    if (!prober->is_told_of_end && !prober->is_dismissed) {
        tell_ending(prober, why);
    } else {
        log_event(LEVEL_DEBUG, "prober_reaped",
                  LOG_NUMBER("prober", prober->number),
                  LOG_NUMBER("pid", child->pid), LOG_TEXT("how", why));
    }
    prober->pool->restarts += !prober->is_dismissed;
    tell_of_end(prober, why);
    progress_destroy(prober->progress);
    prober->progress = NULL;
    /* Free before it is told: the engine may start another in its place. */
    struct prober gone = {.pool = prober->pool, .number = prober->number};
    prober->number = 0;
    tell(&gone, ENGINE_PROBER_REAPED);
}

/* --- public -------------------------------------------------------------- */

void prober_pool_init(struct prober_pool *pool, uv_loop_t *loop,
                      struct tasks *tasks, const char *program,
                      prober_pool_event_cb on_event,
                      prober_pool_ending_cb on_ending, void *owner)
{
    memset(pool, 0, sizeof(*pool));
    pool->owner = owner;
    pool->loop = loop;
    pool->tasks = tasks;
    pool->program = program;
    pool->on_event = on_event;
    pool->on_ending = on_ending;
    prober_looks_init(pool);
}

static int start_prober(struct prober *prober)
{
    struct prober_pool *pool = prober->pool;
    struct child_spec spec = {
        .program = pool->program,
        .name = "sentinel-prober",
        .service = SERVICE_PROBER,
        .incoming = FROM_PROBER,
        .generation = prober->number,
        .on_message = handle_message,
        .on_ended = handle_ended,
        .on_over = handle_over,
    };

    spec.shared_fd = progress_create(&prober->progress);
    if (spec.shared_fd < 0) {
        return spec.shared_fd;
    }
    int error =
        child_start(&prober->child, pool->loop, pool->tasks, &spec, prober);
    (void)close(spec.shared_fd); /* the child has its own */
    if (error != 0) {
        progress_destroy(prober->progress);
        prober->progress = NULL;
    }
    return error;
}

void prober_pool_spawn(struct prober_pool *pool, uint32_t number)
{
    struct engine_event event = {.kind = ENGINE_PROBER_FAILED,
                                 .prober = number};
    struct prober *prober = find_prober(pool, 0);
    int error = UV_EMFILE;

    if (prober != NULL) {
        *prober = (struct prober){.pool = pool, .number = number};
        error = start_prober(prober);
    }
    if (error == 0) {
        pool->starts++;
        event.kind = ENGINE_PROBER_SPAWNED;
        event.pid = prober->child.pid;
    } else {
        log_event(LEVEL_ERROR, "prober_not_started",
                  LOG_TEXT("error", strerror(-error)));
        if (prober != NULL) {
            prober->number = 0;
        }
    }
    pool->on_event(pool, &event);
}

static bool say(struct prober *prober, const struct message *message)
{
    if (prober->child.state != CHILD_RUNNING || prober->child.is_stream_ended) {
        return false; /* its end is on the way to the engine */
    }
    if (channel_send(&prober->child.channel, message) != 0) {
        kill_prober(prober);
        return false;
    }
    return true;
}

bool prober_pool_probe(struct prober_pool *pool, uint32_t number,
                       const struct message_probe *probe)
{
    struct prober *prober = find_prober(pool, number);
    const struct message message = {.kind = MESSAGE_PROBE, .probe = *probe};

    if (prober == NULL || prober->is_dismissed || !say(prober, &message)) {
        return false;
    }
    const struct task *task = tasks_find(pool->tasks, probe->task);
    prober->last_task = probe->task;
    prober->last_instance = task != NULL ? task->instance : -1;
    prober_looks_on_probe(prober);
    return true;
}

void prober_pool_retire(struct prober_pool *pool, uint32_t number)
{
    struct prober *prober = find_prober(pool, number);

    if (prober != NULL) {
        prober->is_dismissed = true;
        (void)say(prober, &(struct message){.kind = MESSAGE_RETIRE});
    }
}

void prober_pool_kill(struct prober_pool *pool, uint32_t number, bool is_hung)
{
    struct prober *prober = find_prober(pool, number);

    if (prober == NULL) {
        return;
    }
    bool is_news = is_hung && !prober->is_told_of_end && !prober->is_dismissed;
    prober->is_dismissed = prober->is_dismissed || !is_hung;
    kill_prober(prober);
    if (is_news) {
        tell_ending(prober, ENDING_HUNG);
    }
    tell_of_end(prober, ENDING_HUNG);
}

void prober_pool_flush(struct prober_pool *pool)
{
    for (size_t i = 0; i < ENGINE_PROBERS_MOST; i++) {
        struct prober *prober = &pool->probers[i];
        if (prober->number != 0 && prober->child.state == CHILD_RUNNING &&
            !prober->child.is_stream_ended &&
            channel_flush(&prober->child.channel) != 0) {
            kill_prober(prober);
        }
    }
}

/* Gossip: only a task of this prober's own is believed of it. */
static void note_step(struct prober *prober)
{
    const struct progress *page = prober->progress;
    uint64_t inside = atomic_load_explicit(&page->inside, memory_order_relaxed);
    uint32_t step = atomic_load_explicit(&page->step, memory_order_relaxed);
    struct task *task =
        inside != 0 ? tasks_find(prober->pool->tasks, inside) : NULL;

    if (task != NULL && task->kind == TASK_PROBE &&
        task->pid == prober->child.pid && step > STEP_NONE &&
        step < STEP_COUNT && task->step != (enum step)step) {
        task->step = (enum step)step;
        tasks_touch(prober->pool->tasks);
    }
}

void prober_pool_note_steps(struct prober_pool *pool)
{
    for (size_t i = 0; i < ENGINE_PROBERS_MOST; i++) {
        struct prober *prober = &pool->probers[i];
        if (prober->number != 0 && prober->progress != NULL) {
            note_step(prober);
        }
    }
}

void prober_pool_stop(struct prober_pool *pool)
{
    for (size_t i = 0; i < ENGINE_PROBERS_MOST; i++) {
        if (pool->probers[i].number != 0) {
            pool->probers[i].is_dismissed = true;
            child_kill(&pool->probers[i].child);
        }
    }
}

bool prober_pool_is_empty(const struct prober_pool *pool)
{
    for (size_t i = 0; i < ENGINE_PROBERS_MOST; i++) {
        if (pool->probers[i].number != 0) {
            return false;
        }
    }
    return true;
}

bool prober_pool_show(const struct prober_pool *pool, uint32_t index,
                      struct board_service *shown)
{
    const struct prober *prober = &pool->probers[index];

    if (prober->number == 0) {
        return false;
    }
    *shown = (struct board_service){
        .kind = SERVICE_PROBER,
        .pid = prober->child.pid,
        .generation = prober->number,
        .started_ms = prober->child.started_ms,
        .starts = pool->starts,
        .restarts = pool->restarts,
        .is_ready = prober->is_ready,
        .vitals = prober->vitals,
        .vitals_ms = prober->vitals_ms,
    };
    return true;
}
