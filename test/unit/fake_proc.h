/*
 * fake_proc.h - a directory that looks like /proc, as far as a search for
 * servers looks.
 */
#ifndef TEST_FAKE_PROC_H
#define TEST_FAKE_PROC_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define FAKE_PATH_BYTES 512

struct fake_proc {
    char root[64];
};

static inline void fake_proc_init(struct fake_proc *proc)
{
    (void)text_copy(proc->root, sizeof(proc->root), "/tmp/sa-proc-XXXXXX");
    assert_non_null(mkdtemp(proc->root));
}

static inline int fake_proc_remove(const char *path, const struct stat *about,
                                   int kind, struct FTW *walk)
{
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline void fake_proc_finish(struct fake_proc *proc)
{
    assert_int_equal(
        nftw(proc->root, fake_proc_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* The path of `name` below the root, with all directories to it. */
static inline void fake_proc_path(const struct fake_proc *proc,
                                  const char *name, char *path)
{
    assert_true(text_format(path, FAKE_PATH_BYTES, "%s/%s", proc->root, name));
    for (char *at = path + strlen(proc->root) + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
            *at = '/';
        }
    }
}

static inline void fake_proc_bytes(const struct fake_proc *proc,
                                   const char *name, const char *bytes,
                                   size_t length)
{
    char path[FAKE_PATH_BYTES];
    fake_proc_path(proc, name, path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static inline void fake_proc_file(const struct fake_proc *proc,
                                  const char *name, const char *text)
{
    fake_proc_bytes(proc, name, text, strlen(text));
}

static inline void fake_proc_link(const struct fake_proc *proc,
                                  const char *name, const char *target)
{
    char path[FAKE_PATH_BYTES];
    fake_proc_path(proc, name, path);
    assert_int_equal(symlink(target, path), 0);
}

#endif
