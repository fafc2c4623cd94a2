/*
 * tree_state.h - the inside of a tree, shared by the files of it: tree.c
 * (wishes and questions), tree_slots.c (which nodes there are), tree_answers.c
 * (what ZooKeeper said), tree_blame.c (what a failure costs), tree_plan.c (what
 * is asked next), tree_load.c (what goes into a multi) and tree_notices.c (what
 * is told). Nobody else includes this.
 */
#ifndef PUBLISHER_TREE_STATE_H
#define PUBLISHER_TREE_STATE_H

#include "publisher/directory.h"
#include "publisher/tree.h"

#define TREE_DEAD_SESSIONS_MOST 16
#define TREE_DIRECTORIES_MOST (1 + SETTINGS_REGISTRATIONS_MOST)
#define TREE_LEFTOVER UINT32_MAX

enum tree_wish { WISH_KEEP, WISH_BYTES, WISH_NONE };

/* A node as last seen. */
struct tree_seen {
    bool is_known; /* false: nothing below means anything */
    bool exists;
    struct tree_stat stat;
    char *bytes; /* NULL when there is none, or too much to be ours */
    size_t length;
    struct payload_found found;
};

/* An operation in flight for a slot. `bytes` NULL: a delete. */
struct tree_flight {
    bool is_flying;
    bool is_set;
    char *bytes;
    size_t length;
    uint32_t position; /* of its last operation in the multi */
};

/* Invariants: `name` NULL = a free stray. While `is_flying` nothing is read
 * or decided; what happens meanwhile sets must_read. */
struct tree_slot {
    char *name;
    uint32_t directory; /* LEFTOVER: `name` is a whole path */
    enum tree_wish wish;
    char *wanted; /* with WISH_BYTES */
    size_t wanted_length;
    uint64_t claim_version;
    bool must_write; /* also if the wanted bytes stand there */
    bool is_urgent;

    struct tree_seen seen;
    bool must_read;
    bool is_listed;       /* scratch of tree_on_listed */
    uint64_t read_ticket; /* 0 = no read in flight */
    uint64_t again_ms;    /* no read before; 0 = at once */
    struct tree_flight flight;

    /* A change that ZooKeeper will not take must not hold up the others: what
     * was part of a multi that failed flies alone until it lands, and waits
     * alone. */
    bool flies_alone;
    bool is_refused;       /* alone, and ZooKeeper said no; until it lands */
    uint32_t failures;     /* alone, in a row */
    uint64_t not_until_ms; /* no flight before; 0 = at once */

    bool is_found_new; /* for tree_take_found */
    bool is_alarmed;   /* told to the supervisor */
    bool is_told_refused;
    uint64_t told_claim;
    struct tree_stat told_stat;
};

struct tree {
    struct directory directories[TREE_DIRECTORIES_MOST]; /* 0: the host's */
    uint32_t directory_count;
    char agent[24];
    uint32_t instances;
    uint32_t fixed;      /* slots that are no strays: from 0 on */
    uint32_t slot_count; /* with the strays */
    struct tree_slot *slots;
    uint32_t *by_name; /* fixed slots with a name, by directory and name */
    uint32_t named;
    bool is_sorted;

    bool is_connected;
    bool is_surveyed; /* all was read since tree_on_connected */
    bool is_withdrawing;
    bool holds_strays; /* not every instance has said something yet */
    uint64_t session;
    uint64_t dead_sessions[TREE_DEAD_SESSIONS_MOST];
    uint32_t dead_session_count; /* ever; the last ones are kept */

    bool must_list;
    bool has_unlisted;  /* the last list named more strays than are followed */
    uint32_t list_turn; /* the name that the next one begins with */
    uint64_t list_ticket;
    uint64_t parent_ticket;
    uint32_t parent_directory; /* whose parent is being made */
    uint64_t multi_ticket;

    uint64_t last_ticket;
    uint32_t reads; /* in flight */
    uint32_t turn;  /* the slot the next multi begins with */
    uint32_t failures;
    uint64_t backoff_until_ms; /* 0 = none */
};

/* What stands between a slot's wish and what was seen. */
enum tree_decision {
    DECIDE_NOTHING,
    DECIDE_CREATE,
    DECIDE_SET,
    DECIDE_DELETE,
    DECIDE_TAKE_OVER,
    DECIDE_FOREIGN,
};

/* A request failed by nobody's fault: after the second in a row all wait. */
void tree_note_failure(struct tree *tree, uint64_t now_ms);
/* A directory cannot be made, whoever's fault that is: it waits alone. */
void tree_blame_directory(struct directory *directory, uint64_t now_ms);
/* ZooKeeper does not let us do what is wanted of this slot. */
bool tree_is_refused(const struct tree *tree, const struct tree_slot *slot);
/* A multi was not done. Its flights are still known. */
void tree_blame(struct tree *tree, enum tree_outcome outcome, uint64_t now_ms);

enum tree_decision tree_decide(const struct tree *tree,
                               const struct tree_slot *slot);

/* Something is to be done about it. */
bool tree_is_change(enum tree_decision decision);

/* Known, not being read, not under way, and its pause is over. */
bool tree_may_fly(const struct tree_slot *slot, uint64_t now_ms);
/* It is to be made where parents are missing: it waits for these. */
bool tree_has_no_parent(const struct tree *tree, const struct tree_slot *slot);
/* Its state, or a member of its instance, is being read. */
bool tree_waits_for_others(const struct tree *tree, uint32_t number);
/* Puts into the request what one multi takes of all there is to do. */
void tree_load_multi(struct tree *tree, uint64_t now_ms,
                     struct tree_request *request);

/* Everything was listed and read at least once since the session stood. */
bool tree_survey(struct tree *tree);

/* The session is ours: the living one, or one known to be dead. */
bool tree_owns(const struct tree *tree, uint64_t session);

/* A stranger's node where one of ours is wanted. */
bool tree_is_foreign(const struct tree *tree, const struct tree_slot *slot);

/* The slot of a child's name in a directory; NULL if there is none. */
struct tree_slot *tree_find_slot(struct tree *tree, uint32_t directory,
                                 const char *name);
/* The slot of a whole path; NULL if there is none. */
struct tree_slot *tree_find_path(struct tree *tree, const char *path);

void tree_forget_seen(struct tree_slot *slot);
void tree_end_flight(struct tree_slot *slot);
void tree_free_slot(struct tree_slot *slot);
bool tree_is_stray(const struct tree *tree, const struct tree_slot *slot);
bool tree_name_is_valid(const char *name);

#endif
