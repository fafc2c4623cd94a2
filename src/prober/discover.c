/*
 * discover.c - see discover.h. A search goes from what cannot hang to what
 * can, and tells after each stage what it has:
 *
 *   NAMED    processes by their name; every address they listen at is asked
 *   LOCKED   titles of those that answered but told nothing: no sentinels?
 *   HIDDEN   titles of those whose descriptors we may not see; what they
 *            name is asked, else what their user listens at
 *   TITLED   processes by their title, also the hidden ones among them
 *   LAST     titles of those of them that told nothing
 *
 * An address is asked by a probe as any other, on a fresh connection, all of
 * a stage at once.
 */
#include "prober/discover.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/deadman.h"
#include "base/log.h"
#include "base/text.h"
#include "prober/discover_rules.h"
#include "prober/discover_search.h"
#include "prober/probe.h"
#include "prober/prober.h"
#include "wire/channel.h"

#define FIRST_TASK 1
enum stage {
    STAGE_NAMED,
    STAGE_LOCKED,
    STAGE_HIDDEN,
    STAGE_TITLED,
    STAGE_LAST,
    STAGE_END
};

struct discover {
    uv_loop_t loop;
    struct channel channel;
    uv_timer_t heartbeat;
    uv_prepare_t before_poll;
    struct probe_room room;
    uint64_t end_ms;
    enum stage stage;
    bool is_stage_begun;
    bool is_leaving; /* every handle is being closed */
    bool is_cut;     /* no time for all of it */
    uint32_t asked;  /* the first so many of the servers' list were */
    uint32_t questions;
    uint32_t in_flight;
    struct discover_search search;
    struct probe probes[DISCOVER_SERVERS_MOST]; /* one an address */
    uv_timer_t timers[DISCOVER_SERVERS_MOST];   /* of its probe */
    bool is_used[DISCOVER_SERVERS_MOST];
    char buffer[TRANSPORT_READ_BYTES];
};

/* Nothing here is worth waiting for. */
static _Noreturn void leave_now(enum prober_exit code, const char *why)
{
    if (code != PROBER_EXIT_DONE) {
        log_event(LEVEL_ERROR, "discover_leaves", LOG_TEXT("why", why),
                  LOG_NUMBER("code", code));
    }
    _exit((int)code);
}

static void say(struct discover *discover, const struct message *message)
{
    if (channel_send(&discover->channel, message) != 0) {
        leave_now(PROBER_EXIT_SYSTEM, "the supervisor does not read");
    }
}

/* --- asking ------------------------------------------------------------- */

static void on_result(struct probe *probe, const struct result *result)
{
    struct discover *discover = probe->room->owner;
    const struct info *info = &probe->evidence.info;
    struct discover_reply reply = {
        .answer = discover_rules_judge(&probe->evidence),
        .peer = probe->peer.vouched,
        .process_id = info->process_id,
        .role = result->verdict.role,
    };

    (void)text_copy(reply.version, sizeof(reply.version), info->version);
    discover_servers_answer(&discover->search.servers,
                            (uint32_t)(result->task - FIRST_TASK), &reply);
}

static void on_idle(struct probe *probe)
{
    struct discover *discover = probe->room->owner;

    discover->in_flight--;
}

static void ask(struct discover *discover, uint32_t candidate, uint64_t left_ms)
{
    struct probe *probe = &discover->probes[candidate];
    struct message_probe order = {
        .task = FIRST_TASK + candidate,
        .timeout_ms =
            (uint32_t)(left_ms < DISCOVER_ADDRESS_MS ? left_ms
                                                     : DISCOVER_ADDRESS_MS),
        .is_deep = true,
    };

    (void)text_copy(order.addr, sizeof(order.addr),
                    discover->search.servers.list[candidate].listener.addr);
    (void)uv_timer_init(&discover->loop,
                        &discover->timers[candidate]); /* always 0 */
    probe_init(probe, &discover->room, &discover->timers[candidate]);
    discover->is_used[candidate] = true;
    discover->questions++;
    discover->in_flight++;
    probe_start(probe, &order);
}

