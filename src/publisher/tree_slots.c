/*
 * tree_slots.c - which nodes a tree is about: its directories, the names in
 * them, and how a slot is found again by a name or a path.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "publisher/tree_state.h"

#define AGENT_NAME ".agent"

bool tree_name_is_valid(const char *name)
{
    return text_is_printable(name, TREE_NAME_BYTES - 1) &&
           strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

/* "/a/b/c": no empty part, none that ZooKeeper would refuse. */
static bool path_is_valid(const char *path)
{
    char part[TREE_PATH_BYTES];
    while (*path == '/') {
        size_t length = strcspn(path + 1, "/");
        if (length >= sizeof part) {
            return false;
        }
        memcpy(part, path + 1, length);
        part[length] = '\0';
        if (!tree_name_is_valid(part)) {
            return false;
        }
        path += 1 + length;
    }
    return *path == '\0';
}

void tree_free_slot(struct tree_slot *slot)
{
    tree_forget_seen(slot);
    tree_end_flight(slot);
    free(slot->wanted);
    free(slot->name);
    *slot = (struct tree_slot){0};
}

/* --- finding ------------------------------------------------------------- */

static int compare_places(const struct tree_slot *slot, uint32_t directory,
                          const char *name)
{
    if (slot->directory != directory) {
        return slot->directory < directory ? -1 : 1;
    }
    return strcmp(slot->name, name);
}

static int compare_slots(const void *one, const void *other, void *context)
{
    const struct tree *tree = context;
    const struct tree_slot *right = &tree->slots[*(const uint32_t *)other];
    return compare_places(&tree->slots[*(const uint32_t *)one],
                          right->directory, right->name);
}

static void sort_names(struct tree *tree)
{
    tree->named = 0;
    for (uint32_t i = 0; i < tree->fixed; i++) {
        assert(i > tree->instances || tree->slots[i].name != NULL);
        if (tree->slots[i].name != NULL) {
            tree->by_name[tree->named++] = i;
        }
    }
    qsort_r(tree->by_name, tree->named, sizeof *tree->by_name, compare_slots,
            tree);
    tree->is_sorted = true;
}

