/*
 * discovery_merge.h - found servers become instances. Pure.
 */
#ifndef SUPERVISOR_DISCOVERY_MERGE_H
#define SUPERVISOR_DISCOVERY_MERGE_H

#include "model/settings.h"
#include "wire/discovery_list.h"

/* True if an instance is at one of its addresses. */
bool discovery_is_configured(const struct settings *settings,
                             const struct discovery_found *found);

/* `merged` becomes a copy of the settings (settings_finish frees it), with an
 * instance like the defaults for each found server that none of them is at.
 * 0 or -ENOMEM (then there is nothing to free). */
int discovery_merge(const struct settings *from,
                    const struct discovery_found *list, uint32_t count,
                    struct settings *merged);

#endif
