/*
 * frame.h - one picture of `top`: who speaks and how old it is, what is wrong
 * with the agent itself, the instances. Pure.
 */
#ifndef CTL_FRAME_H
#define CTL_FRAME_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "ctl/options.h"

/* An older heartbeat makes the agent stale: its dead-man should have struck. */
#define FRAME_STALE_MS 3000

struct frame {
    const json_t *status; /* borrowed; NULL: none was ever told */
    const char *trouble;  /* why there is no newer one; "" = there is */
    enum sort sort;
    bool is_reversed;
    bool has_keys; /* the last line says what they do */
    bool has_colour;
    size_t width;  /* 0 = whatever */
    size_t height; /* 0 = whatever: else lines beyond it are left out */
};

/* "db7 (prod): 2 of 3 up. Agent 0.1.0, pid 12, up 3 min; ZooKeeper steady." */
void frame_summary(const json_t *status, char *text, size_t size);

/* Lines as they stand one under the other. 0 or a negative errno. */
int frame_print(const struct frame *frame, FILE *stream);

#endif
