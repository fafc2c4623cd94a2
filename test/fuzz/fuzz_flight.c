/*
 * fuzz_flight.c - a server's bytes, in random slices, through the reader and
 * the evidence to the verdict and the message that carries it: the way of
 * every reply, for every flight there is.
 *
 * Input: a head of eight bytes (struct head), then what the server sent.
 *
 * Held: no crash; the caps, in bytes, elements and memory; the same bytes in
 * other slices say the same; a verdict that the supervisor's decoder takes and
 * that keeps the rules of every verdict (check_rules).
 */
#include <errno.h>
#include <sanitizer/allocator_interface.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "prober/verdict_rules.h"
#include "wire/message.h"

#define FILLED_BYTES (REPLIES_BYTES_MOST + 4096)
#define SLICE_BYTES_MOST 64
#define LARGE_SLICE_BYTES 16384
/* The reader's buffer doubles, and is copied when it does. */
#define MEMORY_BYTES_MOST (4 * REPLIES_BYTES_MOST)

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand_at(bool holds, const char *what, int line)
{
    if (!holds) {
        (void)fprintf(stderr, "line %d: not held: %s\n", line, what);
        abort();
    }
}

#define demand(holds) demand_at((holds), #holds, __LINE__)

/* --- memory, counted while a server is heard ----------------------- */

static struct {
    bool is_counting;
    size_t now;
    size_t most;
} memory;

static void on_malloc(const volatile void *pointer, size_t size)
{
    (void)pointer; /* its size is all that counts */
    if (memory.is_counting) {
        memory.now += size;
        memory.most = memory.now > memory.most ? memory.now : memory.most;
    }
}

static void on_free(const volatile void *pointer)
{
    if (memory.is_counting && pointer != NULL) {
        memory.now -=
            __sanitizer_get_allocated_size((const void *)(uintptr_t)pointer);
    }
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count; /* no arguments of our own */
    (void)arguments;
    return __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0
               ? 0
               : 1;
}

/* --- one conversation ---------------------------------------------------- */

/* The input's first bytes: all that is not the server's to say. */
struct head {
    uint8_t parts;   /* of the flight */
    uint8_t known;   /* what was known before, as bits */
    uint8_t end;     /* how it ends when the bytes do */
    uint8_t process; /* its state, as looked at after a deadline */
    uint8_t error;   /* an errno, where the end has one */
    uint8_t fill;    /* 1: what the server sent, again and again */
    uint8_t seed;    /* of the slices */
    uint8_t trouble; /* odd: a sentence of ours */
};

struct talk {
    struct flight flight;
    struct replies replies;
    struct evidence evidence;
    struct verdict verdict;
    enum evidence_end end;
};

static void note(void *owner, const struct reply_part *part)
{
    struct talk *talk = owner;
    demand(part->reply < talk->flight.count);
    demand(part->depth <= REPLIES_NESTING_MOST);
    evidence_note(&talk->evidence, talk->flight.commands[part->reply], part);
}

/* As a probe does: until they fail, or the last reply is whole. */
static int feed_slices(struct talk *talk, uint32_t seed, size_t slice_most,
                       const uint8_t *bytes, size_t size)
{
    int status = 0;
    for (size_t at = 0; at < size && status == 0 &&
                        talk->replies.count < talk->flight.count;) {
        seed = seed * 1664525U + 1013904223U;
        size_t slice = slice_most - (seed >> 16) % (slice_most / 2 + 1);
        slice = seed >> 30 == 0 && slice_most <= SLICE_BYTES_MOST ? 1 : slice;
        slice = slice < size - at ? slice : size - at;
        /* A copy of its own, so that a sanitizer sees its ends. */
        char *copy = malloc(slice);
        demand(copy != NULL);
        memcpy(copy, bytes + at, slice);
        status = replies_feed(&talk->replies, copy, slice);
        free(copy);
        at += slice;
    }
    return status;
}

