/*
 * fuzz_replies.c - a server's bytes, in random slices, all the way to the
 * verdict and the message that carries it.
 *
 * Input: one byte of choices (deep, canary, how it ended), one byte that
 * seeds the slicing, then what the server sent.
 *
 * Held: no crash, the caps, and a verdict the supervisor's decoder takes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "prober/verdict_rules.h"
#include "wire/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct scene {
    struct flight flight;
    struct evidence evidence;
    struct replies replies;
};

static void demand(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void note(void *owner, const struct reply_part *part)
{
    struct scene *scene = owner;
    demand(part->reply < scene->flight.count);
    demand(part->depth <= REPLIES_NESTING_MOST);
    evidence_note(&scene->evidence, scene->flight.commands[part->reply], part);
}

/* Slices of 1 to 64 bytes, the same for the same seed. */
static int feed_slices(struct replies *replies, uint32_t seed,
                       const uint8_t *data, size_t size)
{
    int status = 0;
    for (size_t at = 0; at < size && status == 0;) {
        seed = seed * 1664525u + 1013904223u;
        size_t slice = 1 + (seed >> 26);
        if (slice > size - at) {
            slice = size - at;
        }
        /* A copy of its own, so that a sanitizer sees its ends. */
        char *copy = malloc(slice);
        demand(copy != NULL);
        memcpy(copy, data + at, slice);
        status = replies_feed(replies, copy, slice);
        free(copy);
        at += slice;
    }
    return status;
}

static void check_verdict(const struct evidence *evidence)
{
    struct message message = {.kind = MESSAGE_RESULT, .result = {.task = 1}};
    struct message back;
    uint8_t bytes[MESSAGE_BYTES_MOST];
    size_t length = 0;
    struct verdict *verdict = &message.result.verdict;
    verdict_rules_judge(evidence, verdict);
    demand(verdict->detail[0] == '\0' ||
           text_is_printable(verdict->detail, VERDICT_DETAIL_BYTES - 1));
    demand(message_encode(&message, bytes, sizeof(bytes), &length) == 0);
    demand(message_decode(FROM_PROBER, MESSAGE_RESULT, bytes, length, &back) ==
           0);
    demand(verdict_equals(verdict, &back.result.verdict));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    struct scene scene;
    bool is_deep = (data[0] & 1) != 0;
    bool canary = (data[0] & 2) != 0;
    unsigned parts = (is_deep ? (unsigned)FLIGHT_DEEP : 0) |
                     (canary ? (unsigned)FLIGHT_CANARY : 0);
    demand(flight_init(&scene.flight, parts) == 0);
    evidence_init(&scene.evidence, &scene.flight);
    replies_init(&scene.replies, scene.flight.count, note, &scene);
    int status = feed_slices(&scene.replies, data[1], data + 2, size - 2);
    demand(scene.replies.elements <= REPLIES_ELEMENTS_MOST);
    demand(scene.replies.bytes <= REPLIES_BYTES_MOST);

    enum evidence_end end = EVIDENCE_PROTOCOL;
    if (status == 0 && scene.replies.count == scene.flight.count) {
        end = EVIDENCE_COMPLETE;
    } else if (status == 0) {
        end = (data[0] & 4) != 0 ? EVIDENCE_DEADLINE : EVIDENCE_CLOSED;
    }
    evidence_close(&scene.evidence, &scene.flight, scene.replies.count, end, 0);
    check_verdict(&scene.evidence);
    replies_finish(&scene.replies);
    return 0;
}
