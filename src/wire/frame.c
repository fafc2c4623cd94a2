/*
 * frame.c - the head before each message. Pure: bytes in, a message or a
 * reason to refuse it out. What cannot become a good frame is refused as soon
 * as its length is known, so that a peer cannot make us wait for it.
 */
#include "wire/frame.h"

#include <assert.h>
#include <errno.h>

#define LENGTH_BYTES 4
#define GENERATION_AT 4
#define KIND_AT 8

static void write_u32(uint8_t *bytes, uint32_t number)
{
    for (unsigned i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(number >> (8 * i));
    }
}

static uint32_t read_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
           (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

int frame_encode(const struct message *message, uint32_t generation,
                 uint8_t *bytes, size_t room, size_t *length)
{
    if (room < FRAME_HEAD_BYTES) {
        return -ENOBUFS;
    }
    size_t body = 0;
    int status = message_encode(message, bytes + FRAME_HEAD_BYTES,
                                room - FRAME_HEAD_BYTES, &body);
    if (status != 0) {
        return status;
    }
    assert(body <= MESSAGE_BYTES_MOST);
    write_u32(bytes, (uint32_t)(FRAME_HEAD_BYTES - LENGTH_BYTES + body));
    write_u32(bytes + GENERATION_AT, generation);
    bytes[KIND_AT] = (uint8_t)message->kind;
    *length = FRAME_HEAD_BYTES + body;
    return 0;
}

int frame_decode(enum message_direction direction, uint32_t generation,
                 const uint8_t *bytes, size_t length, struct message *message,
                 size_t *used)
{
    if (length < LENGTH_BYTES) {
        return -EAGAIN;
    }
    size_t following = read_u32(bytes);
    if (following < FRAME_HEAD_BYTES - LENGTH_BYTES ||
        following > FRAME_BYTES_MOST - LENGTH_BYTES) {
        return -EPROTO;
    }
    size_t whole = LENGTH_BYTES + following;
    if (length < whole) {
        return -EAGAIN;
    }
    if (read_u32(bytes + GENERATION_AT) != generation) {
        *used = whole;
        return -ESTALE;
    }
    int status =
        message_decode(direction, bytes[KIND_AT], bytes + FRAME_HEAD_BYTES,
                       whole - FRAME_HEAD_BYTES, message);
    if (status == 0) {
        *used = whole;
    }
    return status;
}