/* All addresses that were added since it was last called. */
static void ask_new(struct discover *discover)
{
    uint64_t now_ms = clock_monotonic_ms();

    uv_update_time(&discover->loop); /* else deadlines begin before now */
    for (; discover->asked < discover->search.servers.count;
         discover->asked++) {
        if (now_ms >= discover->end_ms) {
            discover->is_cut = true;
        } else if (!discover_servers_is_bus(&discover->search.servers,
                                            discover->asked)) {
            ask(discover, discover->asked, discover->end_ms - now_ms);
        }
    }
}

/* --- telling ------------------------------------------------------------ */

static void tell(void *owner, bool is_another, uint32_t pid,
                 const struct discover_candidate *candidate, const char *addr)
{
    struct discover *discover = owner;
    struct message message = {
        .kind = MESSAGE_FOUND,
        .found = {.is_another = is_another,
                  .pid = pid,
                  .role = candidate->reply.role},
    };

    (void)text_copy(message.found.addr, sizeof(message.found.addr), addr);
    (void)text_copy(message.found.version, sizeof(message.found.version),
                    candidate->reply.version);
    say(discover, &message);
}

static uint32_t count_hidden(const struct discover_processes *processes)
{
    uint32_t hidden = 0;

    for (uint32_t i = 0; i < processes->count; i++) {
        hidden += processes->list[i].is_hidden ? 1 : 0;
    }
    return hidden;
}

static void tell_end(struct discover *discover)
{
    const struct message message = {
        .kind = MESSAGE_SEARCHED,
        .searched = {.is_whole = !discover->is_cut &&
                                 !discover->search.processes.is_cut,
                     .processes = discover->search.processes.count,
                     .hidden = count_hidden(&discover->search.processes),
                     .addresses = discover->questions,
                     .silent =
                         discover_servers_silent(&discover->search.servers),
                     .left_out = discover->search.processes.left_out +
                                 discover->search.servers.left_out +
                                 discover->search.net.left_out},
    };
    say(discover, &message);
}

/* --- the stages --------------------------------------------------------- */

static void begin_stage(struct discover *discover)
{
    struct discover_search *search = &discover->search;
    uint32_t first = 0;

    deadman_feed();
    switch (discover->stage) {
    case STAGE_NAMED:
        discover_search_sweep(search, DISCOVER_BY_NAME);
        break;
    case STAGE_LOCKED:
    case STAGE_LAST:
        discover_search_read_locked(search);
        break;
    case STAGE_HIDDEN:
        discover_search_add_hidden(search, 0, true);
        break;
    case STAGE_TITLED:
        first = search->processes.count;
        discover_search_sweep(search, DISCOVER_BY_TITLE);
        discover_search_add_hidden(search, first, false);
        break;
    case STAGE_END:
        return;
    }
    ask_new(discover);
}

/* What is told leaves at once: the next stage may hang. */
static void end_stage(struct discover *discover)
{
    discover_servers_tell(&discover->search.servers, tell, discover);
    discover->stage++;
    if (discover->stage == STAGE_END) {
        tell_end(discover);
    }
    if (channel_flush(&discover->channel) != 0) {
        leave_now(PROBER_EXIT_DONE, "the supervisor is gone");
    }
}

/* Closes every handle, so that the loop ends by itself. */
static void close_all(struct discover *discover)
{
    discover->is_leaving = true;
    for (uint32_t i = 0; i < DISCOVER_SERVERS_MOST; i++) {
        if (discover->is_used[i]) {
            uv_close((uv_handle_t *)&discover->timers[i], NULL);
        }
    }
    channel_close(&discover->channel, NULL);
    uv_close((uv_handle_t *)&discover->heartbeat, NULL);
    uv_close((uv_handle_t *)&discover->before_poll, NULL);
}

