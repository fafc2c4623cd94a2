/*
 * leftovers.c - members that an earlier configuration of ours made: written
 * down before they are made, looked at when the session stands again, and
 * forgotten when the tree is as wanted.
 *
 * Without a usable run directory nothing is written down, and the session's
 * end is what removes them.
 */
#include "publisher/publisher.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "publisher/members_file.h"

static void write_line(void *owner, const char *path)
{
    (void)fprintf(owner, "%s\n", path); /* ferror tells, at the end */
}

static void write_present(struct publisher *publisher, FILE *file)
{
    struct desk *desk = &publisher->desk;
    char path[TREE_PATH_BYTES];
    for (uint32_t i = 0; i < desk->members.registration_count; i++) {
        for (uint32_t j = 0; j < desk->agent.instance_count; j++) {
            uint32_t slot = tree_member_slot(desk->tree, i + 1, j);
            if (tree_path(desk->tree, slot, path, sizeof path)) {
                write_line(file, path);
            }
        }
    }
}

/* NULL: there is nowhere to write. */
static FILE *begin_members(struct publisher *publisher)
{
    FILE *file = members_file_begin(publisher->run_dir);
    if (file == NULL) {
        log_event(LEVEL_ERROR, "members_file_failed",
                  LOG_TEXT("error", strerror(errno)));
        return NULL;
    }
    write_present(publisher, file);
    return file;
}

static void commit_members(struct publisher *publisher, FILE *file)
{
    int status =
        file != NULL ? members_file_commit(publisher->run_dir, file) : 0;
    if (status != 0) {
        log_event(LEVEL_ERROR, "members_file_failed",
                  LOG_TEXT("error", strerror(-status)));
    }
}

struct recall {
    struct publisher *publisher;
    FILE *file; /* the new one, or NULL */
};

/* Each path once, however often a start was cut short before all was settled:
 * else the file would grow with every one. */
static void recall_path(void *owner, const char *path)
{
    struct recall *recall = owner;
    int status = tree_add_leftover(recall->publisher->desk.tree, path);
    if (status == -EEXIST) {
        return;
    }
    if (status != 0) {
        log_event(LEVEL_WARNING, "member_not_recalled", LOG_TEXT("path", path));
    }
    recall->publisher->has_leftovers = true;
    if (recall->file != NULL) {
        write_line(recall->file, path);
    }
}

void publisher_recall_members(struct publisher *publisher)
{
    struct recall recall = {.publisher = publisher};
    if (publisher->registration_count > 0) {
        recall.file = begin_members(publisher);
    }
    int status = members_file_read(publisher->run_dir, recall_path, &recall);
    if (status != 0 && status != -ENOENT) {
        log_event(LEVEL_WARNING, "members_file_ignored",
                  LOG_TEXT("error", strerror(-status)));
    }
    commit_members(publisher, recall.file);
}

void publisher_forget_members(struct publisher *publisher)
{
    if (!publisher->has_leftovers) {
        return;
    }
    publisher->has_leftovers = false;
    if (publisher->registration_count > 0) {
        commit_members(publisher, begin_members(publisher));
    } else {
        members_file_remove(publisher->run_dir);
    }
}
