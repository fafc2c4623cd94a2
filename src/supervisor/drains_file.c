/*
 * drains_file.c - see drains_file.h.
 */
#include "supervisor/drains_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

#define FILE_NAME "maint"
#define NEW_NAME "maint.new"
#define PATH_BYTES (SETTINGS_RUN_DIR_BYTES + 16)
#define COMMENT                                                 \
    "# Drained instances: name, since (ms), operator, reason, " \
    "with tabs. Written by sentinel-agent.\n"
/* Lines of the file that are looked at, and that are told when damaged. */
#define LINES_MOST (DRAINS_MOST + 1024)
#define LINES_TOLD 20
/* All that we could have written there; more is not read at all. */
#define BYTES_MOST (LINES_MOST * DRAINS_LINE_BYTES)

static void path_of(char *path, const char *run_dir, const char *name)
{
    (void)text_format(path, PATH_BYTES, "%s/%s", run_dir, name); /* fits */
}

/* --- reading ------------------------------------------------------------- */

static int check(int fd)
{
    struct stat about;

    if (fstat(fd, &about) != 0) {
        return -errno;
    }
    if (!S_ISREG(about.st_mode)) {
        return -EINVAL;
    }
    if (about.st_size > BYTES_MOST) {
        return -EFBIG;
    }
    bool is_ours = about.st_uid == geteuid() && (about.st_mode & 022) == 0;
    return is_ours ? 0 : -EPERM;
}

/* O_NONBLOCK: a pipe planted here must not hold us. */
static int open_to_read(const char *run_dir, FILE **file)
{
    char path[PATH_BYTES];

    path_of(path, run_dir, FILE_NAME);
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return -errno;
    }
    int error = check(fd);
    if (error == 0) {
        *file = fdopen(fd, "r");
        error = *file == NULL ? -ENOMEM : 0;
    }
    if (error != 0) {
        (void)close(fd); /* only opened */
    }
    return error;
}

static void tell_damaged(uint32_t number, uint32_t *damaged, const char *why)
{
    ++*damaged;
    if (*damaged <= LINES_TOLD) {
        log_event(LEVEL_WARNING, "drain_not_read", LOG_TEXT("file", FILE_NAME),
                  LOG_NUMBER("line", number), LOG_TEXT("why", why));
    }
}

/* What is too long for the buffer is damaged, and read over to its end. */
static bool read_line(FILE *file, char *line, bool *is_whole)
{
    if (fgets(line, DRAINS_LINE_BYTES + 1, file) == NULL) {
        return false;
    }
    size_t length = strcspn(line, "\n");
    *is_whole = line[length] == '\n';
    line[length] = '\0';
    for (int c = *is_whole ? '\n' : getc(file); c != '\n' && c != EOF;) {
        c = getc(file);
    }
    return true;
}

static int take_line(struct drains *drains, const char *line, const char **why)
{
    struct drain drain;
    int error = drains_decode(line, &drain, why);

    if (error == 0 && drains_find(drains, drain.name) != NULL) {
        *why = "its name stands there twice";
        return -EINVAL;
    }
    if (error == 0) {
        error = drains_put(drains, drain.name, &drain.maint);
        *why = "there are too many";
    }
    return error;
}

int drains_file_read(const char *run_dir, struct drains *drains)
{
    char line[DRAINS_LINE_BYTES + 1];
    FILE *file = NULL;
    uint32_t damaged = 0;
    bool is_whole = false;
    int error = open_to_read(run_dir, &file);

    if (error != 0) {
        return error;
    }
    for (uint32_t number = 1;
         number <= LINES_MOST && read_line(file, line, &is_whole); number++) {
        const char *why = "it is cut, or too long";
        if (line[0] == '#' && is_whole) {
            continue;
        }
        if (!is_whole || take_line(drains, line, &why) != 0) {
            tell_damaged(number, &damaged, why);
        }
    }
    error = ferror(file) != 0 ? -EIO : 0;
    (void)fclose(file); /* only read from */
    return error == 0 && damaged > 0 ? -EBADMSG : error;
}

/* --- writing ------------------------------------------------------------- */

static FILE *create(const char *path)
{
    (void)unlink(path); /* of a predecessor that died here */
    int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

    if (file == NULL && fd >= 0) {
        (void)close(fd); /* nothing was written */
        errno = ENOMEM;
    }
    return file;
}

static int put_all(FILE *file, const struct drains *drains)
{
    bool is_good = fputs(COMMENT, file) >= 0;

    for (uint32_t i = 0; i < drains->count && is_good; i++) {
        char line[DRAINS_LINE_BYTES];
        drains_encode(&drains->list[i], line);
        is_good = fprintf(file, "%s\n", line) >= 0;
    }
    return is_good && fflush(file) == 0 ? 0 : -errno;
}

int drains_file_write(const char *run_dir, const struct drains *drains)
{
    char path[PATH_BYTES];
    char new_path[PATH_BYTES];

    path_of(path, run_dir, FILE_NAME);
    path_of(new_path, run_dir, NEW_NAME);
    FILE *file = create(new_path);
    if (file == NULL) {
        return -errno;
    }
    int error = put_all(file, drains);
    if (fclose(file) != 0 && error == 0) {
        error = -errno;
    }
    if (error == 0 && rename(new_path, path) != 0) {
        error = -errno;
    }
    if (error != 0) {
        (void)unlink(new_path); /* half a file helps nobody */
    }
    return error;
}
