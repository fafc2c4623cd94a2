/*
 * cursor.c - see cursor.h. Pure; the lengths are checked here and nowhere
 * else.
 */
#include "wire/cursor.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

static void put_bytes(struct cursor_writer *writer, const void *bytes,
                      size_t length)
{
    if (writer->is_full || length > writer->room - writer->length) {
        writer->is_full = true;
        return;
    }
    memcpy(writer->bytes + writer->length, bytes, length);
    writer->length += length;
}

/* The lowest `width` bytes, the least first. */
static void put_number(struct cursor_writer *writer, uint64_t number,
                       size_t width)
{
    uint8_t bytes[sizeof number];
    for (size_t i = 0; i < width; i++) {
        bytes[i] = (uint8_t)(number >> (8 * i));
    }
    put_bytes(writer, bytes, width);
}

void cursor_put_u8(struct cursor_writer *writer, unsigned number)
{
    assert(number <= UINT8_MAX);
    put_number(writer, number, 1);
}

void cursor_put_u32(struct cursor_writer *writer, uint32_t number)
{
    put_number(writer, number, 4);
}

void cursor_put_u64(struct cursor_writer *writer, uint64_t number)
{
    put_number(writer, number, 8);
}

void cursor_put_text_of(struct cursor_writer *writer, const char *text,
                        size_t size)
{
    size_t length = strnlen(text, size);
    assert(length < size);
    put_number(writer, length, 2);
    put_bytes(writer, text, length);
}

static const uint8_t *get_bytes(struct cursor_reader *reader, size_t length)
{
    if (reader->is_bad || length > reader->length - reader->at) {
        reader->is_bad = true;
        return NULL;
    }
    const uint8_t *bytes = reader->bytes + reader->at;
    reader->at += length;
    return bytes;
}

static uint64_t get_number(struct cursor_reader *reader, size_t width)
{
    const uint8_t *bytes = get_bytes(reader, width);
    uint64_t number = 0;
    for (size_t i = 0; bytes != NULL && i < width; i++) {
        number |= (uint64_t)bytes[i] << (8 * i);
    }
    return number;
}

uint32_t cursor_get_u32(struct cursor_reader *reader)
{
    return (uint32_t)get_number(reader, 4);
}

uint64_t cursor_get_u64(struct cursor_reader *reader)
{
    return get_number(reader, 8);
}

unsigned cursor_get_below(struct cursor_reader *reader, unsigned count)
{
    unsigned value = (unsigned)get_number(reader, 1);
    if (value >= count) {
        reader->is_bad = true;
        return 0;
    }
    return value;
}

bool cursor_get_bool(struct cursor_reader *reader)
{
    return cursor_get_below(reader, 2) == 1;
}

uint64_t cursor_get_some(struct cursor_reader *reader, size_t width)
{
    uint64_t number = get_number(reader, width);
    reader->is_bad = reader->is_bad || number == 0;
    return number;
}

void cursor_get_text_of(struct cursor_reader *reader, char *text, size_t size)
{
    size_t length = (size_t)get_number(reader, 2);
    const uint8_t *bytes = get_bytes(reader, length);
    if (bytes == NULL || length >= size || memchr(bytes, 0, length) != NULL) {
        reader->is_bad = true;
        return;
    }
    memcpy(text, bytes, length);
    text[length] = '\0';
}

void cursor_get_shown_of(struct cursor_reader *reader, char *text, size_t size)
{
    cursor_get_text_of(reader, text, size);
    if (!reader->is_bad && text[0] != '\0' && !text_is_printable(text, size)) {
        reader->is_bad = true;
    }
}