static struct tree_slot *find_fixed(struct tree *tree, uint32_t directory,
                                    const char *name)
{
    if (!tree->is_sorted) {
        sort_names(tree);
    }
    uint32_t low = 0;
    uint32_t high = tree->named;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct tree_slot *slot = &tree->slots[tree->by_name[middle]];
        int order = compare_places(slot, directory, name);
        if (order == 0) {
            return slot;
        }
        if (order > 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

struct tree_slot *tree_find_slot(struct tree *tree, uint32_t directory,
                                 const char *name)
{
    struct tree_slot *slot = find_fixed(tree, directory, name);
    for (uint32_t i = tree->fixed; slot == NULL && i < tree->slot_count; i++) {
        struct tree_slot *stray = &tree->slots[i];
        if (stray->name != NULL && stray->directory == directory &&
            strcmp(stray->name, name) == 0) {
            slot = stray;
        }
    }
    return slot;
}

struct tree_slot *tree_find_path(struct tree *tree, const char *path)
{
    for (uint32_t i = 0; i < tree->directory_count; i++) {
        const char *directory = tree->directories[i].path;
        size_t length = strlen(directory);
        if (strncmp(path, directory, length) == 0 && path[length] == '/') {
            return tree_find_slot(tree, i, path + length + 1);
        }
    }
    return tree_find_slot(tree, TREE_LEFTOVER, path);
}

/* --- making -------------------------------------------------------------- */

static int set_directory(struct directory *directory, const char *path)
{
    *directory = (struct directory){.is_missing = false};
    bool is_good = path_is_valid(path) && path[0] == '/' &&
                   strlen(path) < TREE_PATH_BYTES - TREE_NAME_BYTES &&
                   text_copy(directory->path, sizeof directory->path, path);
    return is_good ? 0 : -EINVAL;
}

int tree_create(const char *state_path, const char *cluster, const char *host,
                const char *agent, uint32_t instances, struct tree **tree)
{
    struct tree *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return -ENOMEM;
    }
    made->instances = instances;
    made->fixed = instances + 1;
    made->slot_count = made->fixed + TREE_STRAYS_MOST;
    made->directory_count = 1;
    made->slots = calloc(made->slot_count, sizeof *made->slots);
    made->by_name = calloc(made->fixed, sizeof *made->by_name);
    int status = -ENOMEM;
    if (made->slots == NULL || made->by_name == NULL) {
        goto fail;
    }
    char path[TREE_PATH_BYTES];
    status = -EINVAL;
    if (!text_format(path, sizeof path, "%s/%s/%s", state_path, cluster,
                     host) ||
        set_directory(&made->directories[0], path) != 0 ||
        !text_copy(made->agent, sizeof made->agent, agent)) {
        goto fail;
    }
    status = tree_name_slot(made, instances, AGENT_NAME);
    if (status != 0) {
        goto fail;
    }
    *tree = made;
    return 0;

fail:
    tree_destroy(made);
    return status;
}

/* Room for `count` more slots; the new ones are free. */
static int add_slots(struct tree *tree, uint32_t count)
{
    uint32_t wanted = tree->slot_count + count;
    struct tree_slot *slots =
        realloc(tree->slots, wanted * sizeof *tree->slots);
    if (slots == NULL) {
        return -ENOMEM;
    }
    tree->slots = slots;
    memset(slots + tree->slot_count, 0, count * sizeof *slots);
    tree->slot_count = wanted;
    return 0;
}

int tree_add_directory(struct tree *tree, const char *path)
{
    uint32_t number = tree->directory_count;
    if (number == TREE_DIRECTORIES_MOST ||
        set_directory(&tree->directories[number], path) != 0) {
        return -EINVAL;
    }
    /* The strays' places become the members'; none is in use yet. */
    uint32_t fixed = tree->fixed + tree->instances;
    uint32_t *by_name = realloc(tree->by_name, fixed * sizeof *by_name);
    if (by_name == NULL || add_slots(tree, tree->instances) != 0) {
        tree->by_name = by_name != NULL ? by_name : tree->by_name;
        return -ENOMEM;
    }
    tree->by_name = by_name;
    for (uint32_t i = tree->fixed; i < fixed; i++) {
        assert(tree->slots[i].name == NULL);
        tree->slots[i].directory = number;
    }
    tree->fixed = fixed;
    tree->directory_count++;
    return (int)number;
}

int tree_name_slot(struct tree *tree, uint32_t slot, const char *name)
{
    assert(slot < tree->fixed);
    if (!tree_name_is_valid(name)) {
        return -EINVAL;
    }
    char *copy = strdup(name);
    if (copy == NULL) {
        return -ENOMEM;
    }
    free(tree->slots[slot].name);
    tree->slots[slot].name = copy;
    tree->is_sorted = false;
    return 0;
}

int tree_add_leftover(struct tree *tree, const char *path)
{
    if (path[0] != '/' || !path_is_valid(path) ||
        strlen(path) >= TREE_PATH_BYTES) {
        return -EINVAL;
    }
    if (tree_find_path(tree, path) != NULL) {
        return -EEXIST; /* somebody's after all */
    }
    char *copy = strdup(path);
    if (copy == NULL || add_slots(tree, 1) != 0) {
        free(copy);
        return -ENOMEM;
    }
    struct tree_slot *slot = &tree->slots[tree->slot_count - 1];
    slot->name = copy;
    slot->directory = TREE_LEFTOVER;
    slot->wish = WISH_NONE;
    slot->must_read = true;
    return 0;
}

void tree_destroy(struct tree *tree)
{
    if (tree == NULL) {
        return;
    }
    for (uint32_t i = 0; tree->slots != NULL && i < tree->slot_count; i++) {
        tree_free_slot(&tree->slots[i]);
    }
    free(tree->slots);
    free(tree->by_name);
    free(tree);
}

/* --- asking -------------------------------------------------------------- */

uint32_t tree_agent_slot(const struct tree *tree)
{
    return tree->instances;
}

uint32_t tree_member_slot(const struct tree *tree, uint32_t directory,
                          uint32_t instance)
{
    assert(directory > 0 && directory < tree->directory_count &&
           instance < tree->instances);
    return tree->instances + 1 + (directory - 1) * tree->instances + instance;
}

bool tree_path(const struct tree *tree, uint32_t slot, char *path, size_t size)
{
    assert(slot < tree->slot_count);
    const struct tree_slot *at = &tree->slots[slot];
    if (at->name == NULL) {
        return false;
    }
    if (at->directory == TREE_LEFTOVER) {
        return text_copy(path, size, at->name);
    }
    return text_format(path, size, "%s/%s",
                       tree->directories[at->directory].path, at->name);
}
