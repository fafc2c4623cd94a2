/*
 * fuzz_payload.c - a node's data of any bytes.
 *
 * Whatever a stranger wrote, decoding ends, finds only states there are, and
 * calls nothing ours that does not carry our agent value in full.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "publisher/payload.h"

#define AGENT "0123456789abcdef"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct payload_found found;
    payload_decode((const char *)bytes, length, AGENT, &found);
    assert(found.state < STATE_COUNT);
    assert(found.since_wall_ms <= INT64_MAX);
    assert(!found.is_expired || found.state == STATE_UNKNOWN);
    assert(!found.is_ours || length >= strlen(AGENT));
    assert(length <= PAYLOAD_BYTES_MOST || !found.is_ours);
    return 0;
}
