/*
 * config_text.c - see config_text.h. Sealed, so that whoever inherits it can
 * only read it and may trust its length.
 */
#include "supervisor/config_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/settings_print.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

static int write_text(int fd, const struct settings *settings)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* the stream closes its own */
    FILE *stream = copy >= 0 ? fdopen(copy, "w") : NULL;
    if (stream == NULL) {
        int error = -errno;
        if (copy >= 0) {
            (void)close(copy); /* memory only */
        }
        return error;
    }
    settings_print(settings, stream);
    bool is_whole = ferror(stream) == 0;
    is_whole = fclose(stream) == 0 && is_whole;
    return is_whole ? 0 : -EIO;
}

int config_text_create(const struct settings *settings)
{
    int fd = memfd_create("sentinel-config", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) {
        return -errno;
    }
    int error = write_text(fd, settings);
    if (error == 0 && fcntl(fd, F_ADD_SEALS, SEALS) != 0) {
        error = -errno;
    }
    if (error != 0) {
        (void)close(fd); /* memory only */
        return error;
    }
    return fd;
}
