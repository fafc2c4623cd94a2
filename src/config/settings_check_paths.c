/*
 * settings_check_paths.c - see settings_check_paths.h.
 *
 * Readers of a presence tree take every child for a member, and an ephemeral
 * node can have no children: so no tree of ours lies inside another.
 */
#include "config/settings_check_paths.h"

#include <string.h>

#include "config/options.h"
#include "config/settings_check.h"

/* ZooKeeper's own tree; nobody else can write there. */
#define RESERVED "/zookeeper"

/* True when `path` is `root` or lies below it. */
static bool lies_in(const char *path, const char *root)
{
    size_t length = strlen(root);

    return length > 0 && strncmp(path, root, length) == 0 &&
           (path[length] == '\0' || path[length] == '/');
}

static void check_state_path(const struct settings *settings,
                             struct complaints *complaints)
{
    const struct option *option =
        OPTION_OF(HOME_SETTINGS, settings, state_path);

    if (lies_in(settings->state_path, RESERVED)) {
        COMPLAIN(settings, complaints,
                 settings_place_of(settings, 0, option_row(option)),
                 "`%s` must not lie in " RESERVED ", which is ZooKeeper's own",
                 option->name);
    }
}

static void check_registration_path(const struct settings *settings,
                                    uint32_t index,
                                    struct complaints *complaints)
{
    const struct settings_place *place = &settings->registration_places[index];
    const struct option *state = OPTION_OF(HOME_SETTINGS, settings, state_path);
    const struct option *option =
        OPTION_OF(HOME_REGISTRATION, registration, path);
    const char *path = settings->registrations[index].path;

    if (lies_in(path, RESERVED)) {
        COMPLAIN(settings, complaints, place,
                 "`%s` must not lie in " RESERVED ", which is ZooKeeper's own",
                 option->name);
    }
    if (lies_in(path, settings->state_path) ||
        lies_in(settings->state_path, path)) {
        COMPLAIN(settings, complaints, place,
                 "`%s` and the tree of `%s` must not lie in each other",
                 option->name, state->name);
    }
    for (uint32_t i = 0; i < index; i++) {
        const char *other = settings->registrations[i].path;
        if (lies_in(path, other) || lies_in(other, path)) {
            COMPLAIN(settings, complaints, place,
                     "`%s` and that of registration %u must not lie in each "
                     "other: readers take every child for a member",
                     option->name, i + 1);
        }
    }
}

/* 0.0.0.0 and [::] mean every address of a host, so none elsewhere. */
static bool is_any_address(const struct address *address)
{
    return (address->kind == ADDRESS_IPV4 &&
            strcmp(address->host, "0.0.0.0") == 0) ||
           (address->kind == ADDRESS_IPV6 && strcmp(address->host, "::") == 0);
}

static void check_published(const struct settings *settings, uint32_t index,
                            struct complaints *complaints)
{
    const struct instance_settings *instance = &settings->instances[index];
    const struct option *advertise =
        OPTION_OF(HOME_INSTANCE, instance_settings, advertise);
    const struct option *addr =
        OPTION_OF(HOME_INSTANCE, instance_settings, addr);
    const struct settings_place *given =
        settings_place_of(settings, 1 + index, option_row(advertise));
    const struct settings_place *place =
        settings_place_of(settings, 1 + index, option_row(addr));

    if (given->origin == ORIGIN_DEFAULT &&
        (address_is_loopback(&instance->addr) ||
         is_any_address(&instance->addr))) {
        COMPLAIN(settings, complaints, place,
                 "`%s` is needed: a registration is published, and this `%s` "
                 "means nothing on another host",
                 advertise->name, addr->name);
    } else if (instance->advertise.kind == ADDRESS_UNIX ||
               is_any_address(&instance->advertise)) {
        COMPLAIN(settings, complaints, given,
                 "`%s` must be the host:port that clients elsewhere use, for "
                 "a registration is published",
                 advertise->name);
    }
}

/* Two members of the same name would fight over one node. */
static void check_member(const struct settings *settings, uint32_t index,
                         struct complaints *complaints)
{
    const struct option *list = option_of_type(OPTION_INSTANCES);
    const struct instance_settings *instances = settings->instances;
    const struct address *mine = instance_settings_published(&instances[index]);

    for (uint32_t i = 0; i < index && mine->kind != ADDRESS_UNIX; i++) {
        const struct address *other =
            instance_settings_published(&instances[i]);
        if (mine->kind != ADDRESS_NONE && mine->port == other->port &&
            strcmp(mine->host, other->host) == 0) {
            COMPLAIN(settings, complaints,
                     settings_place_of(settings, 1 + index, option_row(list)),
                     "a registration is published, and `%s` has the same "
                     "address",
                     instances[i].name);
            return;
        }
    }
}

void settings_check_paths(const struct settings *settings,
                          struct complaints *complaints)
{
    check_state_path(settings, complaints);
    for (uint32_t i = 0; i < settings->registration_count; i++) {
        check_registration_path(settings, i, complaints);
    }
    if (!settings->has_zookeeper || settings->registration_count == 0) {
        return; /* no address is published as a registration */
    }
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        check_published(settings, i, complaints);
        check_member(settings, i, complaints);
    }
}
