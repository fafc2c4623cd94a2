/*
 * small_file.c - see small_file.h.
 */
#include "base/small_file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void small_file_read_line(const char *path, char *line, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, line, size - 1) : 0;
    line[got > 0 ? got : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    if (fd >= 0) {
        (void)close(fd); /* only read from */
    }
}
