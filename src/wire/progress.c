/*
 * progress.c - the shared page of one prober.
 *
 * The page is sealed against changing its size: a prober gone mad could
 * otherwise truncate it, and the supervisor's next look would be a SIGBUS.
 */
#include "wire/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int map_page(int fd, struct progress **progress)
{
    void *page = mmap(NULL, sizeof(struct progress), PROT_READ | PROT_WRITE,
                      MAP_SHARED, fd, 0);
    if (page == MAP_FAILED) {
        return -errno;
    }
    *progress = page;
    return 0;
}

int progress_create(struct progress **progress)
{
    int status = 0;
    int fd = memfd_create("sentinel-progress", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) {
        return -errno;
    }
    if (ftruncate(fd, sizeof(struct progress)) != 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) !=
            0) {
        status = -errno;
        goto close_fd;
    }
    status = map_page(fd, progress);
    if (status != 0) {
        goto close_fd;
    }
    return fd;

close_fd:
    (void)close(fd); /* nothing was written to it */
    return status;
}

int progress_open(int fd, struct progress **progress)
{
    struct stat file;
    int status = 0;
    if (fstat(fd, &file) != 0) {
        status = -errno;
    } else if (file.st_size < (off_t)sizeof(struct progress)) {
        status = -EINVAL;
    } else {
        status = map_page(fd, progress);
    }
    (void)close(fd); /* the mapping holds the page */
    return status;
}

void progress_destroy(struct progress *progress)
{
    if (progress != NULL) {
        (void)munmap(progress, sizeof *progress); /* it was mapped so */
    }
}