static enum evidence_end end_of(const struct head *head)
{
    static const enum evidence_end ends[] = {
        EVIDENCE_CLOSED, EVIDENCE_DEADLINE, EVIDENCE_AGENT,  EVIDENCE_TLS,
        EVIDENCE_NAME,   EVIDENCE_REFUSED,  EVIDENCE_BACKLOG};
    return ends[head->end % (sizeof(ends) / sizeof(ends[0]))];
}

/* Ends that come before a server could say a word. */
static bool is_early(enum evidence_end end)
{
    return end == EVIDENCE_NAME || end == EVIDENCE_REFUSED ||
           end == EVIDENCE_BACKLOG;
}

static void set_scene(struct talk *talk, const struct head *head)
{
    demand(flight_init(&talk->flight, head->parts % FLIGHT_KINDS) == 0);
    evidence_init(&talk->evidence, &talk->flight);
    talk->evidence.known = (struct evidence_known){
        .was_loading = (head->known & 1) != 0,
        .is_same_process = (head->known & 2) != 0,
        .is_last_address = (head->known & 4) != 0,
        .max_lag_ms = (head->known & 8) != 0 ? 10000 : 0,
        .max_gap = (head->known & 16) != 0 ? 1000 : 0,
    };
    talk->evidence.is_handshaking = (head->known & 32) != 0;
    talk->evidence.process =
        (enum process_state)(head->process % (PROCESS_ZOMBIE + 1));
    if ((head->trouble & 1) != 0) {
        demand(text_copy(talk->evidence.trouble, sizeof(talk->evidence.trouble),
                         "password file .../queue.pw is empty"));
    }
}

static void hear(struct talk *talk, const struct head *head, size_t slice_most,
                 const uint8_t *bytes, size_t size)
{
    enum evidence_end end = end_of(head);
    memory.now = memory.most = 0;
    memory.is_counting = true;
    set_scene(talk, head);
    replies_init(&talk->replies, talk->flight.count, note, talk);
    int status = is_early(end)
                     ? 0
                     : feed_slices(talk, head->seed, slice_most, bytes, size);
    demand(status == 0 || status == -EPROTO || status == -EMSGSIZE);
    demand(talk->replies.elements <= REPLIES_ELEMENTS_MOST);
    demand(talk->replies.bytes <= REPLIES_BYTES_MOST);
    demand(talk->replies.count <= talk->flight.count);
    if (status != 0) {
        end = evidence_end_of(&talk->evidence, &talk->flight,
                              talk->replies.count, status);
    } else if (talk->replies.count == talk->flight.count) {
        end = EVIDENCE_COMPLETE;
    }
    talk->end = end;
    evidence_close(&talk->evidence, &talk->flight, talk->replies.count, end,
                   end == EVIDENCE_AGENT || end == EVIDENCE_REFUSED
                       ? head->error % 134
                       : 0);
    verdict_rules_judge(&talk->evidence, &talk->verdict);
    replies_finish(&talk->replies);
    memory.is_counting = false;
    demand(memory.most <= MEMORY_BYTES_MOST);
    demand(memory.now == 0);
}

/* --- what holds of every verdict ----------------------------------------- */

/* What each reason means, told once more; NONE where there is no such verdict
 * of a prober's. */
