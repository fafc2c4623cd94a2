/*
 * members.h - every instance's place in every presence tree: from a statement
 * to what the tree is to hold there.
 *
 * A member's bytes change only when it leaves and comes back, so most
 * judgements end in one comparison.
 */
#ifndef PUBLISHER_MEMBERS_H
#define PUBLISHER_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "publisher/lease.h"
#include "publisher/member.h"
#include "publisher/tree.h"

struct member_place;

struct members {
    struct tree *tree; /* borrowed */
    struct member_scope scope;
    const struct registration *registrations; /* borrowed */
    uint32_t registration_count;
    uint32_t instances;
    struct member_place *places; /* owned; tree by tree, one an instance */
};

/* Adds the registrations' directories to the tree. 0, -EINVAL when a path is
 * none, or -ENOMEM; then there is nothing to finish. */
int members_init(struct members *members, struct tree *tree,
                 const struct member_scope *scope,
                 const struct registration *registrations, uint32_t count,
                 uint32_t instances);
void members_finish(struct members *members);

/* Names an instance's places. 0 or a negative errno. */
int members_name(struct members *members, uint32_t index,
                 const struct board_settings *settings);

/* What is said of the instance now decides where it stands. 0 or a negative
 * errno: then judge again. */
int members_judge(struct members *members, uint32_t index,
                  const struct board_settings *settings,
                  const struct statement *statement, uint64_t now_wall_ms);

#endif
