/*
 * fuzz_frame.c - any bytes into the frame decoder, in every direction.
 *
 * What is taken must come back: encoding the decoded message gives the very
 * bytes it was decoded from, because every value has one encoding only; but for
 * the hello of another build, of which the format alone is read. And
 * what is asked for more (-EAGAIN) must be refused or taken once a whole
 * frame is there, never asked for without end.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/frame.h"

static void require(int condition)
{
    if (!condition) {
        abort();
    }
}

static uint32_t generation_of(const uint8_t *bytes, size_t length)
{
    uint32_t generation = 0;
    for (size_t i = 0; i < 4 && length >= 8; i++) {
        generation |= (uint32_t)bytes[4 + i] << (8 * i);
    }
    return generation;
}

static bool is_of_another_build(const struct message *message)
{
    return (message->kind == MESSAGE_PROBER_HELLO ||
            message->kind == MESSAGE_PUBLISHER_HELLO ||
            message->kind == MESSAGE_CONSOLE_HELLO) &&
           message->format != MESSAGE_FORMAT;
}

static void check_taken(const struct message *message, uint32_t generation,
                        const uint8_t *bytes, size_t used)
{
    uint8_t again[FRAME_BYTES_MOST];
    size_t length = 0;
    if (is_of_another_build(message)) {
        return;
    }
    require(frame_encode(message, generation, again, sizeof again, &length) ==
            0);
    require(length == used);
    require(memcmp(again, bytes, length) == 0);
    require(message_name(message->kind)[0] != '?');
}

static void feed(enum message_direction direction, uint32_t generation,
                 const uint8_t *bytes, size_t length)
{
    struct message message;
    size_t used = 0;
    int status =
        frame_decode(direction, generation, bytes, length, &message, &used);
    switch (status) {
    case 0:
        require(used >= FRAME_HEAD_BYTES && used <= length);
        check_taken(&message, generation, bytes, used);
        break;
    case -ESTALE:
        require(used >= FRAME_HEAD_BYTES && used <= length);
        break;
    case -EAGAIN:
        require(length < FRAME_BYTES_MOST);
        break;
    default:
        require(status == -EPROTO || status == -EINVAL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    uint32_t generation = generation_of(bytes, length);
    for (enum message_direction direction = 0;
         direction < MESSAGE_DIRECTION_COUNT; direction++) {
        feed(direction, generation, bytes, length);
        feed(direction, generation + 1, bytes, length);
    }
    return 0;
}
