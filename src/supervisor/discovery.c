/*
 * discovery.c - see discovery.h.
 *
 *   start -> hello, found ... -> searched -> its end    0
 *         -> no end in time   -> killed   -> its end    -ETIMEDOUT
 *         -> nonsense         -> killed   -> its end    -EPROTO
 *         -> stop             -> killed   -> its end    -ECANCELED
 *         -> its end                                    -EIO
 */
#include "supervisor/discovery.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define HELPER_NAME "sentinel-prober"
#define HELPER_ROLE "discover"

/* --- its end ------------------------------------------------------------- */

static void log_end(const struct discovery *discovery)
{
    const struct message_searched *searched = &discovery->searched;
    char how[64];

    if (discovery->status == 0) {
        log_event(LEVEL_DEBUG, "discovered",
                  LOG_NUMBER("servers", discovery->count),
                  LOG_NUMBER("processes", searched->processes),
                  LOG_NUMBER("hidden", searched->hidden),
                  LOG_NUMBER("addresses", searched->addresses),
                  LOG_NUMBER("silent", searched->silent),
                  LOG_NUMBER("left_out", searched->left_out));
        return;
    }
    child_describe_end(&discovery->child, how, sizeof(how));
    log_event(LEVEL_DEBUG, "discovery_incomplete",
              LOG_NUMBER("servers", discovery->count),
              LOG_TEXT("why", strerror(-discovery->status)),
              LOG_TEXT("how", how));
}

static void handle_closed(uv_handle_t *handle)
{
    struct discovery *discovery = handle->data;

    progress_destroy(discovery->progress);
    discovery->progress = NULL;
    if (discovery->status == -EPROTO || discovery->status == -ECANCELED) {
        discovery->count = 0;
    }
    discovery_list_finish(discovery->list, &discovery->count);
    log_end(discovery);
    discovery->is_searching = false;
    discovery->on_done(discovery, discovery->status);
}

static void handle_over(struct child *child)
{
    struct discovery *discovery = child->owner;

    if (discovery->status == 0 && !discovery->has_ended) {
        discovery->status = -EIO;
    } else if (discovery->status == 0 && !discovery->searched.is_whole) {
        discovery->status = -ETIMEDOUT;
    }
    uv_close((uv_handle_t *)&discovery->timer, handle_closed);
}

/* The first reason stays; killing twice is fine. */
static void kill_for(struct discovery *discovery, int why)
{
    if (discovery->status == 0) {
        discovery->status = why;
    }
    child_kill(&discovery->child);
}

/* --- what it says -------------------------------------------------------- */

static void handle_message(struct child *child, const struct message *message)
{
    struct discovery *discovery = child->owner;
    int error = 0;

    if (discovery->status != 0) {
        return; /* killed for it, and what comes still is not wanted */
    }
    if (message->kind == MESSAGE_FOUND && !discovery->has_ended) {
        error = discovery_list_add(discovery->list, &discovery->count,
                                   &message->found);
    } else if (message->kind == MESSAGE_SEARCHED && !discovery->has_ended) {
        discovery->has_ended = true;
        discovery->searched = message->searched;
    } else if (message->kind != MESSAGE_PROBER_HELLO) {
        error = -EPROTO;
    }
    if (error != 0) {
        kill_for(discovery, error);
    }
}

static void handle_ended(struct child *child, int status)
{
    struct discovery *discovery = child->owner;

    if (child_fault(status) != NULL) {
        kill_for(discovery, -EPROTO);
    }
    if (!discovery->has_ended) {
        child_kill(child); /* it can say nothing more */
    }
}

static void handle_timer(uv_timer_t *timer)
{
    struct discovery *discovery = timer->data;

    if (discovery->has_ended) {
        child_kill(&discovery->child); /* it has done its work */
    } else {
        kill_for(discovery, -ETIMEDOUT);
    }
}

/* --- public -------------------------------------------------------------- */

static int start_helper(struct discovery *discovery, uv_loop_t *loop,
                        struct tasks *tasks, const char *program)
{
    struct child_spec spec = {
        .program = program,
        .name = HELPER_NAME,
        .role = HELPER_ROLE,
        .service = SERVICE_DISCOVERY,
        .incoming = FROM_PROBER,
        .generation = ++discovery->generation,
        .on_message = handle_message,
        .on_ended = handle_ended,
        .on_over = handle_over,
    };

    spec.shared_fd = progress_create(&discovery->progress);
    if (spec.shared_fd < 0) {
        return spec.shared_fd;
    }
    int error = child_start(&discovery->child, loop, tasks, &spec, discovery);
    (void)close(spec.shared_fd); /* the child has its own */
    if (error != 0) {
        progress_destroy(discovery->progress);
        discovery->progress = NULL;
    }
    return error;
}

int discovery_start(struct discovery *discovery, uv_loop_t *loop,
                    struct tasks *tasks, const char *prober_program,
                    discovery_done_cb on_done, void *owner)
{
    if (discovery->is_searching) {
        return -EALREADY;
    }
    discovery->owner = owner;
    discovery->on_done = on_done;
    discovery->status = 0;
    discovery->has_ended = false;
    discovery->searched = (struct message_searched){0};
    discovery->count = 0;
    int error = start_helper(discovery, loop, tasks, prober_program);
    if (error != 0) {
        return error;
    }
    discovery->is_searching = true;
    (void)uv_timer_init(loop, &discovery->timer); /* cannot fail */
    discovery->timer.data = discovery;
    return uv_timer_start(&discovery->timer, handle_timer, DISCOVERY_MS,
                          DISCOVERY_KILL_AGAIN_MS); /* initialized: 0 */
}

void discovery_stop(struct discovery *discovery)
{
    if (discovery->is_searching) {
        kill_for(discovery, -ECANCELED);
    }
}
