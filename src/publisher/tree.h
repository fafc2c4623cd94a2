/*
 * tree.h - wanted against seen: decides what is asked of ZooKeeper next.
 *
 * Pure: no libuv, no zookeeper.h, no clock. The owner says what is wanted
 * (tree_want, tree_keep, tree_drop) and what ZooKeeper answered (tree_on_...),
 * then performs what tree_next returns until it returns false. Nothing counts
 * as done before ZooKeeper said so, and what it may or may not have done is
 * read back before anything is decided again.
 *
 *     wanted \ seen   nothing   ours         our dead session's   a stranger's
 *     bytes           create    set if they  delete + create      alarm,
 *                               differ                            look later
 *     keep            nothing   nothing      the same, its bytes  the same
 *     no node         nothing   delete       delete               leave it
 *
 * A node is our dead session's if the session that owns it owns a node with
 * our agent value (the caller holds the run directory's lock). A persistent
 * node is a stranger's. After tree_on_connected nothing is written before the
 * host's directory and every node in it that concerns us have been read.
 *
 * Directories: 0 is the host's own, whose children are listed; the others are
 * shared with other hosts (registrations), and only our own names in them are
 * looked at, one an instance.
 *
 * Slots: 0 .. instances - 1 are the instances, then comes the host's .agent
 * node, then for each shared directory an instance each, and then strays: ours,
 * wanted by nobody, as found in the host's directory or told of as left over.
 */
#ifndef PUBLISHER_TREE_H
#define PUBLISHER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/settings.h"
#include "publisher/payload.h"

#define TREE_OPS_MOST 100 /* in one multi */
#define TREE_MULTI_BYTES_MOST (256 * 1024)
#define TREE_READS_MOST 64         /* in flight */
#define TREE_STRAYS_MOST 256       /* followed at a time */
#define TREE_FOREIGN_AGAIN_MS 3000 /* a stranger's node: look again */
#define TREE_READ_AGAIN_MS 500     /* a refused read */
#define TREE_BACKOFF_FIRST_MS 50   /* after the second failure in a row */
#define TREE_BACKOFF_MOST_MS 5000
#define TREE_REFUSED_MOST_MS 30000 /* a write that we are not allowed */
#define TREE_PATH_BYTES (SETTINGS_PATH_BYTES + 4 * SETTINGS_NAME_BYTES)
#define TREE_NAME_BYTES 256               /* longest child name looked at */
#define TREE_BYTES_MOST PAYLOAD_READ_MOST /* in a node of ours */

/* What a request came to. */
enum tree_outcome {
    TREE_OK,
    TREE_NO_NODE,
    TREE_EXISTS,
    TREE_CONFLICT, /* another version than the one given */
    TREE_LOST,     /* done or not done: nobody knows */
    TREE_REFUSED,  /* any other error: surely not done */
};

enum tree_request_kind {
    TREE_LIST,   /* path: children of the host's directory */
    TREE_PARENT, /* path: create a persistent, empty node */
    TREE_READ,   /* slot, path: data and stat, with a watch if is_watched */
    TREE_MULTI,  /* ops[0 .. count): all or none */
};

enum tree_op_kind { TREE_CREATE, TREE_SET, TREE_DELETE };

struct tree_op {
    enum tree_op_kind kind;
    uint32_t slot;     /* path: tree_path */
    const char *bytes; /* CREATE (ephemeral), SET; good until the answer */
    size_t length;
    int32_t version; /* SET, DELETE: the version last seen */
};

struct tree_request {
    enum tree_request_kind kind;
    uint64_t ticket; /* goes back with the answer; never 0 */
    uint32_t slot;
    bool is_watched;
    char path[TREE_PATH_BYTES];
    uint32_t count;
    struct tree_op ops[TREE_OPS_MOST];
};

/* What ZooKeeper tells of a node. */
struct tree_stat {
    uint64_t czxid;
    uint64_t owner; /* session of an ephemeral node; 0 = persistent */
    int32_t version;
};

enum tree_notice_kind {
    TREE_PUBLISHED,       /* slot, claim_version, stat, since_wall_ms */
    TREE_ALARM_RAISED,    /* slot, owner in stat: a stranger's node */
    TREE_ALARM_CLEARED,   /* slot */
    TREE_REFUSAL_RAISED,  /* slot: ZooKeeper does not let us write it */
    TREE_REFUSAL_CLEARED, /* slot */
};

struct tree_notice {
    enum tree_notice_kind kind;
    uint32_t slot;
    uint64_t claim_version;
    uint64_t since_wall_ms;
    struct tree_stat stat;
};

struct tree;

/* Makes a tree for the directory <state_path>/<cluster>/<host>. `agent` is
 * our agent value. 0, -ENOMEM, or -EINVAL when a path would be none that
 * ZooKeeper takes (an invalid path in a multi aborts its client). */
int tree_create(const char *state_path, const char *cluster, const char *host,
                const char *agent, uint32_t instances, struct tree **tree);
