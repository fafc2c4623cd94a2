/*
 * prober.c - the loop of sentinel-prober: orders in, results out.
 *
 * Everything one order needs is in its slot; what slots share is a buffer, a
 * loop and a page. Results gather during a turn of the loop and leave in one
 * write. Orders come from the supervisor, which is trusted to be consistent:
 * when it is not, this process leaves, and says why by its exit code.
 */
#include "prober/prober.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/deadman.h"
#include "base/log.h"
#include "base/memory.h"
#include "prober/limits.h"
#include "prober/probe.h"
#include "prober/slots.h"
#include "wire/channel.h"
#include "wire/pulse.h"

struct prober {
    uv_loop_t loop;
    struct channel channel;
    uv_timer_t heartbeat;
    uv_prepare_t before_poll;
    uv_check_t after_poll;
    struct pulse pulse;
    struct probe_room room;
    bool is_retiring;
    bool is_leaving; /* every handle is being closed */
    struct slots slots;
    /* Ids of the tasks without a result. */
    uint64_t tasks[PROBER_PROBES_MOST];
    uint32_t task_count;
    char buffer[TRANSPORT_READ_BYTES];
};

/* Nothing here is worth waiting for: no file, no session. */
static void leave_now(enum prober_exit code, const char *why)
{
    if (code != PROBER_EXIT_DONE) {
        log_event(LEVEL_ERROR, "prober_leaves", LOG_TEXT("why", why),
                  LOG_NUMBER("code", code));
    }
    _exit((int)code);
}

/* --- tasks ------------------------------------------------------------- */

static bool add_task(struct prober *prober, uint64_t task)
{
    for (uint32_t i = 0; i < prober->task_count; i++) {
        if (prober->tasks[i] == task) {
            return false;
        }
    }
    if (prober->task_count == PROBER_PROBES_MOST) {
        return false;
    }
    prober->tasks[prober->task_count] = task;
    prober->task_count++;
    return true;
}

static void remove_task(struct prober *prober, uint64_t task)
{
    for (uint32_t i = 0; i < prober->task_count; i++) {
        if (prober->tasks[i] == task) {
            prober->task_count--;
            prober->tasks[i] = prober->tasks[prober->task_count];
            return;
        }
    }
}

static void on_result(struct probe *probe, const struct result *result)
{
    struct prober *prober = probe->room->owner;
    struct message message = {.kind = MESSAGE_RESULT, .result = *result};
    remove_task(prober, result->task);
    if (limits_are_neared()) {
        (void)channel_flush(&prober->channel); /* the others' results */
        leave_now(PROBER_EXIT_LEAKED, "memory or descriptors leak");
    }
    if (channel_send(&prober->channel, &message) != 0) {
        leave_now(PROBER_EXIT_SYSTEM, "the supervisor does not read");
    }
}

static void on_idle(struct probe *probe)
{
    struct prober *prober = probe->room->owner;
    slots_return(&prober->slots, probe);
}

/* --- the channel ------------------------------------------------------- */

static void start_probe(struct prober *prober,
                        const struct message_probe *order)
{
    if (prober->is_retiring) {
        leave_now(PROBER_EXIT_ORDER, "a probe after retire");
    }
    if (!add_task(prober, order->task)) {
        leave_now(PROBER_EXIT_ORDER, "a task twice, or too many");
    }
    struct probe *slot = slots_take(&prober->slots);
    if (slot == NULL) {
        leave_now(PROBER_EXIT_ORDER, "too many probes");
    }
    probe_start(slot, order);
}

static void on_message(struct channel *channel, const struct message *message)
{
    struct prober *prober = channel->owner;
    if (message->kind == MESSAGE_PROBE) {
        start_probe(prober, &message->probe);
    } else if (message->kind == MESSAGE_RETIRE) {
        prober->is_retiring = true;
    } else {
        leave_now(PROBER_EXIT_ORDER, "a message for somebody else");
    }
}

static void on_end(struct channel *channel, int status)
{
    (void)channel;
    if (status == 0 || status == -EPIPE || status == -ECONNRESET) {
        leave_now(PROBER_EXIT_DONE, "the supervisor is gone");
    }
    leave_now(PROBER_EXIT_ORDER, "nonsense on the channel");
}

/* --- the loop's turn --------------------------------------------------- */

static bool is_done(const struct prober *prober)
{
    return prober->is_retiring && prober->task_count == 0 &&
           slots_are_idle(&prober->slots) &&
           prober->channel.queue_length == 0 && prober->channel.flying == NULL;
}

