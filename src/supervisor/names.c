/*
 * names.c - see names.h: the table, and what it keeps over a reload.
 */
#include "supervisor/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

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

    if (!is_first_life || !address_is_numeric(address) ||
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
