/*
 * members.c - see members.h.
 */
#include "publisher/members.h"

#include <errno.h>
#include <stdlib.h>

struct member_place {
    bool is_named;
    bool is_in;                  /* wanted there */
    uint64_t registered_wall_ms; /* since when; 0 = not in */
};

static struct member_place *place_of(const struct members *members,
                                     uint32_t number, uint32_t index)
{
    return &members->places[number * members->instances + index];
}

static uint32_t slot_of(const struct members *members, uint32_t number,
                        uint32_t index)
{
    return tree_member_slot(members->tree, number + 1, index);
}

int members_init(struct members *members, struct tree *tree,
                 const struct member_scope *scope,
                 const struct registration *registrations, uint32_t count,
                 uint32_t instances)
{
    *members = (struct members){.tree = tree,
                                .scope = *scope,
                                .registrations = registrations,
                                .registration_count = count,
                                .instances = instances};
    size_t places = (size_t)count * instances;
    members->places = calloc(places + 1, sizeof *members->places);
    int status = members->places == NULL ? -ENOMEM : 0;
    for (uint32_t i = 0; status >= 0 && i < count; i++) {
        status = tree_add_directory(tree, registrations[i].path);
    }
    if (status < 0) {
        members_finish(members);
        return status;
    }
    return 0;
}

void members_finish(struct members *members)
{
    free(members->places);
    members->places = NULL;
}

int members_name(struct members *members, uint32_t index,
                 const struct board_settings *settings)
{
    char name[MEMBER_NAME_BYTES];
    if (!member_name(settings, name, sizeof name)) {
        return 0; /* nobody elsewhere could reach it: no member anywhere */
    }
    int status = 0;
    for (uint32_t i = 0; status == 0 && i < members->registration_count; i++) {
        status =
            tree_name_slot(members->tree, slot_of(members, i, index), name);
        place_of(members, i, index)->is_named = status == 0;
    }
    return status;
}

/* A member that came with an earlier process of ours keeps its time. */
static uint64_t find_time(const struct members *members, uint32_t slot,
                          const struct member_place *place,
                          uint64_t now_wall_ms)
{
    struct payload_found found;
    tree_found(members->tree, slot, &found);
    if (found.registered_wall_ms != 0 &&
        found.registered_wall_ms <= now_wall_ms) {
        return found.registered_wall_ms;
    }
    return place->is_in ? place->registered_wall_ms : now_wall_ms;
}

static int enter(struct members *members, uint32_t number, uint32_t index,
                 const struct board_settings *settings, uint64_t now_wall_ms)
{
    struct member_place *place = place_of(members, number, index);
    uint32_t slot = slot_of(members, number, index);
    uint64_t since_ms = find_time(members, slot, place, now_wall_ms);
    if (place->is_in && place->registered_wall_ms == since_ms) {
        return 0;
    }
    char bytes[TREE_BYTES_MOST];
    size_t length = 0;
    int status =
        member_encode(&members->registrations[number], &members->scope,
                      settings, since_ms, bytes, sizeof bytes, &length);
    if (status == 0) {
        tree_hurry(members->tree, slot, false);
        status = tree_want(members->tree, slot, bytes, length, 0);
    }
    if (status == 0) {
        place->is_in = true;
        place->registered_wall_ms = since_ms;
    }
    return status;
}

int members_judge(struct members *members, uint32_t index,
                  const struct board_settings *settings,
                  const struct statement *statement, uint64_t now_wall_ms)
{
    int status = 0;
    for (uint32_t i = 0; i < members->registration_count; i++) {
        struct member_place *place = place_of(members, i, index);
        if (!place->is_named || statement->is_keep) {
            continue; /* what is found stays, until something is said */
        }
        if (member_belongs(&members->registrations[i], &statement->verdict)) {
            int error = enter(members, i, index, settings, now_wall_ms);
            status = status != 0 ? status : error;
        } else {
            tree_hurry(members->tree, slot_of(members, i, index), true);
            tree_drop(members->tree, slot_of(members, i, index));
            *place = (struct member_place){.is_named = true};
        }
    }
    return status;
}
