/*
 * fuzz_sse.c - server-sent events out of any bytes.
 *
 * The first byte says in how large pieces the others come. However they are
 * cut, the same events are heard, and each is a text within the bounds.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ctl/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct heard {
    uint64_t events;
    uint64_t sum; /* of all that was heard */
};

static void on_event(void *context, const char *data, size_t length)
{
    struct heard *heard = context;
    assert(length <= SSE_DATA_BYTES && data[length] == '\0');
    heard->events++;
    for (size_t i = 0; i < length; i++) {
        assert(data[i] != '\r');
        heard->sum = 31 * heard->sum + (uint8_t)data[i];
    }
}

static struct heard hear(const char *bytes, size_t length, size_t piece)
{
    static struct sse sse;
    struct heard heard = {0};
    sse_init(&sse, on_event, &heard);
    for (size_t i = 0; i < length; i += piece) {
        sse_take(&sse, bytes + i, length - i < piece ? length - i : piece);
    }
    return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length == 0) {
        return 0;
    }
    const char *rest = (const char *)bytes + 1;
    struct heard whole = hear(rest, length - 1, length);
    struct heard pieces = hear(rest, length - 1, 1 + bytes[0] % 16);
    assert(whole.events == pieces.events && whole.sum == pieces.sum);
    return 0;
}