/* Closes every handle, so that the loop ends by itself. */
static void close_all(struct prober *prober)
{
    prober->is_leaving = true;
    slots_stop(&prober->slots);
    channel_close(&prober->channel, NULL);
    uv_close((uv_handle_t *)&prober->heartbeat, NULL);
    uv_close((uv_handle_t *)&prober->before_poll, NULL);
    uv_close((uv_handle_t *)&prober->after_poll, NULL);
    pulse_stop(&prober->pulse);
}

/* Sends the results of the sockets, or of timers and closings, at once. */
static void send_results(struct prober *prober)
{
    if (prober->is_leaving) {
        return;
    }
    if (channel_flush(&prober->channel) != 0) {
        leave_now(PROBER_EXIT_DONE, "the supervisor is gone");
    }
    if (is_done(prober)) {
        close_all(prober);
    }
}

static void handle_before_poll(uv_prepare_t *handle)
{
    struct prober *prober = handle->data;
    send_results(prober);
    slots_forget(&prober->slots);
    turns_on_sleep(&prober->room.turns, clock_monotonic_ms(),
                   uv_backend_timeout(&prober->loop));
}

static void handle_after_poll(uv_check_t *handle)
{
    struct prober *prober = handle->data;
    atomic_fetch_add_explicit(&prober->room.progress->turns, 1,
                              memory_order_relaxed);
    turns_on_wake(&prober->room.turns, uv_now(&prober->loop));
    send_results(prober);
}

static void handle_heartbeat(uv_timer_t *timer)
{
    deadman_feed();
    limits_grant_cpu();
    struct prober *prober = timer->data;
    if (pulse_tell(&prober->pulse, &prober->channel, MESSAGE_PROBER_VITALS) !=
        0) {
        leave_now(PROBER_EXIT_DONE, "the supervisor is gone");
    }
}

/* --- beginning and end ------------------------------------------------- */

static int init_room(struct prober *prober)
{
    struct probe_room *room = &prober->room;
    room->loop = &prober->loop;
    room->buffer = prober->buffer;
    room->owner = prober;
    room->on_result = on_result;
    room->on_idle = on_idle;
    int status = flight_init_all(room->flights);
    if (status == 0) {
        status = progress_open(HELPER_FD_SHARED, &room->progress);
    }
    if (status == 0) {
        room->contexts = tls_contexts_create();
        status = room->contexts == NULL ? -ENOMEM : 0;
    }
    return status == 0 ? slots_init(&prober->slots, room) : status;
}

/* The results of libuv not looked at below are always 0 (1.44). */
static void start_handles(struct prober *prober)
{
    (void)uv_timer_init(&prober->loop, &prober->heartbeat);
    (void)uv_timer_start(&prober->heartbeat, handle_heartbeat,
                         DEADMAN_HEARTBEAT_MS, DEADMAN_HEARTBEAT_MS);
    (void)uv_prepare_init(&prober->loop, &prober->before_poll);
    (void)uv_prepare_start(&prober->before_poll, handle_before_poll);
    (void)uv_check_init(&prober->loop, &prober->after_poll);
    (void)uv_check_start(&prober->after_poll, handle_after_poll);
    prober->heartbeat.data = prober;
    prober->before_poll.data = prober;
    prober->after_poll.data = prober;
    pulse_start(&prober->pulse, &prober->loop);
}

static int start_all(struct prober *prober, uint32_t generation)
{
    int status = init_room(prober);
    if (status == 0) {
        status = uv_loop_init(&prober->loop);
    }
    if (status == 0) {
        status =
            channel_start(&prober->channel, &prober->loop, HELPER_FD_CHANNEL,
                          TO_PROBER, generation, on_message, on_end, prober);
    }
    if (status == 0) {
        start_handles(prober);
        limits_grant_cpu();
        status = deadman_start();
    }
    if (status == 0) {
        const struct message hello = {.kind = MESSAGE_PROBER_HELLO,
                                      .format = MESSAGE_FORMAT};
        status = channel_send(&prober->channel, &hello);
    }
    return status;
}

int prober_run(uint32_t generation)
{
    struct prober *prober = calloc(1, sizeof(*prober));
    if (prober == NULL) {
        leave_now(PROBER_EXIT_SYSTEM, "out of memory");
    }
    int status = start_all(prober, generation);
    if (status != 0) {
        leave_now(PROBER_EXIT_SYSTEM, uv_strerror(status));
    }
    memory_forget_start();
    (void)uv_run(&prober->loop, UV_RUN_DEFAULT); /* until all is closed */
    (void)uv_loop_close(&prober->loop);          /* nothing is left in it */
    tls_contexts_destroy(prober->room.contexts);
    progress_destroy(prober->room.progress);
    slots_finish(&prober->slots);
    free(prober);
    return PROBER_EXIT_DONE;
}
