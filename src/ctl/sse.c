/*
 * sse.c - see sse.h. Of an event's fields only the data is of use here: ids
 * and names stand in it too.
 */
#include "ctl/sse.h"

#include <string.h>

#define DATA_FIELD "data"

void sse_init(struct sse *sse, sse_event_cb on_event, void *context)
{
    memset(sse, 0, sizeof *sse);
    sse->on_event = on_event;
    sse->context = context;
}

/* One more line of data, behind a LF if it is not the first. */
static void add_data(struct sse *sse, const char *value, size_t length)
{
    size_t gap = sse->has_data ? 1 : 0;
    if (sse->data_length + gap + length > SSE_DATA_BYTES) {
        sse->is_too_long = true;
        return;
    }
    if (gap > 0) {
        sse->data[sse->data_length] = '\n';
    }
    memcpy(sse->data + sse->data_length + gap, value, length);
    sse->data_length += gap + length;
    sse->has_data = true;
}

static void end_event(struct sse *sse)
{
    bool is_told = sse->has_data && !sse->is_too_long;
    sse->left_out += sse->is_too_long;
    sse->data[sse->data_length] = '\0';
    if (is_told) {
        sse->on_event(sse->context, sse->data, sse->data_length);
    }
    sse->data_length = 0;
    sse->has_data = false;
    sse->is_too_long = false;
}

static void end_line(struct sse *sse)
{
    size_t name = strlen(DATA_FIELD);
    size_t length = sse->line_length;
    sse->line_length = 0;
    if (length == 0) {
        end_event(sse);
        return;
    }
    bool is_data = length >= name && memcmp(sse->line, DATA_FIELD, name) == 0 &&
                   (length == name || sse->line[name] == ':');
    if (!is_data) {
        return;
    }
    size_t begin = length > name ? name + 1 : name;
    begin += begin < length && sse->line[begin] == ' ';
    add_data(sse, sse->line + begin, length - begin);
}

static void take_byte(struct sse *sse, char byte)
{
    bool is_second = sse->is_after_cr && byte == '\n';
    sse->is_after_cr = byte == '\r';
    if (is_second) {
        return;
    }
    if (byte == '\r' || byte == '\n') {
        end_line(sse);
    } else if (sse->line_length < sizeof sse->line) {
        sse->line[sse->line_length++] = byte;
    } else {
        sse->is_too_long = true;
    }
}

void sse_take(struct sse *sse, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        take_byte(sse, bytes[i]);
    }
}
