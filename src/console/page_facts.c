/*
 * page_facts.c - what the page tells of the server beside its state: version,
 * mode, and what is running out: memory, clients, the certificate.
 *
 * In few words, and only while it is fresh; /status has all of it.
 */
#include <inttypes.h>

#include "console/page.h"

/* The percentage of a limit that is used, as far as both are known. */
static void write_share(struct body *body, int64_t used, int64_t limit)
{
    if (limit > 0) {
        body_format(body, " (%.0f %%)", (double)used * 100 / (double)limit);
    }
}

static void write_memory(const struct facts *facts, struct body *body)
{
    int64_t used = facts->values[FACT_MEMORY_USED];
    int64_t limit = facts->values[FACT_MEMORY_LIMIT];
    if (used == FACT_UNKNOWN) {
        return;
    }
    body_text(body, ", memory ");
    page_write_size(body, (uint64_t)used);
    if (limit > 0) {
        body_text(body, " of ");
        page_write_size(body, (uint64_t)limit);
    }
    write_share(body, used, limit);
}

static void write_clients(const struct facts *facts, struct body *body)
{
    int64_t used = facts->values[FACT_CLIENTS];
    int64_t limit = facts->values[FACT_CLIENTS_LIMIT];
    if (used == FACT_UNKNOWN) {
        return;
    }
    body_format(body, ", %" PRId64 " clients", used);
    write_share(body, used, limit);
}

static void write_certificate(const struct snapshot *snapshot,
                              const struct facts *facts, struct body *body)
{
    int64_t days = 0;
    if (!snapshot_certificate_days(snapshot, facts, &days)) {
        return;
    }
    if (days < 0) {
        body_text(body, ", <b class=\"down\">certificate expired</b>");
    } else {
        body_format(body, ", certificate for %" PRId64 " d", days);
    }
}

void page_write_facts(const struct snapshot *snapshot,
                      const struct board_instance *record,
                      const struct verdict *shown, struct body *body)
{
    const struct facts *facts = &record->instance.facts;
    body_text(body, "<td class=\"facts\" data-label=\"redis\">");
    body_html(body, shown->version);
    if (snapshot_has_fresh_facts(snapshot, record)) {
        if (facts->mode == MODE_CLUSTER || facts->mode == MODE_SENTINEL) {
            body_format(body, " %s", mode_name(facts->mode));
        }
        write_memory(facts, body);
        write_clients(facts, body);
        write_certificate(snapshot, facts, body);
    }
    body_text(body, "</td>");
}
