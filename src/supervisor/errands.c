/*
 * errands.c - see errands.h.
 */
#include "supervisor/errands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NOT_YET "the lookup takes too long"
#define MS_US 1000u

/* --- the list ------------------------------------------------------------- */

int errands_create(const struct settings *settings, uint64_t now_ms,
                   struct errands **errands)
{
    struct errands *made = calloc(1, sizeof(*made));

    if (made == NULL) {
        return -ENOMEM;
    }
    made->settings = settings;
    made->list = calloc(settings->instance_count + 1, sizeof(*made->list));
    if (made->list == NULL || names_init(&made->names, settings, now_ms) != 0) {
        errands_destroy(made);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        const struct address *addr = &settings->instances[i].addr;

        made->list[i].name = addr->kind == ADDRESS_NAME
                                 ? names_find(&made->names, addr->host)
                                 : NAMES_NONE;
    }
    *errands = made;
    return 0;
}

void errands_destroy(struct errands *errands)
{
    if (errands != NULL) {
        names_finish(&errands->names);
        free(errands->list);
        free(errands);
    }
}

static const struct name *name_of(const struct errands *errands,
                                  const struct errand *errand)
{
    return &errands->names.list[errand->name];
}

/* --- which address -------------------------------------------------------- */

/* Its place in the name's list; the list's length if it is not there. */
static uint32_t place_of(const struct name *name, const char *address)
{
    uint32_t place = 0;

    while (place < name->count &&
           strcmp(name->addresses[place], address) != 0) {
        place++;
    }
    return place;
}

static void use(struct errand *errand, const char *address)
{
    (void)text_copy(errand->address, sizeof(errand->address),
                    address); /* the same size */
}

/* The one it has, if that stands still; else the system's favourite. */
static void choose(const struct errands *errands, struct errand *errand)
{
    const struct name *name = name_of(errands, errand);

    bool is_confirmed =
        errand->known == NAME_REMEMBERED && name->state == NAME_GOOD;

    errand->is_news =
        errand->is_news || (errand->known != name->state && !is_confirmed);
    errand->known = name->state;
    if (name->count > 0 && place_of(name, errand->address) == name->count) {
        use(errand, name->addresses[0]);
        errand->is_news = true;
    }
}

static void use_next(const struct errands *errands, struct errand *errand)
{
    const struct name *name = name_of(errands, errand);

    if (name->count > 0) {
        use(errand, name->addresses[(place_of(name, errand->address) + 1) %
                                    name->count]);
    }
}

static bool is_same_server(const struct instance_settings *one,
                           const struct instance_settings *other)
{
    return strcmp(one->name, other->name) == 0 &&
           address_equals(&one->addr, &other->addr);
}

static void adopt_address(struct errands *errands, uint32_t index,
                          const struct errands *before)
{
    for (uint32_t i = 0; i < before->settings->instance_count; i++) {
        if (before->list[i].name != NAMES_NONE &&
            is_same_server(&before->settings->instances[i],
                           &errands->settings->instances[index])) {
            use(&errands->list[index], before->list[i].address);
            return;
        }
    }
}

void errands_adopt(struct errands *errands, const struct errands *before)
{
    names_adopt(&errands->names, &before->names);
    for (uint32_t i = 0; i < errands->settings->instance_count; i++) {
        if (errands->list[i].name != NAMES_NONE) {
            adopt_address(errands, i, before);
            choose(errands, &errands->list[i]);
            errands->list[i].is_news = false; /* all are probed now */
        }
    }
}

void errands_remember(struct errands *errands, uint32_t instance,
                      const char *address)
{
    struct errand *errand = &errands->list[instance];

    if (errand->name == NAMES_NONE) {
        return;
    }
    names_remember(&errands->names, errand->name, address);
    const struct name *name = name_of(errands, errand);
    if (place_of(name, address) < name->count) {
        use(errand, address);
        errand->known = name->state;
    }
}

const char *errands_used(const struct errands *errands, uint32_t instance)
{
    return errands->list[instance].address;
}

