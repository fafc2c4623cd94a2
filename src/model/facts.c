/*
 * facts.c - see facts.h.
 */
#include "model/facts.h"

#include <stddef.h>

struct fact_row {
    const char *field;
    const char *key;
    const char *metric;
    const char *help;
};

#define FACT_ROW(constant, field, key, metric, help) \
    [constant] = {field, key, metric, help},
static const struct fact_row rows[FACT_COUNT] = {FACT_TABLE(FACT_ROW)};
#undef FACT_ROW

#define MODE_ROW(constant, text) [constant] = text,
static const char *const mode_names[MODE_COUNT] = {MODE_TABLE(MODE_ROW)};
#undef MODE_ROW

void facts_init(struct facts *facts)
{
    *facts = (struct facts){.mode = MODE_UNKNOWN};
    for (size_t i = 0; i < FACT_COUNT; i++) {
        facts->values[i] = FACT_UNKNOWN;
    }
}

const char *fact_field(enum fact fact)
{
    return (unsigned)fact < FACT_COUNT ? rows[fact].field : NULL;
}

const char *fact_key(enum fact fact)
{
    return (unsigned)fact < FACT_COUNT ? rows[fact].key : NULL;
}

const char *fact_metric(enum fact fact)
{
    return (unsigned)fact < FACT_COUNT ? rows[fact].metric : NULL;
}

const char *fact_help(enum fact fact)
{
    return (unsigned)fact < FACT_COUNT ? rows[fact].help : NULL;
}

const char *mode_name(enum mode mode)
{
    return (unsigned)mode < MODE_COUNT ? mode_names[mode] : "?";
}
