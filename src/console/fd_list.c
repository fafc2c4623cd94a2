/*
 * fd_list.c - see fd_list.h.
 */
#include "console/fd_list.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define PATH_BYTES 128
#define SOCKET_LINK "socket:["

/* The link of entry `number` as text; false when it is gone meanwhile. */
static bool read_link(int directory, const char *number,
                      char what[FD_LIST_WHAT_BYTES])
{
    char link[FD_LIST_WHAT_BYTES / 4]; /* each byte may need an escape */
    ssize_t length = readlinkat(directory, number, link, sizeof link);
    if (length < 0) {
        return false;
    }
    (void)text_escape(what, FD_LIST_WHAT_BYTES, link,
                      (size_t)length); /* may be cut */
    return true;
}

static void add(struct fd_list *list, int32_t pid, int directory,
                const char *number)
{
    if (list->count == FD_LIST_MOST) {
        list->is_cut = true;
        return;
    }
    struct fd_entry *entry = &list->entries[list->count];
    *entry =
        (struct fd_entry){.pid = pid, .number = (int)strtol(number, NULL, 10)};
    if (!read_link(directory, number, entry->what)) {
        return;
    }
    entry->kind = vitals_fd_kind(entry->what);
    if (strncmp(entry->what, SOCKET_LINK, strlen(SOCKET_LINK)) == 0) {
        entry->inode =
            strtoull(entry->what + strlen(SOCKET_LINK), NULL, 10); /* or 0 */
    }
    list->count++;
}

static int compare_numbers(const void *one, const void *other)
{
    return ((const struct fd_entry *)one)->number -
           ((const struct fd_entry *)other)->number;
}

int fd_list_add(const char *proc, int32_t pid, struct fd_list *list)
{
    char path[PATH_BYTES];
    (void)text_format(path, sizeof path, "%s/%" PRId32 "/fd", proc,
                      pid); /* fits */
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return -errno;
    }
    char own[16] = ""; /* the one the list is read with */
    if (pid == getpid()) {
        (void)text_format(own, sizeof own, "%d", dirfd(directory)); /* fits */
    }
    uint32_t first = list->count;
    for (struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, own) != 0) {
            add(list, pid, dirfd(directory), entry->d_name);
        }
    }
    (void)closedir(directory); /* only read from */
    qsort(list->entries + first, list->count - first, sizeof list->entries[0],
          compare_numbers);
    return 0;
}

static void take_answers(struct fd_list *list,
                         const struct socket_question *questions,
                         uint32_t count)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct fd_entry *entry = &list->entries[i];
        for (uint32_t j = 0; entry->inode != 0 && j < count; j++) {
            if (questions[j].inode == entry->inode &&
                questions[j].text[0] != '\0') {
                (void)text_copy(entry->what, sizeof entry->what,
                                questions[j].text); /* fits */
            }
        }
    }
}

int fd_list_name_sockets(const char *net, struct fd_list *list)
{
    struct socket_question *questions = calloc(FD_LIST_MOST, sizeof *questions);
    uint32_t count = 0;
    if (questions == NULL) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->entries[i].inode != 0) {
            questions[count++].inode = list->entries[i].inode;
        }
    }
    sockets_answer(net, questions, count);
    take_answers(list, questions, count);
    free(questions);
    return 0;
}
