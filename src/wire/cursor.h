/*
 * cursor.h - fields as bytes and back, little-endian, one after the other.
 *
 * A writer refuses to run over its room. A reader turns bad at the first byte
 * that is missing or value that is out of range, and then reads zeros and
 * empty texts; so a decoder is a plain list of fields with one question at
 * its end: is_bad, and is everything read?
 */
#ifndef WIRE_CURSOR_H
#define WIRE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor_writer {
    uint8_t *bytes;
    size_t room;
    size_t length;
    bool is_full; /* something did not fit; nothing more is written */
};

struct cursor_reader {
    const uint8_t *bytes;
    size_t length;
    size_t at;
    bool is_bad;
};

void cursor_put_u8(struct cursor_writer *writer, unsigned number);
void cursor_put_u32(struct cursor_writer *writer, uint32_t number);
void cursor_put_u64(struct cursor_writer *writer, uint64_t number);
/* u16 length, then the bytes. A text without an end within `size` is a fault
 * of ours: asserted. */
void cursor_put_text_of(struct cursor_writer *writer, const char *text,
                        size_t size);

uint32_t cursor_get_u32(struct cursor_reader *reader);
uint64_t cursor_get_u64(struct cursor_reader *reader);
/* One byte with a value below `count`. */
unsigned cursor_get_below(struct cursor_reader *reader, unsigned count);
bool cursor_get_bool(struct cursor_reader *reader);
/* `width` bytes; an id or a time-out: anything but 0. */
uint64_t cursor_get_some(struct cursor_reader *reader, size_t width);
/* A text that fits with its NUL and holds none; untouched when it is bad. */
void cursor_get_text_of(struct cursor_reader *reader, char *text, size_t size);
/* The same, empty or printable ASCII: it is shown to people and put into
 * JSON. */
void cursor_get_shown_of(struct cursor_reader *reader, char *text, size_t size);

/* For a field that is an array. */
#define cursor_put_text(writer, field) \
    cursor_put_text_of((writer), (field), sizeof(field))
#define cursor_get_text(reader, field) \
    cursor_get_text_of((reader), (field), sizeof(field))
#define cursor_get_shown(reader, field) \
    cursor_get_shown_of((reader), (field), sizeof(field))

#endif
