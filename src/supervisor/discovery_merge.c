/*
 * discovery_merge.c - found servers become instances; see discovery_list.h.
 */
#include <string.h>

#include "base/text.h"
#include "supervisor/discovery_list.h"
#include "supervisor/discovery_names.h"

/* --- is it configured? -------------------------------------------------- */

static bool is_ip(const struct address *address)
{
    return address->kind == ADDRESS_IPV4 || address->kind == ADDRESS_IPV6;
}

static bool is_everywhere(const struct address *address)
{
    return strcmp(address->host, "0.0.0.0") == 0 ||
           strcmp(address->host, "::") == 0;
}

/* Numbers are compared: "::1" can be written in many ways. */
static bool is_same(const struct address *one, const struct address *other)
{
    struct sockaddr_storage left;
    struct sockaddr_storage right;
    socklen_t left_length = 0;
    socklen_t right_length = 0;

    return address_to_sockaddr(one, &left, &left_length) == 0 &&
           address_to_sockaddr(other, &right, &right_length) == 0 &&
           left_length == right_length &&
           memcmp(&left, &right, left_length) == 0;
}

/* A name with the server's port is taken for a name of this host: to observe
 * a server twice under two names is the worse mistake. */
static bool may_be(const struct address *configured,
                   const struct address *listens)
{
    if (!is_ip(listens) || configured->port != listens->port) {
        return is_same(configured, listens);
    }
    return configured->kind == ADDRESS_NAME ||
           (is_everywhere(listens) && is_ip(configured)) ||
           is_same(configured, listens);
}

static bool is_configured(const struct settings *settings,
                          const struct discovery_found *found)
{
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        const struct address *configured = &settings->instances[i].addr;
        if (may_be(configured, &found->address)) {
            return true;
        }
        for (uint32_t k = 0; k < found->other_count; k++) {
            if (may_be(configured, &found->others[k])) {
                return true;
            }
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
        if (next == SETTINGS_INSTANCES_MOST || is_configured(from, &list[i])) {
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
    }
    return error;
}