void tree_destroy(struct tree *tree);

/* One more directory, shared with others; before any slot is named. Its number,
 * from 1, or a negative errno. */
int tree_add_directory(struct tree *tree, const char *path);

/* Names a node; wanted stays "keep" until said otherwise. 0 or -EINVAL. Every
 * instance's slot needs its name before tree_on_connected; a slot in a shared
 * directory without one is none. */
int tree_name_slot(struct tree *tree, uint32_t slot, const char *name);
uint32_t tree_agent_slot(const struct tree *tree);
/* An instance's slot in a shared directory. */
uint32_t tree_member_slot(const struct tree *tree, uint32_t directory,
                          uint32_t instance);

/* A node that may be left over from before, anywhere: if it is ours and nobody
 * wants it, it goes. Before tree_on_connected. 0, -ENOMEM, -EINVAL, or -EEXIST:
 * it is known already. */
int tree_add_leftover(struct tree *tree, const char *path);

/* --- what is wanted ---------------------------------------------------- */

/* The node shall hold these bytes (copied, at most TREE_BYTES_MOST).
 * A TREE_PUBLISHED with `claim_version` follows once it does, unless that is
 * 0. 0 or -ENOMEM (wanted is then as before). */
int tree_want(struct tree *tree, uint32_t slot, const char *bytes,
              size_t length, uint64_t claim_version);
/* Bad news goes first, should there be more than one multi takes. */
void tree_hurry(struct tree *tree, uint32_t slot, bool is_urgent);
/* The wanted bytes shall be written once more even if they stand there, for
 * readers that judge by the time of the last write. */
void tree_touch(struct tree *tree, uint32_t slot);
/* The node stays as it is found; if there is none, none is wanted. */
void tree_keep(struct tree *tree, uint32_t slot);
/* No node is wanted. */
void tree_drop(struct tree *tree, uint32_t slot);
/* Nodes of ours that nobody wants stay while this holds: an instance that was
 * renamed shall stand under its new name before the old one goes. */
void tree_hold_strays(struct tree *tree, bool is_held);
/* tree_drop for all, for good. */
void tree_withdraw(struct tree *tree);

/* --- what happens ------------------------------------------------------ */

/* The session stands (again): all is read anew. */
void tree_on_connected(struct tree *tree, uint64_t session);
/* The connection is gone. Requests in flight are answered by this, with
 * TREE_LOST; answers that still come with their tickets are ignored. */
void tree_on_suspended(struct tree *tree);
/* The watch of this path's node fired, or it is wise to read it again.
 * Unknown paths are ignored. */
void tree_on_changed(struct tree *tree, const char *path);
/* Reads everything again, slowly and surely: call it now and then. */
void tree_sweep(struct tree *tree);

/* Answers. `names` are the children, for TREE_OK. */
void tree_on_listed(struct tree *tree, uint64_t ticket,
                    enum tree_outcome outcome, const char *const *names,
                    uint32_t count, uint64_t now_ms);
void tree_on_parent(struct tree *tree, uint64_t ticket,
                    enum tree_outcome outcome, uint64_t now_ms);
void tree_on_read(struct tree *tree, uint64_t ticket, uint32_t slot,
                  enum tree_outcome outcome, const char *bytes, size_t length,
                  const struct tree_stat *stat, uint64_t now_ms);
/* Only the whole multi's outcome counts. For TREE_OK `stats` has one entry
 * per operation in order; only those of TREE_SET are read. */
void tree_on_multi(struct tree *tree, uint64_t ticket,
                   enum tree_outcome outcome, const struct tree_stat *stats,
                   uint64_t now_ms);

/* --- what is to be done ------------------------------------------------ */

/* The next request, or false: nothing to ask for now. */
bool tree_next(struct tree *tree, uint64_t now_ms,
               struct tree_request *request);
/* When time alone gives tree_next something to do; UINT64_MAX = never. */
uint64_t tree_next_ms(const struct tree *tree);

/* The next thing to tell the supervisor, or false. */
bool tree_take_notice(struct tree *tree, struct tree_notice *notice);

/* An instance with a node that was read since the last call: what is wanted
 * there may depend on what was found (lease_judge), so judge it again. */
bool tree_take_found(struct tree *tree, uint32_t *instance);

/* --- questions --------------------------------------------------------- */

/* What our own node holds; all zero if there is none, or a stranger's. */
void tree_found(const struct tree *tree, uint32_t slot,
                struct payload_found *found);
/* False when it has no name, or not enough room. */
bool tree_path(const struct tree *tree, uint32_t slot, char *path, size_t size);
/* All is as wanted, nothing is in flight; strangers' nodes, and what ZooKeeper
 * does not let us write, stand aside. */
bool tree_is_settled(const struct tree *tree);
/* After tree_withdraw: no node of ours is left. */
bool tree_is_withdrawn(const struct tree *tree);

#endif
