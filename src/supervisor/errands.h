/*
 * errands.h - the probes of instances that are configured by name: which
 * address each goes to, and which still wait for one. Pure.
 *
 *   a probe begins          its name has an address    goes there
 *                           the name failed            goes as a name: `dns`
 *                           no lookup has ended yet    goes where a
 *                                                      predecessor's went;
 *                                                      else waits
 *   a lookup ends           it waits                   as above, with what is
 *   half its time is up     it waits                   left of its time
 *   it could not connect    there are more addresses   goes to the next one
 *                           no more                    that is its result
 *
 * An instance keeps its address while that stands among its name's: lists
 * that are turned around each time make it go nowhere.
 */
#ifndef SUPERVISOR_ERRANDS_H
#define SUPERVISOR_ERRANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "supervisor/names.h"

/* The last probe of one instance. */
struct errand {
    uint32_t name; /* in `names`; NAMES_NONE: it needs no lookup */
    char address[RESOLVED_BYTES]; /* numeric; "" = none known */
    struct engine_action action;  /* ENGINE_PROBE, as it was asked */
    uint64_t begun_ms;
    uint64_t waited_ms; /* of that, for the lookup */
    uint32_t tried;     /* addresses that could not be connected to */
    bool is_waiting;
    enum name_state known; /* of its name, when last looked at */
    bool is_news;          /* address or `known` changed */
};

struct errands {
    struct names names;
    const struct settings *settings; /* borrowed */
    struct errand *list;             /* owned; one per instance */
};

/* 0 or -ENOMEM. `settings` are borrowed until errands_destroy. */
int errands_create(const struct settings *settings, uint64_t now_ms,
                   struct errands **errands);
void errands_destroy(struct errands *errands);

/* What was known with other settings; nothing waits any more. */
void errands_adopt(struct errands *errands, const struct errands *before);

/* Before the first probe: where a predecessor's last probe of this instance
 * went; "" = nobody knows. It goes there at once, while it is looked up. */
void errands_remember(struct errands *errands, uint32_t instance,
                      const char *address);

/* Where the instance's probes go, numeric and without port; "" = it has no
 * name, or that has no address. */
const char *errands_used(const struct errands *errands, uint32_t instance);

/* The engine wants this probed: true = it may go now, see errands_address. */
bool errands_begin(struct errands *errands, const struct engine_action *action,
                   uint64_t now_ms);

/* True, once: it waits and need not any more, so it may go now. */
bool errands_take_ready(struct errands *errands, uint32_t instance,
                        uint64_t now_ms);

/* Writes the address into the probe, and the time that is left for it. */
void errands_address(const struct errands *errands, uint32_t instance,
                     uint64_t now_ms, struct message_probe *probe);

/* A result came, by whatever prober. True: it is none yet, the same probe may
 * go to the next address now. */
bool errands_on_result(struct errands *errands, uint32_t instance,
                       uint32_t prober, const struct result *result,
                       uint64_t now_ms);

/* The name's state or addresses changed. */
void errands_on_news(struct errands *errands, uint32_t name);

/* True, once: it is worth a probe now, for it has another address, or the one
 * it has is another thing to know. */
bool errands_take_news(struct errands *errands, uint32_t instance);

/* When an errand's time will be up; UINT64_MAX = never. */
uint64_t errands_next_ms(const struct errands *errands);

#endif