static const enum state states[REASON_COUNT] = {
    [REASON_NONE] = STATE_UP,
    [REASON_AGENT] = STATE_UNKNOWN,
    [REASON_REFUSED] = STATE_DOWN,
    [REASON_DNS] = STATE_UNKNOWN,
    [REASON_BACKLOG] = STATE_DOWN,
    [REASON_TLS] = STATE_DOWN,
    [REASON_RESET] = STATE_DOWN,
    [REASON_PROTOCOL] = STATE_DOWN,
    [REASON_MAXCLIENTS] = STATE_DEGRADED,
    [REASON_PROTECTED] = STATE_UNKNOWN,
    [REASON_AUTH] = STATE_UNKNOWN,
    [REASON_LOADING] = STATE_LOADING,
    [REASON_TIMEOUT] = STATE_DOWN,
    [REASON_BUSY] = STATE_DOWN,
    [REASON_MASTERDOWN] = STATE_DEGRADED,
    [REASON_CLUSTERDOWN] = STATE_DEGRADED,
    [REASON_SHUTDOWN] = STATE_DRAINING,
    [REASON_MISCONF] = STATE_DEGRADED,
    [REASON_OOM] = STATE_DEGRADED,
    [REASON_NOREPLICAS] = STATE_DEGRADED,
    [REASON_PAUSED] = STATE_DEGRADED,
    [REASON_SYNCING] = STATE_DEGRADED,
    [REASON_LINK_DOWN] = STATE_DEGRADED,
    [REASON_LAG] = STATE_DEGRADED,
    [REASON_REPLICA] = STATE_UP,
    [REASON_MASTER] = STATE_UP,
    [REASON_OTHER] = STATE_DEGRADED,
};

static bool is_text(const char *text, size_t size)
{
    return text[0] == '\0' || text_is_printable(text, size - 1);
}

static void check_texts(const struct verdict *verdict)
{
    demand(is_text(verdict->detail, sizeof(verdict->detail)));
    demand(is_text(verdict->master, sizeof(verdict->master)));
    demand(is_text(verdict->version, sizeof(verdict->version)));
    demand(strspn(verdict->run_id, "0123456789abcdef") ==
           strlen(verdict->run_id));
}

static void check_up(const struct talk *talk)
{
    static const enum evidence_error bad[] = {
        ERROR_MAXCLIENTS, ERROR_DENIED,  ERROR_WRONGPASS,  ERROR_BAD_PASSWORD,
        ERROR_BUSY,       ERROR_LOADING, ERROR_MASTERDOWN, ERROR_CLUSTERDOWN,
        ERROR_MISCONF,    ERROR_OOM,     ERROR_NOREPLICAS, ERROR_OTHER};
    const struct verdict *verdict = &talk->verdict;
    demand(verdict->conditions == 0);
    demand(talk->end == EVIDENCE_COMPLETE);
    demand(verdict->readable == ABILITY_YES);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        demand(!evidence_has_error(&talk->evidence, bad[i]));
    }
    demand(!talk->evidence.is_deep || verdict->role == ROLE_MASTER ||
           verdict->role == ROLE_REPLICA);
    demand(talk->evidence.is_deep || verdict->reason == REASON_NONE);
}

static void check_rules(const struct talk *talk)
{
    const struct verdict *verdict = &talk->verdict;
    uint32_t conditions = verdict->conditions;
    demand(verdict->state != STATE_NONE);
    demand(verdict->state == states[verdict->reason]);
    check_texts(verdict);
    if (verdict->state == STATE_UP) {
        check_up(talk);
    } else {
        demand((conditions & 1U << verdict->reason) != 0);
        demand(verdict->detail[0] != '\0');
    }
    for (unsigned i = 0; i < REASON_COUNT; i++) {
        demand((conditions & 1U << i) == 0 || states[i] != STATE_UP);
    }
    demand(verdict->writable != ABILITY_YES ||
           talk->evidence.replies[COMMAND_CANARY].is_asked);
    demand(verdict->writable != ABILITY_STALE);
    demand(verdict->readable != ABILITY_STALE ||
           (conditions & 1U << REASON_LINK_DOWN) != 0);
}

