/*
 * verb_top.c - `sentinelctl top`: the instances, redrawn in place.
 *
 * What the agent last told stays on the screen when it falls silent, and the
 * header says so.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/fetch.h"
#include "ctl/frame.h"
#include "ctl/print.h"
#include "ctl/ranking.h"
#include "ctl/screen.h"
#include "ctl/tty.h"
#include "ctl/verbs.h"

#define TOP_INTERVAL_MS 1000
/* A key or a signal waits this long at most. */
#define TOP_ANSWER_MS 1000L
#define SIGNAL_EXIT 128 /* plus the signal, as a shell has it */

struct top {
    struct client client;
    struct tty tty;
    struct frame frame;
    json_t *status; /* owned; the last one told, NULL before it */
    char trouble[CLIENT_ERROR_BYTES];
    bool is_over;
    int signal; /* that ended it; 0 = none */
};

/* --- once ---------------------------------------------------------------- */

static int print_once(const struct options *options)
{
    int code = 0;
    json_t *status = fetch_object(options, "/status", &code);
    if (status == NULL) {
        return code;
    }
    const struct frame frame = {.status = status,
                                .trouble = "",
                                .sort = options->sort,
                                .has_colour = screen_has_colour(),
                                .width = screen_width()};
    int result = 0;
    if (options->output == OUTPUT_JSON) {
        json_t *sorted = ranking_sort(fetch_member(status, "instances"),
                                      options->sort, false);
        result = json_object_set_new(status, "instances", sorted) == 0
                     ? print_json(status)
                     : -ENOMEM;
    } else {
        result = frame_print(&frame, stdout);
    }
    json_decref(status);
    return print_end(result, 0);
}

/* --- again and again ----------------------------------------------------- */

static void look(struct top *top)
{
    json_t *fresh = fetch_quietly(&top->client, "/status", top->trouble,
                                  sizeof top->trouble);
    if (fresh != NULL) {
        json_decref(top->status);
        top->status = fresh;
        top->trouble[0] = '\0';
    }
}

static int draw(struct top *top)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL) {
        return -ENOMEM;
    }
    top->frame.status = top->status;
    top->frame.trouble = top->trouble;
    top->frame.width = screen_width();
    top->frame.height = tty_height();
    int status = frame_print(&top->frame, stream);
    if (fclose(stream) != 0 && status == 0) {
        status = -ENOMEM;
    }
    if (status == 0) {
        status = tty_draw(text, length);
    }
    free(text);
    return status;
}

static void take_key(struct top *top, char key)
{
    static const struct {
        char key;
        enum sort sort;
    } sorts[] = {
#define SORT_KEY(constant, name, letter) {letter, constant},
        SORT_TABLE(SORT_KEY)
#undef SORT_KEY
    };
    for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
        if (sorts[i].key == key) {
            top->frame.sort = sorts[i].sort;
        }
    }
    if (key == 'r') {
        top->frame.is_reversed = !top->frame.is_reversed;
    }
    top->is_over = key == 'q';
}

static void take_event(struct top *top, enum tty_event event)
{
    switch (event) {
    case TTY_TIME:
    case TTY_RESIZED:
        break;
    case TTY_KEY:
        take_key(top, top->tty.key);
        break;
    case TTY_SIGNAL:
        top->signal = top->tty.signal;
        top->is_over = true;
        break;
    case TTY_GONE:
        top->is_over = true;
        break;
    }
}

/* Draws after every event, asks once an interval. 0 or a negative errno. */
static int run(struct top *top, uint32_t interval_ms)
{
    uint64_t next_ms = clock_monotonic_ms() + interval_ms;
    int status = draw(top);
    while (status == 0 && !top->is_over) {
        uint64_t now_ms = clock_monotonic_ms();
        uint32_t left_ms = now_ms < next_ms ? (uint32_t)(next_ms - now_ms) : 0;
        take_event(top, tty_wait(&top->tty, left_ms));
        if (clock_monotonic_ms() >= next_ms && !top->is_over) {
            look(top);
            next_ms = clock_monotonic_ms() + interval_ms;
        }
        if (!top->is_over) {
            status = draw(top);
        }
    }
    return status;
}

/* Ends as the signal would have ended us, the terminal being right again. */
static int end(int signal_number)
{
    if (signal_number == 0) {
        return 0;
    }
    (void)signal(signal_number, SIG_DFL); /* cannot fail for these */
    (void)raise(signal_number);           /* does not come back */
    return SIGNAL_EXIT + signal_number;
}

static int run_live(struct top *top, const struct options *options)
{
    int code = client_init(&top->client, options->url, top->trouble,
                           sizeof top->trouble) == 0
                   ? 0
                   : CTL_EXIT_USAGE;
    top->client.total_ms = TOP_ANSWER_MS;
    top->frame.sort = options->sort;
    top->frame.has_keys = true;
    top->frame.has_colour = screen_has_colour();
    if (code == 0) {
        look(top);
        code = top->status != NULL ? 0 : CTL_EXIT_STALE;
    }
    if (code != 0) {
        print_trouble("%s", top->trouble);
        return code;
    }
    int status = tty_start(&top->tty);
    if (status == 0) {
        status = run(top, options->interval_ms != 0 ? options->interval_ms
                                                    : TOP_INTERVAL_MS);
        tty_stop(&top->tty);
    }
    json_decref(top->status);
    return status == 0 ? end(top->signal) : print_end(status, 0);
}

int verb_top_run(const struct options *options)
{
    if (options->output == OUTPUT_JSON || !tty_is_able()) {
        return print_once(options);
    }
    struct top *top = calloc(1, sizeof *top);
    if (top == NULL) {
        return print_end(-ENOMEM, CTL_EXIT_STALE);
    }
    int code = run_live(top, options);
    free(top);
    return code;
}
