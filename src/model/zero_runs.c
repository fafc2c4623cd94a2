/*
 * zero_runs.c - see zero_runs.h. A run of fewer zeros than a head has bytes
 * stays among the others, so nothing grows by more than one head.
 */
#include "model/zero_runs.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

struct head {
    uint16_t zeros;
    uint16_t count;
};

_Static_assert(ZERO_RUNS_ROOM(0) == sizeof(struct head), "one head over");

static size_t count_zeros(const uint8_t *bytes, size_t from, size_t size)
{
    size_t at = from;
    while (at < size && bytes[at] == 0) {
        at++;
    }
    return at - from;
}

/* Up to the next run of zeros that is worth a head, or the zeros at the end. */
static size_t count_others(const uint8_t *bytes, size_t from, size_t size)
{
    size_t at = from;
    while (at < size) {
        size_t zeros = count_zeros(bytes, at, size);
        if (zeros >= sizeof(struct head) || at + zeros == size) {
            break;
        }
        at += zeros + 1;
    }
    return at - from;
}

size_t zero_runs_pack(const void *data, size_t size, uint8_t *packed)
{
    const uint8_t *bytes = data;
    size_t length = 0;
    assert(size <= ZERO_RUNS_MOST);
    for (size_t at = 0; at < size;) {
        size_t zeros = count_zeros(bytes, at, size);
        size_t count = count_others(bytes, at + zeros, size);
        struct head head = {.zeros = (uint16_t)zeros, .count = (uint16_t)count};
        if (count == 0) {
            break; /* zeros up to the end */
        }
        memcpy(packed + length, &head, sizeof head);
        memcpy(packed + length + sizeof head, bytes + at + zeros, count);
        length += sizeof head + count;
        at += zeros + count;
    }
    return length;
}

int zero_runs_unpack(const uint8_t *packed, size_t length, void *data,
                     size_t size)
{
    uint8_t *bytes = data;
    size_t at = 0;
    memset(bytes, 0, size);
    for (size_t taken = 0; taken < length;) {
        struct head head;
        if (length - taken < sizeof head) {
            return -EINVAL;
        }
        memcpy(&head, packed + taken, sizeof head);
        taken += sizeof head;
        if (head.count > length - taken ||
            (size_t)head.zeros + head.count > size - at) {
            return -EINVAL;
        }
        memcpy(bytes + at + head.zeros, packed + taken, head.count);
        at += (size_t)head.zeros + head.count;
        taken += head.count;
    }
    return 0;
}
