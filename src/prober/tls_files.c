/*
 * tls_files.c - see tls_files.h.
 */
#include "prober/tls_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/privacy.h"
#include "base/trouble.h"

#define WHY_BYTES 96

/* --- stamps ------------------------------------------------------------ */

static int64_t nanoseconds(const struct timespec *when)
{
    return (int64_t)when->tv_sec * 1000000000 + when->tv_nsec;
}

static void stamp_of(const struct stat *found, struct tls_stamp *stamp)
{
    *stamp = (struct tls_stamp){
        .device = found->st_dev,
        .inode = found->st_ino,
        .size = (uint64_t)found->st_size,
        .modified_ns = nanoseconds(&found->st_mtim),
        .changed_ns = nanoseconds(&found->st_ctim),
    };
}

void tls_file_stamp(const struct tls_file *file, struct tls_stamp *stamp)
{
    struct stat found;
    int flags = file->is_secret ? AT_SYMLINK_NOFOLLOW : 0;

    *stamp = (struct tls_stamp){.inode = 0};
    if (file->path[0] != '\0' &&
        fstatat(AT_FDCWD, file->path, &found, flags) == 0) {
        stamp_of(&found, stamp);
    }
}

bool tls_stamp_equals(const struct tls_stamp *one,
                      const struct tls_stamp *other)
{
    return one->device == other->device && one->inode == other->inode &&
           one->size == other->size && one->modified_ns == other->modified_ns &&
           one->changed_ns == other->changed_ns;
}

/* --- reading ----------------------------------------------------------- */

/* Of this open file; NULL: nothing. */
static const char *judge(int fd, const struct stat *found, bool is_secret)
{
    if (!S_ISREG(found->st_mode)) {
        return "is no regular file";
    }
    if (is_secret && !privacy_of_open(fd, found)) {
        return "is open to others: chmod 600 it";
    }
    if (found->st_size == 0) {
        return "is empty";
    }
    if (found->st_size > TLS_FILE_BYTES_MOST) {
        return "is bigger than 1 MiB";
    }
    return NULL;
}

/* Up to `length` bytes; the number read or a negative errno. */
static ssize_t read_whole(int fd, char *bytes, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t count = read(fd, bytes + done, length - done);
        if (count < 0 && errno != EINTR) {
            return -errno;
        }
        if (count == 0) {
            break;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return (ssize_t)done;
}

/* 0, a negative errno, or -EINVAL and a judgement. */
static int read_open(int fd, bool is_secret, struct tls_bytes *bytes,
                     struct stat *found, const char **judgement)
{
    if (fstat(fd, found) != 0) {
        return -errno;
    }
    *judgement = judge(fd, found, is_secret);
    if (*judgement != NULL) {
        return -EINVAL;
    }
    bytes->length = (size_t)found->st_size;
    bytes->bytes = calloc(1, bytes->length);
    if (bytes->bytes == NULL) {
        return -ENOMEM;
    }
    ssize_t count = read_whole(fd, bytes->bytes, bytes->length);
    if (count < 0) {
        tls_bytes_wipe(bytes);
        return (int)count;
    }
    bytes->length = (size_t)count; /* less, if it shrank meanwhile */
    return 0;
}

int tls_file_read(const struct tls_file *file, struct tls_bytes *bytes,
                  struct tls_stamp *stamp, char *trouble, size_t size)
{
    struct stat found;
    char why[WHY_BYTES];
    const char *judgement = NULL;
    int status = 0;
    /* O_NONBLOCK: a pipe in its place shall not hold us. */
    int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int fd = open(file->path, flags | (file->is_secret ? O_NOFOLLOW : 0));

    *bytes = (struct tls_bytes){.bytes = NULL};
    if (fd < 0) {
        status = -errno;
    } else {
        status = read_open(fd, file->is_secret, bytes, &found, &judgement);
        (void)close(fd); /* it was only read */
    }
    if (status == 0) {
        stamp_of(&found, stamp);
        return 0;
    }
    if (judgement == NULL) {
        trouble_of_error(why, sizeof(why), -status);
        judgement = why;
    }
    trouble_of_file(trouble, size, file->what, file->path, judgement);
    return status;
}

void tls_bytes_wipe(struct tls_bytes *bytes)
{
    if (bytes->bytes != NULL) {
        explicit_bzero(bytes->bytes, bytes->length);
        free(bytes->bytes);
    }
    *bytes = (struct tls_bytes){.bytes = NULL};
}
