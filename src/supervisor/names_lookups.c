/*
 * names_lookups.c - see names.h: which name is asked next, and what becomes of
 * it by an answer, by lateness, by a crash.
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "supervisor/names.h"

#define NOT_IN_TIME "the lookup takes too long"
#define CRASHED "the lookup crashes"

/* --- questions ------------------------------------------------------------ */

static bool is_in(const struct name *name, enum names_lane lane)
{
    return name->is_suspect == (lane == NAMES_ALONE);
}

/* Who took too long before goes after all others: should the threads not
 * suffice, it is the ones that hang who wait. */
static bool goes_before(const struct name *one, const struct name *other)
{
    return one->late != other->late ? one->late < other->late
                                    : one->due_ms < other->due_ms;
}

static uint32_t room_of(enum names_lane lane)
{
    return lane == NAMES_ALONE ? 1 : NAMES_ASKED_MOST;
}

bool names_ask(struct names *names, enum names_lane lane, uint64_t now_ms,
               struct message_resolve *question)
{
    struct name *next = NULL;

    if (names_asked(names, lane) == room_of(lane)) {
        return false;
    }
    for (uint32_t i = 0; i < names->count; i++) {
        struct name *name = &names->list[i];

        if (is_in(name, lane) && !name->is_asked &&
            name->due_ms <= now_ms + NAMES_GATHER_MS &&
            (next == NULL || goes_before(name, next))) {
            next = name;
        }
    }
    if (next == NULL) {
        return false;
    }
    next->is_asked = true;
    next->asked_ms = now_ms;
    question->id = (uint32_t)(next - names->list);
    (void)text_copy(question->name, sizeof(question->name),
                    next->host); /* the same size */
    return true;
}

uint32_t names_asked(const struct names *names, enum names_lane lane)
{
    uint32_t asked = 0;

    for (uint32_t i = 0; i < names->count; i++) {
        asked += names->list[i].is_asked && is_in(&names->list[i], lane);
    }
    return asked;
}

uint64_t names_due_ms(const struct names *names, enum names_lane lane)
{
    uint64_t due_ms = UINT64_MAX;

    if (names_asked(names, lane) == room_of(lane)) {
        return UINT64_MAX;
    }
    for (uint32_t i = 0; i < names->count; i++) {
        const struct name *name = &names->list[i];

        if (is_in(name, lane) && !name->is_asked && name->due_ms < due_ms) {
            due_ms = name->due_ms;
        }
    }
    return due_ms;
}

static uint64_t late_of(const struct name *name)
{
    return name->is_asked ? name->asked_ms + NAMES_LATE_MS : UINT64_MAX;
}

uint64_t names_late_ms(const struct names *names, enum names_lane lane)
{
    uint64_t late_ms = UINT64_MAX;

    for (uint32_t i = 0; i < names->count; i++) {
        const struct name *name = &names->list[i];

        if (is_in(name, lane) && late_of(name) < late_ms) {
            late_ms = late_of(name);
        }
    }
    return late_ms;
}

/* --- answers -------------------------------------------------------------- */

static void fail(struct name *name, const char *trouble, uint64_t now_ms)
{
    enum name_state state = name->count > 0 ? NAME_OLD : NAME_FAILED;

    name->is_asked = false;
    name->due_ms = now_ms + NAMES_AGAIN_FAILED_MS;
    name->is_news = name->is_news || name->state != state;
    name->state = state;
    (void)text_copy(name->trouble, sizeof(name->trouble),
                    trouble); /* a stranger's may be cut */
}

/* Round-robin answers turn the list around each time; that is no news. */
static bool holds_all(const struct name *name,
                      const struct message_resolved *resolved)
{
    for (uint32_t i = 0; i < name->count; i++) {
        bool is_there = false;

        for (uint32_t k = 0; k < resolved->count; k++) {
            is_there |= strcmp(name->addresses[i], resolved->addresses[k]) == 0;
        }
        if (!is_there) {
            return false;
        }
    }
    return true;
}

static void succeed(struct name *name, const struct message_resolved *resolved,
                    uint64_t now_ms)
{
    name->is_asked = false;
    name->due_ms = now_ms + NAMES_AGAIN_MS;
    name->is_news = name->is_news || name->state != NAME_GOOD ||
                    name->count != resolved->count ||
                    !holds_all(name, resolved);
    name->state = NAME_GOOD;
    name->trouble[0] = '\0';
    name->count = resolved->count;
    memcpy(name->addresses, resolved->addresses, sizeof(name->addresses));
}

static bool is_answer(const struct message_resolved *resolved)
{
    for (uint32_t i = 0; i < resolved->count; i++) {
        if (!address_is_numeric(resolved->addresses[i])) {
            return false;
        }
    }
    return (resolved->count > 0) == (resolved->trouble[0] == '\0');
}

int names_on_resolved(struct names *names, enum names_lane lane,
                      const struct message_resolved *resolved, uint64_t now_ms)
{
    if (resolved->id >= names->count || !is_answer(resolved)) {
        return -EPROTO;
    }
    struct name *name = &names->list[resolved->id];
    if (!name->is_asked || !is_in(name, lane)) {
        return -EPROTO;
    }
    name->is_suspect = false;
    name->late = 0;
    if (resolved->count > 0) {
        succeed(name, resolved, now_ms);
    } else {
        fail(name, resolved->trouble, now_ms);
    }
    return 0;
}

static void ask_again(struct name *name, uint64_t now_ms)
{
    name->is_asked = false;
    name->due_ms = now_ms;
}

void names_on_late(struct names *names, enum names_lane lane, uint64_t now_ms)
{
    for (uint32_t i = 0; i < names->count; i++) {
        struct name *name = &names->list[i];

        if (!name->is_asked || !is_in(name, lane)) {
            continue;
        }
        if (now_ms >= late_of(name)) {
            name->late++;
            fail(name, NOT_IN_TIME, now_ms);
        } else {
            ask_again(name, now_ms);
        }
    }
}

void names_forgive(struct names *names, uint64_t lost_ms)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (names->list[i].is_asked) {
            names->list[i].asked_ms += lost_ms;
        }
    }
}

void names_on_crash(struct names *names, enum names_lane lane, uint64_t now_ms)
{
    for (uint32_t i = 0; i < names->count; i++) {
        struct name *name = &names->list[i];

        if (!name->is_asked || !is_in(name, lane)) {
            continue;
        }
        if (lane == NAMES_ALONE) {
            fail(name, CRASHED, now_ms);
        } else {
            ask_again(name, now_ms);
            name->is_suspect = true;
        }
    }
}

void names_hurry(struct names *names, uint32_t index, uint64_t now_ms)
{
    struct name *name = &names->list[index];
    uint64_t soonest_ms = name->asked_ms + NAMES_AGAIN_FAILED_MS;

    if (soonest_ms < now_ms) {
        soonest_ms = now_ms;
    }
    if (!name->is_asked && name->due_ms > soonest_ms) {
        name->due_ms = soonest_ms;
    }
}

bool names_take_news(struct names *names, uint32_t *index)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (names->list[i].is_news) {
            names->list[i].is_news = false;
            *index = i;
            return true;
        }
    }
    return false;
}
