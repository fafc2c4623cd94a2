/*
 * console.c - wires the console's parts to one loop.
 *
 * Answers are its own: the board is read when a request comes. The channel
 * carries its hello and its figures, an operator's orders and what became of
 * them, and, by its end, the supervisor's death. Nothing of its state is worth
 * saving, so its end is _exit.
 */
#include "console/console.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/confine.h"
#include "base/deadman.h"
#include "base/log.h"
#include "base/memory.h"
#include "console/history_book.h"
#include "console/history_file.h"
#include "console/http.h"
#include "wire/channel.h"
#include "wire/progress.h"
#include "wire/pulse.h"

#define EXIT_FAULT 1

struct console {
    uv_loop_t loop;
    uv_timer_t heartbeat;
    uv_timer_t sampling;
    struct pulse pulse;
    struct channel channel;
    struct board *board;
    struct snapshot snapshot;
    struct history_book *history;
    struct history_file history_file;
    bool is_confined;
    struct http *http;
};

static void handle_heartbeat(uv_timer_t *timer)
{
    struct console *console = timer->data;
    deadman_feed();
    if (pulse_tell(&console->pulse, &console->channel,
                   MESSAGE_CONSOLE_VITALS) != 0) {
        _exit(EXIT_FAULT); /* the supervisor is gone, or does not read */
    }
}

static void handle_message(struct channel *channel,
                           const struct message *message)
{
    struct console *console = channel->owner;
    if (message->kind == MESSAGE_ORDERED) {
        http_take_ordered(console->http, &message->ordered);
    } else if (message->kind == MESSAGE_PART) {
        http_part(console->http);
    }
}

static void handle_channel_end(struct channel *channel, int status)
{
    (void)channel; /* the process ends with it */
    _exit(status == 0 ? 0 : EXIT_FAULT);
}

static void handle_parted(void *owner)
{
    (void)owner; /* the process ends with it */
    _exit(0);
}

static int send_order(void *owner, const struct message_order *order)
{
    struct console *console = owner;
    const struct message message = {.kind = MESSAGE_ORDER, .order = *order};
    int status = channel_send(&console->channel, &message);
    return status == 0 ? channel_flush(&console->channel) : status;
}

static int say_hello(struct channel *channel)
{
    const struct message hello = {.kind = MESSAGE_CONSOLE_HELLO,
                                  .format = MESSAGE_FORMAT};
    int status = channel_send(channel, &hello);
    return status == 0 ? channel_flush(channel) : status;
}

static int start_heartbeat(struct console *console)
{
    int status = deadman_start();
    if (status == 0) {
        status = uv_timer_init(&console->loop, &console->heartbeat);
    }
    if (status == 0) {
        console->heartbeat.data = console;
        pulse_start(&console->pulse, &console->loop);
        status = uv_timer_start(&console->heartbeat, handle_heartbeat,
                                DEADMAN_HEARTBEAT_MS, DEADMAN_HEARTBEAT_MS);
    }
    return status;
}

/* Root's console shows where probers wait and what others have open; a bound
 * one could not. Nobody else's could: they are not dumpable. */
static void confine(struct console *console)
{
    if (!console->is_confined && geteuid() != 0) {
        confine_files(console->snapshot.agent.run_dir);
    }
    console->is_confined = true;
}

/* Without a whole reading, or room, there is a gap in the history; without a
 * file it lasts as long as this process. While a predecessor's file is still
 * held, the first sample waits for it. */
static void handle_sampling(uv_timer_t *timer)
{
    struct console *console = timer->data;
    struct history_book *book = console->history;
    uint64_t now_ms = clock_monotonic_ms();
    if (snapshot_refresh(&console->snapshot, HISTORY_PARTS, now_ms,
                         clock_wall_ms()) != 0) {
        return;
    }
    confine(console);
    if (history_file_open(&console->history_file,
                          console->snapshot.agent.run_dir, book,
                          now_ms) == -EWOULDBLOCK) {
        return;
    }
    if (history_book_sample(book, &console->snapshot) == 0) {
        (void)history_file_keep(&console->history_file,
                                book); /* tried again at the next step */
        struct publishing publishing;
        history_lanes_sum(&book->lanes, now_ms, &publishing);
        http_take_publishing(console->http, &publishing);
    }
}

static int start_sampling(struct console *console)
{
    int status = history_book_create(&console->history);
    history_file_init(&console->history_file);
    if (status == 0) {
        status = uv_timer_init(&console->loop, &console->sampling);
    }
    if (status != 0) {
        return status;
    }
    console->snapshot.history = console->history;
    console->sampling.data = console;
    return uv_timer_start(&console->sampling, handle_sampling, 0,
                          HISTORY_SAMPLE_MS);
}

static int start_http(struct console *console,
                      const struct console_options *options)
{
    int fds[HTTP_LISTENERS_MOST];
    struct http_spec spec = {.snapshot = &console->snapshot,
                             .fds = fds,
                             .fd_count = options->listen_fds,
                             .config_fd = options->config_fd,
                             .send_order = send_order,
                             .on_parted = handle_parted,
                             .owner = console};
    if (options->listen_fds > HTTP_LISTENERS_MOST) {
        return -EINVAL;
    }
    for (uint32_t i = 0; i < options->listen_fds; i++) {
        fds[i] = (int)(HELPER_FD_LISTEN + i);
    }
    return http_create(&console->loop, &spec, &console->http);
}

/* The hello goes last: it says that requests are being answered. */
static int start(struct console *console, const struct console_options *options)
{
    int status = uv_loop_init(&console->loop);
    if (status == 0) {
        status = start_heartbeat(console);
    }
    if (status == 0) {
        status = channel_start(
            &console->channel, &console->loop, HELPER_FD_CHANNEL, TO_CONSOLE,
            options->generation, handle_message, handle_channel_end, console);
    }
    if (status == 0) {
        status = board_open(HELPER_FD_SHARED, &console->board);
    }
    if (status == 0) {
        snapshot_init(&console->snapshot, console->board);
        status = start_sampling(console);
    }
    if (status == 0) {
        status = start_http(console, options);
    }
    return status == 0 ? say_hello(&console->channel) : status;
}

int console_run(const struct console_options *options)
{
    struct console console = {0};
    int status = start(&console, options);
    if (status != 0) {
        log_event(LEVEL_ERROR, "start_failed",
                  LOG_TEXT("error", strerror(-status)));
        return status == -ESTALE ? HELPER_EXIT_ANOTHER_BUILD : EXIT_FAULT;
    }
    memory_forget_start();
    (void)uv_run(&console.loop,
                 UV_RUN_DEFAULT); /* never returns: the heartbeat stays */
    return EXIT_FAULT;
}
