/*
 * history_vitals.c - the part of a sample that processes told of themselves,
 * summed up by role: memory, descriptors, use of the processor, lateness.
 *
 * Every process speaks seldom (VITALS_EVERY_MS), so between two words the
 * last one stands. A process that is gone, or has not spoken yet, adds
 * nothing; a role without any word has a gap.
 */
#include "console/history_book.h"

static void add(uint32_t *value, uint64_t more)
{
    uint64_t sum = (*value == HISTORY_NONE ? 0 : *value) + more;
    *value = sum < HISTORY_NONE ? (uint32_t)sum : HISTORY_NONE - 1;
}

static void raise_to(uint32_t *value, uint64_t most)
{
    if (*value == HISTORY_NONE || most > *value) {
        *value = most < HISTORY_NONE ? (uint32_t)most : HISTORY_NONE - 1;
    }
}

/* Thousandths of a core between the last word of this very process and this
 * one. */
static uint32_t turn_meter(struct history_meter *meter, uint32_t generation,
                           const struct vitals *vitals, uint64_t told_ms)
{
    if (meter->generation != generation || vitals->cpu_ms < meter->cpu_ms ||
        meter->told_ms == 0) {
        meter->rate = HISTORY_NONE;
    } else if (told_ms > meter->told_ms) {
        meter->rate = (uint32_t)((vitals->cpu_ms - meter->cpu_ms) * 1000 /
                                 (told_ms - meter->told_ms));
    }
    meter->generation = generation;
    meter->told_ms = told_ms;
    meter->cpu_ms = vitals->cpu_ms;
    return meter->rate;
}

static void note(struct history_sample *sample, enum history_role role,
                 const struct vitals *vitals, uint32_t cpu)
{
    uint64_t fds = 0;
    for (int kind = 0; kind < VITALS_FD_KINDS; kind++) {
        fds += vitals->fds[kind];
    }
    if (vitals->rss_kb > 0) {
        add(&sample->values[HISTORY_RSS_KB + role], vitals->rss_kb);
    }
    if (vitals->pss_kb > 0) {
        add(&sample->values[HISTORY_PSS_KB + role], vitals->pss_kb);
    }
    if (fds > 0) {
        add(&sample->values[HISTORY_FDS + role], fds);
    }
    if (cpu != HISTORY_NONE) {
        add(&sample->values[HISTORY_CPU + role], cpu);
    }
    raise_to(&sample->values[HISTORY_LAG_MS + role], vitals->lag_ms);
}

/* HISTORY_ROLES: a checker of configurations, gone in a moment. */
static enum history_role role_of(enum service_kind kind)
{
    switch (kind) {
    case SERVICE_PROBER:
    case SERVICE_DISCOVERY:
    case SERVICE_RESOLVER:
        return HISTORY_PROBERS;
    case SERVICE_PUBLISHER:
        return HISTORY_PUBLISHER;
    case SERVICE_CONSOLE:
        return HISTORY_CONSOLE;
    case SERVICE_NONE:
    case SERVICE_CHECKER:
    case SERVICE_COUNT:
        break;
    }
    return HISTORY_ROLES;
}

void history_book_note_vitals(struct history_book *book,
                              const struct snapshot *snapshot,
                              struct history_sample *sample)
{
    const struct board_agent *agent = &snapshot->agent;
    if (agent->vitals_ms > 0) {
        uint32_t cpu =
            turn_meter(&book->meters[BOARD_SERVICES_MOST], (uint32_t)agent->pid,
                       &agent->vitals, agent->vitals_ms);
        note(sample, HISTORY_SUPERVISOR, &agent->vitals, cpu);
    }
    for (int slot = 0; slot < BOARD_SERVICES_MOST; slot++) {
        const struct board_service *service = &snapshot->services[slot];
        enum history_role role = role_of(service->kind);
        if (role == HISTORY_ROLES || service->pid <= 0 ||
            service->vitals_ms < service->started_ms ||
            service->vitals_ms == 0) {
            continue;
        }
        uint32_t cpu = turn_meter(&book->meters[slot], service->generation,
                                  &service->vitals, service->vitals_ms);
        note(sample, role, &service->vitals, cpu);
    }
}
