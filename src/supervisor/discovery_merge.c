/*
 * discovery_merge.c - see discovery_merge.h.
 */
#include "supervisor/discovery_merge.h"

#include <string.h>

#include "base/text.h"
#include "wire/discovery_names.h"

bool discovery_is_configured(const struct settings *settings,
                             const struct discovery_found *found)
{
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        if (discovery_list_is_at(found, &settings->instances[i].addr)) {
            return true;
        }
    }
    return false;
}

/* --- its name ----------------------------------------------------------- */

static bool is_taken(const struct settings *settings, const char *name)
{
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        if (strcmp(settings->instances[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* As found, unless an instance of the configuration has that name. */
static struct discovery_name choose_name(const struct settings *settings,
                                         const struct discovery_found *found)
{
    struct discovery_name name;

    (void)text_copy(name.text, sizeof(name.text), found->name); /* as long */
    if (is_taken(settings, name.text)) {
        name = discovery_names_long(&found->address);
    }
    struct discovery_name unique = name;
    /* Ends: there are fewer instances than numbers. */
    for (uint32_t number = 2; is_taken(settings, unique.text); number++) {
        unique = discovery_names_numbered(&name, number);
    }
    return unique;
}

/* --- public ------------------------------------------------------------- */

int discovery_merge(const struct settings *from,
                    const struct discovery_found *list, uint32_t count,
                    struct settings *merged)
{
    int error = settings_copy(from, merged);

    for (uint32_t i = 0; error == 0 && i < count; i++) {
        uint32_t next = merged->instance_count;
        if (next == SETTINGS_INSTANCES_MOST ||
            discovery_is_configured(from, &list[i])) {
            continue;
        }
        struct discovery_name name = choose_name(merged, &list[i]);
        error = settings_set_count(merged, next + 1);
        if (error != 0) {
            settings_finish(merged);
            break;
        }
        struct instance_settings *instance = &merged->instances[next];
        (void)text_copy(instance->name, sizeof(instance->name),
                        name.text); /* as long */
        instance->addr = list[i].address;
        instance->is_found = true;
    }
    return error;
}