/* Whose trouble it was decides who is blamed. */
static void check_blame(const struct talk *talk)
{
    enum reason reason = talk->verdict.reason;
    const struct evidence_known *known = &talk->evidence.known;
    bool goes_on_loading = known->was_loading && known->is_same_process;
    demand((talk->end == EVIDENCE_AGENT) == (reason == REASON_AGENT));
    demand((talk->end == EVIDENCE_NAME) == (reason == REASON_DNS));
    demand((talk->end == EVIDENCE_TLS) == (reason == REASON_TLS));
    demand((talk->end == EVIDENCE_PROTOCOL) == (reason == REASON_PROTOCOL));
    if (talk->end == EVIDENCE_DEADLINE && talk->replies.count == 0) {
        demand(reason == (goes_on_loading ? REASON_LOADING : REASON_TIMEOUT));
    }
    if (talk->end == EVIDENCE_CLOSED && talk->replies.count == 0) {
        demand(reason == REASON_RESET);
    }
}

static void check_message(const struct talk *talk)
{
    struct message message = {.kind = MESSAGE_RESULT,
                              .result = {.task = 1,
                                         .is_deep = talk->evidence.is_deep,
                                         .verdict = talk->verdict,
                                         .has_facts = true,
                                         .facts = talk->evidence.info.facts}};
    struct message back;
    uint8_t bytes[MESSAGE_BYTES_MOST];
    size_t length = 0;
    demand(message_encode(&message, bytes, sizeof(bytes), &length) == 0);
    demand(message_decode(FROM_PROBER, MESSAGE_RESULT, bytes, length, &back) ==
           0);
    demand(verdict_equals(&talk->verdict, &back.result.verdict));
    demand(memcmp(&message.result.facts, &back.result.facts,
                  sizeof(back.result.facts)) == 0);
}

/* --- other slices, the same story ---------------------------------------- */

/* More came after the last reply, in the same slice: only then it is seen. */
static bool is_surplus(const struct talk *talk)
{
    return talk->end == EVIDENCE_PROTOCOL &&
           talk->replies.count == talk->flight.count;
}

static bool is_exhausted(const struct talk *talk)
{
    return talk->replies.scanned > REPLIES_SCAN_MOST;
}

static void check_same(const struct talk *one, const struct talk *other)
{
    if (is_surplus(one) || is_surplus(other)) {
        demand(one->replies.count == other->replies.count);
        return;
    }
    if (is_exhausted(one) || is_exhausted(other)) {
        return; /* an honest server's slices never get there */
    }
    demand(one->end == other->end);
    demand(one->replies.count == other->replies.count);
    demand(verdict_equals(&one->verdict, &other->verdict));
    demand(one->verdict.conditions == other->verdict.conditions);
    demand(strcmp(one->verdict.detail, other->verdict.detail) == 0);
    demand(memcmp(&one->evidence.info.facts, &other->evidence.info.facts,
                  sizeof(one->evidence.info.facts)) == 0);
}

/* What the server sent until it filled more than a flight may bring. */
static uint8_t *fill(const uint8_t *bytes, size_t size)
{
    uint8_t *filled = malloc(FILLED_BYTES);
    demand(filled != NULL);
    for (size_t at = 0; at < FILLED_BYTES; at += size) {
        size_t left = FILLED_BYTES - at;
        memcpy(filled + at, bytes, size < left ? size : left);
    }
    return filled;
}

static void check_talk(const struct talk *talk)
{
    check_rules(talk);
    check_blame(talk);
    check_message(talk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct head head;
    if (size <= sizeof(head)) {
        return 0;
    }
    static struct talk sliced; /* large; made anew by hear */
    static struct talk whole;
    memcpy(&head, data, sizeof(head));
    data += sizeof(head);
    size -= sizeof(head);
    if (head.fill == 1) {
        uint8_t *filled = fill(data, size);
        hear(&sliced, &head, LARGE_SLICE_BYTES, filled, FILLED_BYTES);
        check_talk(&sliced);
        free(filled);
        return 0;
    }
    hear(&sliced, &head, SLICE_BYTES_MOST, data, size);
    check_talk(&sliced);
    hear(&whole, &head, LARGE_SLICE_BYTES, data, size);
    check_talk(&whole);
    check_same(&sliced, &whole);
    return 0;
}
