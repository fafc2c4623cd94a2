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

#include "base/text.h"

#define OTHERS (S_IRWXG | S_IRWXO)

void tls_file_show(char *shown, size_t size, const char *path)
{
    size_t length = strlen(path);
    const char *dots = "";

    if (length >= size) {
        size_t room = size - sizeof("...");
        const char *tail = path + length - room;
        const char *slash = strchr(tail, '/');
        dots = "...";
        path = slash != NULL ? slash : tail;
    }
    (void)text_copy(shown, size, dots); /* fits */
    size_t used = strlen(shown);
    (void)text_escape(shown + used, size - used, path, strlen(path));
}

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

/* What keeps the file from being used, as the end of a sentence. */
struct complaint {
    const struct tls_file *file;
    char *trouble;
    size_t size;
};

static int complain(const struct complaint *to, const char *why, int status)
{
    char shown[TLS_FILE_SHOWN_BYTES];
    tls_file_show(shown, sizeof(shown), to->file->path);
    (void)text_format(to->trouble, to->size, "the %s %s %s", to->file->what,
                      shown, why); /* constants, and short */
    return status;
}

static int complain_of_open(const struct complaint *to, int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return complain(to, "is not there", -error);
    case ELOOP:
        return complain(to, "is a link: name the file itself", -error);
    case EACCES:
    case EPERM:
        return complain(to, "may not be read by the agent's user", -error);
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return complain(to,
                        "cannot be opened: the host is short of memory or "
                        "descriptors",
                        -error);
    default:
        return complain(to, "cannot be read", -error);
    }
}

static int check(const struct complaint *to, const struct stat *found)
{
    if (!S_ISREG(found->st_mode)) {
        return complain(to, "is no regular file", -EINVAL);
    }
    if (to->file->is_secret && (found->st_mode & OTHERS) != 0) {
        return complain(to, "is open to others than its owner: chmod 600 it",
                        -EPERM);
    }
    if (found->st_size == 0) {
        return complain(to, "is empty", -EINVAL);
    }
    if (found->st_size > TLS_FILE_BYTES_MOST) {
        return complain(to, "is bigger than 1 MiB", -EFBIG);
    }
    return 0;
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

static int read_checked(const struct complaint *to, int fd,
                        struct tls_bytes *bytes, struct tls_stamp *stamp)
{
    struct stat found;
    if (fstat(fd, &found) != 0) {
        return complain(to, "cannot be read", -errno);
    }
    int status = check(to, &found);
    if (status != 0) {
        return status;
    }
    size_t size = (size_t)found.st_size;
    bytes->bytes = malloc(size);
    if (bytes->bytes == NULL) {
        return complain(to, "cannot be read: no memory", -ENOMEM);
    }
    bytes->length = size; /* so that a wipe reaches all of it */
    ssize_t count = read_whole(fd, bytes->bytes, size);
    if (count < 0) {
        tls_bytes_wipe(bytes);
        return complain(to, "cannot be read", (int)count);
    }
    explicit_bzero(bytes->bytes + count, size - (size_t)count);
    bytes->length = (size_t)count;
    stamp_of(&found, stamp);
    return 0;
}

int tls_file_read(const struct tls_file *file, struct tls_bytes *bytes,
                  struct tls_stamp *stamp, char *trouble, size_t size)
{
    const struct complaint to = {file, trouble, size};
    /* O_NONBLOCK: a pipe in its place shall not hold us. */
    int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int fd = open(file->path, flags | (file->is_secret ? O_NOFOLLOW : 0));

    *bytes = (struct tls_bytes){.bytes = NULL};
    if (fd < 0) {
        return complain_of_open(&to, errno);
    }
    int status = read_checked(&to, fd, bytes, stamp);
    (void)close(fd); /* it was only read */
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
