/*
 * sse.h - server-sent events out of bytes as they come. Pure.
 *
 * As the HTML standard has it: lines end with CR, LF or both, a blank one ends
 * an event, what begins with a colon is a comment. An event too long for us is
 * left out as a whole.
 */
#ifndef CTL_SSE_H
#define CTL_SSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SSE_LINE_BYTES 8192
#define SSE_DATA_BYTES 8192

/* An event's data, NUL-ended; its lines with LF between. */
typedef void (*sse_event_cb)(void *context, const char *data, size_t length);

struct sse {
    sse_event_cb on_event;
    void *context; /* borrowed */
    bool is_after_cr;
    bool is_too_long; /* the event that is coming */
    bool has_data;
    size_t line_length;
    size_t data_length;
    uint64_t left_out; /* events */
    char line[SSE_LINE_BYTES];
    char data[SSE_DATA_BYTES + 1];
};

void sse_init(struct sse *sse, sse_event_cb on_event, void *context);

/* Takes bytes, and tells of the events that end in them. */
void sse_take(struct sse *sse, const char *bytes, size_t length);

#endif
