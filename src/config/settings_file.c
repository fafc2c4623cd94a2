/*
 * settings_file.c - see settings_file.h.
 */
#include "config/settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int settings_file_read(const char *path, char **bytes, size_t *length)
{
    struct stat about;
    int error = 0;
    /* Non-blocking, so that a FIFO in its place is refused and not waited
     * for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        return -errno;
    }
    char *buffer = malloc(SETTINGS_FILE_BYTES_MOST);
    size_t got = 0;
    if (buffer == NULL || fstat(fd, &about) != 0) {
        error = -ENOMEM;
    } else if (!S_ISREG(about.st_mode)) {
        error = -EISDIR;
    }
    while (error == 0 && got < SETTINGS_FILE_BYTES_MOST) {
        ssize_t count = read(fd, buffer + got, SETTINGS_FILE_BYTES_MOST - got);
        if (count < 0 && errno != EINTR) {
            error = -errno;
        } else if (count == 0) {
            break;
        } else if (count > 0) {
            got += (size_t)count;
        }
    }
    if (error == 0 && got == SETTINGS_FILE_BYTES_MOST) {
        error = -EFBIG;
    }
    (void)close(fd); /* only read from */
    if (error != 0) {
        free(buffer);
        return error;
    }
    char *kept = realloc(buffer, got + 1); /* most files are small */
    *bytes = kept != NULL ? kept : buffer;
    *length = got;
    return 0;
}