void errands_address(const struct errands *errands, uint32_t instance,
                     uint64_t now_ms, struct message_probe *probe)
{
    const struct errand *errand = &errands->list[instance];
    const struct address *addr = &errands->settings->instances[instance].addr;
    uint64_t spent_ms = now_ms - errand->begun_ms;

    if (errand->name == NAMES_NONE) {
        return;
    }
    const struct name *name = name_of(errands, errand);
    probe->timeout_ms = probe->timeout_ms > spent_ms
                            ? probe->timeout_ms - (uint32_t)spent_ms
                            : 1; /* the least that a prober takes */
    probe->resolve_us = (uint32_t)errand->waited_ms * MS_US;
    if (errand->address[0] == '\0') {
        const char *why = name->state == NAME_NEVER ? NOT_YET : name->trouble;

        (void)text_copy(probe->name_trouble, sizeof(probe->name_trouble),
                        why); /* the same size */
        return;
    }
    bool is_ipv6 = strchr(errand->address, ':') != NULL;
    (void)text_format(probe->addr, sizeof(probe->addr),
                      is_ipv6 ? "[%s]:%u" : "%s:%u", errand->address,
                      addr->port); /* shorter than a name */
    probe->is_last_address = name->state == NAME_OLD;
}

/* --- their course --------------------------------------------------------- */

bool errands_begin(struct errands *errands, const struct engine_action *action,
                   uint64_t now_ms)
{
    struct errand *errand = &errands->list[action->instance];

    errand->action = *action;
    errand->begun_ms = now_ms;
    errand->waited_ms = 0;
    errand->tried = 0;
    if (errand->name != NAMES_NONE && errand->address[0] == '\0') {
        choose(errands, errand); /* what another one of that name remembers */
        errand->is_news = false; /* this very probe tells it */
    }
    errand->is_waiting = errand->name != NAMES_NONE &&
                         name_of(errands, errand)->state == NAME_NEVER;
    return !errand->is_waiting;
}

static uint64_t end_of(const struct errand *errand)
{
    return errand->begun_ms + errand->action.timeout_ms;
}

/* The other half is the server's: what it could not answer in less would look
 * like its own silence. */
static uint64_t end_of_wait(const struct errand *errand)
{
    return errand->begun_ms + errand->action.timeout_ms / 2;
}

bool errands_take_ready(struct errands *errands, uint32_t instance,
                        uint64_t now_ms)
{
    struct errand *errand = &errands->list[instance];

    if (!errand->is_waiting || (name_of(errands, errand)->state == NAME_NEVER &&
                                now_ms < end_of_wait(errand))) {
        return false;
    }
    errand->is_waiting = false;
    errand->is_news = false; /* this very probe tells it */
    errand->waited_ms = now_ms - errand->begun_ms;
    return true;
}

static bool could_not_connect(enum reason reason)
{
    return reason == REASON_REFUSED || reason == REASON_AGENT;
}

bool errands_on_result(struct errands *errands, uint32_t instance,
                       uint32_t prober, const struct result *result,
                       uint64_t now_ms)
{
    struct errand *errand = &errands->list[instance];

    if (errand->name == NAMES_NONE || errand->action.task != result->task ||
        errand->action.prober != prober || errand->is_waiting) {
        return false;
    }
    const struct name *name = name_of(errands, errand);
    if (result->verdict.state == STATE_DOWN) {
        names_hurry(&errands->names, errand->name, now_ms);
    }
    if (could_not_connect(result->verdict.reason)) {
        use_next(errands, errand);
        errand->tried++;
        return errand->tried < name->count && now_ms < end_of(errand);
    }
    if (result->verdict.reason == REASON_BACKLOG) {
        use_next(errands, errand); /* for the next attempt: time is up */
    }
    return false;
}

void errands_on_news(struct errands *errands, uint32_t name)
{
    for (uint32_t i = 0; i < errands->settings->instance_count; i++) {
        struct errand *errand = &errands->list[i];

        if (errand->name == name) {
            choose(errands, errand);
        }
    }
}

bool errands_take_news(struct errands *errands, uint32_t instance)
{
    struct errand *errand = &errands->list[instance];
    bool is_news = errand->is_news && !errand->is_waiting;

    errand->is_news = errand->is_news && !is_news;
    return is_news;
}

uint64_t errands_next_ms(const struct errands *errands)
{
    uint64_t next_ms = UINT64_MAX;

    for (uint32_t i = 0; i < errands->settings->instance_count; i++) {
        const struct errand *errand = &errands->list[i];

        if (errand->is_waiting && end_of_wait(errand) < next_ms) {
            next_ms = end_of_wait(errand);
        }
    }
    return next_ms;
}
