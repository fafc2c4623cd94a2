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

static void add_leftover(void *owner, const char *path)
{
    struct publisher *publisher = owner;
    publisher->has_leftovers = true;
    if (tree_add_leftover(publisher->desk.tree, path) != 0) {
        log_event(LEVEL_WARNING, "member_not_recalled", LOG_TEXT("path", path));
    }
}

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

/* The present members, and those of the old file too if `with_old`. */
static void write_members(struct publisher *publisher, bool with_old)
{
    FILE *file = members_file_begin(publisher->run_dir);
    int status = file == NULL ? -errno : 0;
    if (file != NULL) {
        write_present(publisher, file);
        if (with_old) {
            (void)members_file_read(publisher->run_dir, write_line,
                                    file); /* none is fine */
        }
        status = members_file_commit(publisher->run_dir, file);
    }
    if (status != 0) {
        log_event(LEVEL_ERROR, "members_file_failed",
                  LOG_TEXT("error", strerror(-status)));
    }
}

void publisher_recall_members(struct publisher *publisher)
{
    int status = members_file_read(publisher->run_dir, add_leftover, publisher);
    if (status != 0 && status != -ENOENT) {
        log_event(LEVEL_WARNING, "members_file_ignored",
                  LOG_TEXT("error", strerror(-status)));
    }
    if (publisher->registration_count > 0) {
        write_members(publisher, true);
    }
}

void publisher_forget_members(struct publisher *publisher)
{
    if (!publisher->has_leftovers) {
        return;
    }
    publisher->has_leftovers = false;
    if (publisher->registration_count > 0) {
        write_members(publisher, false);
    } else {
        members_file_remove(publisher->run_dir);
    }
}