static void handle_before_poll(uv_prepare_t *handle)
{
    struct discover *discover = handle->data;

    while (discover->in_flight == 0 && discover->stage != STAGE_END) {
        if (discover->is_stage_begun) {
            end_stage(discover);
        } else {
            begin_stage(discover);
        }
        discover->is_stage_begun = !discover->is_stage_begun;
    }
    if (channel_flush(&discover->channel) != 0) {
        leave_now(PROBER_EXIT_DONE, "the supervisor is gone");
    }
    if (discover->stage == STAGE_END && !discover->is_leaving &&
        discover->channel.queue_length == 0 &&
        discover->channel.flying == NULL) {
        close_all(discover);
    }
}

/* --- beginning and end -------------------------------------------------- */

static void on_message(struct channel *channel, const struct message *message)
{
    (void)channel;
    (void)message;
    leave_now(PROBER_EXIT_ORDER, "a message for somebody else");
}

static void on_end(struct channel *channel, int status)
{
    (void)channel;
    leave_now(status == 0 || status == -EPIPE || status == -ECONNRESET
                  ? PROBER_EXIT_DONE
                  : PROBER_EXIT_ORDER,
              "nonsense on the channel");
}

static void handle_heartbeat(uv_timer_t *timer)
{
    (void)timer;
    deadman_feed();
}

static int start_room(struct discover *discover)
{
    struct probe_room *room = &discover->room;

    room->loop = &discover->loop;
    room->buffer = discover->buffer;
    room->owner = discover;
    room->on_result = on_result;
    room->on_idle = on_idle;
    int status = flight_init_all(room->flights);
    if (status == 0) {
        status = progress_open(HELPER_FD_SHARED, &room->progress);
    }
    return status;
}

/* The results of libuv not looked at below are always 0 (1.44). */
static int start_all(struct discover *discover, uint32_t generation)
{
    const struct message hello = {.kind = MESSAGE_PROBER_HELLO,
                                  .format = MESSAGE_FORMAT};
    int status = start_room(discover);

    if (status == 0) {
        status = uv_loop_init(&discover->loop);
    }
    if (status == 0) {
        status = channel_start(&discover->channel, &discover->loop,
                               HELPER_FD_CHANNEL, TO_PROBER, generation,
                               on_message, on_end, discover);
    }
    if (status == 0) {
        (void)uv_timer_init(&discover->loop, &discover->heartbeat);
        (void)uv_timer_start(&discover->heartbeat, handle_heartbeat,
                             DEADMAN_HEARTBEAT_MS, DEADMAN_HEARTBEAT_MS);
        (void)uv_prepare_init(&discover->loop, &discover->before_poll);
        (void)uv_prepare_start(&discover->before_poll, handle_before_poll);
        discover->before_poll.data = discover;
        status = deadman_start();
    }
    if (status == 0) {
        status = channel_send(&discover->channel, &hello);
    }
    return status;
}

int discover_run(uint32_t generation, const char *root)
{
    struct discover *discover = calloc(1, sizeof(*discover));

    if (discover == NULL) {
        leave_now(PROBER_EXIT_SYSTEM, "out of memory");
    }
    discover->end_ms = clock_monotonic_ms() + DISCOVER_SEARCH_MS;
    discover_search_init(&discover->search, root, discover->end_ms);
    int status = start_all(discover, generation);
    if (status == 0) {
        status = channel_flush(&discover->channel);
    }
    if (status != 0) {
        leave_now(PROBER_EXIT_SYSTEM, uv_strerror(status));
    }
    discover_search_read_net(&discover->search);
    (void)uv_run(&discover->loop, UV_RUN_DEFAULT); /* until all is closed */
    (void)uv_loop_close(&discover->loop);          /* nothing is left in it */
    progress_destroy(discover->room.progress);
    free(discover);
    return PROBER_EXIT_DONE;
}
