/*
 * frame.h - messages as frames on a byte stream.
 *
 *     u32 length of what follows | u32 generation | u8 kind | message
 *
 * The generation is the sender's (the supervisor numbers its children and
 * tells each its number): a frame of another generation is refused.
 */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "wire/message.h"

#define FRAME_HEAD_BYTES 9
#define FRAME_BYTES_MOST (FRAME_HEAD_BYTES + MESSAGE_BYTES_MOST)

/* Writes one whole frame. 0, or -ENOBUFS. */
int frame_encode(const struct message *message, uint32_t generation,
                 uint8_t *bytes, size_t room, size_t *length);

/* Reads the frame the bytes begin with. 0 and its length; -EAGAIN when it is
 * not all there yet; -EPROTO when it can never become a good one; -ESTALE
 * when it is of another generation (`used` is set: it may be skipped);
 * -EINVAL when its kind goes another way. */
int frame_decode(enum message_direction direction, uint32_t generation,
                 const uint8_t *bytes, size_t length, struct message *message,
                 size_t *used);

#endif
