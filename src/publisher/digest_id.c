/*
 * digest_id.c - SHA-1 (FIPS 180-4) and base 64 (RFC 4648) for one short text.
 *
 * Written out here because what the publisher links has neither, and a
 * library of cryptography is much to link for a name. SHA-1 is ZooKeeper's
 * choice. What held the credential is wiped.
 */
#include "publisher/digest_id.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define BLOCK_BYTES 64
#define LENGTH_BYTES 8 /* at the end of the last block */
#define HASH_BYTES 20
#define HASH_WORDS 5
#define ROUNDS 80
/* The text, the byte that ends it, its length, and up to a whole block. */
#define PADDED_BYTES (SECRET_BYTES_MOST + 1 + LENGTH_BYTES + BLOCK_BYTES)

static uint32_t rotate(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static void put_big_endian(uint8_t *to, uint64_t value, size_t bytes)
{
    for (size_t i = bytes; i-- > 0; value >>= 8) {
        to[i] = (uint8_t)(value & 0xff);
    }
}

static void spread(const uint8_t *block, uint32_t schedule[ROUNDS])
{
    for (size_t i = 0; i < ROUNDS; i++) {
        const uint8_t *at = block + 4 * i;
        schedule[i] = i < 16 ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
                                   (uint32_t)at[2] << 8 | at[3]
                             : rotate(schedule[i - 3] ^ schedule[i - 8] ^
                                          schedule[i - 14] ^ schedule[i - 16],
                                      1);
    }
}

/* The function and constant of a round, of which there are four. */
static uint32_t mix(size_t round, uint32_t b, uint32_t c, uint32_t d)
{
    switch (round / 20) {
    case 0:
        return ((b & c) | (~b & d)) + 0x5a827999;
    case 1:
        return (b ^ c ^ d) + 0x6ed9eba1;
    case 2:
        return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    default:
        return (b ^ c ^ d) + 0xca62c1d6;
    }
}

static void add_block(uint32_t hash[HASH_WORDS], const uint8_t *block)
{
    uint32_t schedule[ROUNDS];
    uint32_t w[HASH_WORDS];
    spread(block, schedule);
    memcpy(w, hash, sizeof w);
    for (size_t round = 0; round < ROUNDS; round++) {
        uint32_t next = rotate(w[0], 5) + mix(round, w[1], w[2], w[3]) + w[4] +
                        schedule[round];
        w[4] = w[3];
        w[3] = w[2];
        w[2] = rotate(w[1], 30);
        w[1] = w[0];
        w[0] = next;
    }
    for (size_t i = 0; i < HASH_WORDS; i++) {
        hash[i] += w[i];
    }
    explicit_bzero(schedule, sizeof schedule);
}

static void hash_text(const char *text, size_t length, uint8_t out[HASH_BYTES])
{
    uint32_t hash[HASH_WORDS] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
                                 0xc3d2e1f0};
    uint8_t padded[PADDED_BYTES] = {0};
    size_t whole = (length + 1 + LENGTH_BYTES + BLOCK_BYTES - 1) / BLOCK_BYTES *
                   BLOCK_BYTES;
    memcpy(padded, text, length);
    padded[length] = 0x80;
    put_big_endian(padded + whole - LENGTH_BYTES, (uint64_t)length * 8,
                   LENGTH_BYTES);
    for (size_t at = 0; at < whole; at += BLOCK_BYTES) {
        add_block(hash, padded + at);
    }
    for (size_t i = 0; i < HASH_WORDS; i++) {
        put_big_endian(out + 4 * i, hash[i], 4);
    }
    explicit_bzero(padded, sizeof padded);
}

static char *put_base64(char *to, const uint8_t hash[HASH_BYTES])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    /* A byte of nothing fills up the last three. */
    uint8_t bytes[HASH_BYTES + 1] = {0};
    memcpy(bytes, hash, HASH_BYTES);
    for (size_t i = 0; i < sizeof bytes; i += 3) {
        *to++ = digits[bytes[i] >> 2];
        *to++ = digits[(bytes[i] & 3) << 4 | bytes[i + 1] >> 4];
        *to++ = digits[(bytes[i + 1] & 15) << 2 | bytes[i + 2] >> 6];
        *to++ = digits[bytes[i + 2] & 63];
    }
    to[-1] = '=';
    return to;
}

void digest_id_of(const char *credential, struct digest_id *id)
{
    size_t length = strlen(credential);
    size_t user = strcspn(credential, ":");
    uint8_t hash[HASH_BYTES];
    assert(length <= SECRET_BYTES_MOST);
    hash_text(credential, length, hash);
    memcpy(id->text, credential, user);
    id->text[user] = ':';
    *put_base64(id->text + user + 1, hash) = '\0';
}
