/*
 * members_file.c - see members_file.h.
 */
#include "publisher/members_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "model/settings.h"

#define FILE_NAME "members"
#define NEW_NAME "members.new"
#define PATH_BYTES (SETTINGS_RUN_DIR_BYTES + 16)
#define LINE_BYTES (SETTINGS_PATH_BYTES + 512)

static bool path_of(char *path, const char *run_dir, const char *name)
{
    return text_format(path, PATH_BYTES, "%s/%s", run_dir, name);
}

static bool is_private(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode) &&
           (about.st_mode & 077) == 0 && about.st_uid == geteuid();
}

static FILE *open_to_read(const char *run_dir)
{
    char path[PATH_BYTES];
    if (!path_of(path, run_dir, FILE_NAME)) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    /* O_NONBLOCK: a pipe planted here must not hold us. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return NULL;
    }
    FILE *file = is_private(fd) ? fdopen(fd, "r") : NULL;
    if (file == NULL) {
        (void)close(fd); /* only opened */
        errno = EINVAL;
    }
    return file;
}

int members_file_read(const char *run_dir, members_file_cb callback,
                      void *owner)
{
    FILE *file = open_to_read(run_dir);
    if (file == NULL) {
        return errno == ENOENT ? -ENOENT : -EINVAL;
    }
    char line[LINE_BYTES];
    while (fgets(line, sizeof line, file) != NULL) {
        size_t length = strcspn(line, "\n");
        if (line[length] == '\n' && length > 0) {
            line[length] = '\0';
            callback(owner, line);
        }
    }
    (void)fclose(file); /* only read from */
    return 0;
}

FILE *members_file_begin(const char *run_dir)
{
    char path[PATH_BYTES];
    if (!path_of(path, run_dir, NEW_NAME)) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    (void)unlink(path); /* of a predecessor that died here */
    int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return NULL;
    }
    FILE *file = fdopen(fd, "w");
    if (file == NULL) {
        (void)close(fd); /* nothing was written */
        (void)unlink(path);
    }
    return file;
}

int members_file_commit(const char *run_dir, FILE *file)
{
    char path[PATH_BYTES];
    char new_path[PATH_BYTES];
    bool is_whole = ferror(file) == 0;
    is_whole = fclose(file) == 0 && is_whole;
    if (!path_of(path, run_dir, FILE_NAME) ||
        !path_of(new_path, run_dir, NEW_NAME)) {
        return -ENAMETOOLONG;
    }
    if (!is_whole || rename(new_path, path) != 0) {
        int status = is_whole ? -errno : -EIO;
        (void)unlink(new_path); /* half a file helps nobody */
        return status;
    }
    return 0;
}

void members_file_remove(const char *run_dir)
{
    char path[PATH_BYTES];
    if (path_of(path, run_dir, FILE_NAME)) {
        (void)unlink(path); /* none there: as wanted */
    }
}
