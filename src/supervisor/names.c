/*
 * names.c - see names.h.
 */
#include "supervisor/names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NOT_IN_TIME "the lookup takes too long"
#define CRASHED "the lookup crashes"

static bool is_numeric(const char *text)
{
    uint8_t address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, text, address) == 1 ||
           inet_pton(AF_INET6, text, address) == 1;
}

/* --- the table ------------------------------------------------------------ */

static int by_host(const void *one, const void *other)
{
    return strcmp(((const struct name *)one)->host,
                  ((const struct name *)other)->host);
}

static void add(struct names *names, const struct address *address,
                uint64_t now_ms)
{
    if (address->kind == ADDRESS_NAME && names->count < names->room) {
        struct name *name = &names->list[names->count];

        *name = (struct name){.due_ms = now_ms};
        (void)text_copy(name->host, sizeof(name->host),
                        address->host); /* the same size */
        names->count++;
    }
}

static void add_servers(struct names *names, const char *servers,
                        uint64_t now_ms)
{
    struct address address;
    const char *why = "";

    while (address_next(&servers, &address, &why) == 0) {
        add(names, &address, now_ms);
    }
}

static void sort_once_each(struct names *names)
{
    uint32_t kept = 0;

    qsort(names->list, names->count, sizeof(*names->list), by_host);
    for (uint32_t i = 0; i < names->count; i++) {
        if (i == 0 || by_host(&names->list[i], &names->list[kept - 1]) != 0) {
            names->list[kept] = names->list[i];
            kept++;
        }
    }
    names->count = kept;
}

/* No fewer than there are. */
static uint32_t count_names(const struct settings *settings)
{
    uint32_t count = 1;

    for (uint32_t i = 0; i < settings->instance_count; i++) {
        count += settings->instances[i].addr.kind == ADDRESS_NAME ? 1 : 0;
    }
    for (const char *at = settings->zookeeper_servers; *at != '\0'; at++) {
        count += *at == ',' ? 1 : 0;
    }
    return count;
}

int names_init(struct names *names, const struct settings *settings,
               uint64_t now_ms)
{
    *names = (struct names){0};
    names->room = count_names(settings);
    names->list = calloc(names->room, sizeof(*names->list));
    if (names->list == NULL) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        add(names, &settings->instances[i].addr, now_ms);
    }
    add_servers(names, settings->zookeeper_servers, now_ms);
    sort_once_each(names);
    return 0;
}

void names_finish(struct names *names)
{
    free(names->list);
    *names = (struct names){0};
}

uint32_t names_find(const struct names *names, const char *host)
{
    uint32_t from = 0;
    uint32_t to = names->count;

    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int order = strcmp(host, names->list[middle].host);

        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    return NAMES_NONE;
}

void names_adopt(struct names *names, const struct names *before)
{
    for (uint32_t i = 0; i < before->count; i++) {
        uint32_t index = names_find(names, before->list[i].host);

        if (index != NAMES_NONE) {
            uint64_t due_ms = names->list[index].due_ms;

            names->list[index] = before->list[i];
            names->list[index].is_asked = false;
            names->list[index].due_ms = due_ms;
        }
    }
}

void names_remember(struct names *names, uint32_t index, const char *address)
{
    struct name *name = &names->list[index];
    bool is_first_life = name->state == NAME_NEVER || /* of this process */
                         name->state == NAME_REMEMBERED;

    if (!is_first_life || !is_numeric(address) ||
        name->count == RESOLVED_MOST) {
        return;
    }
    for (uint32_t i = 0; i < name->count; i++) {
        if (strcmp(name->addresses[i], address) == 0) {
            return; /* two instances of one name */
        }
    }
    name->state = NAME_REMEMBERED;
    (void)text_copy(name->addresses[name->count], RESOLVED_BYTES,
                    address); /* numeric: it fits */
    name->count++;
}

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
        if (!is_numeric(resolved->addresses[i])) {
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
