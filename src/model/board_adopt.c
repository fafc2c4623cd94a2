/*
 * board_adopt.c - what a predecessor's board says, for its successor. It is
 * read into memory, not mapped: it may be anything, and a file cut short under
 * a mapping would be a SIGBUS.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/board.h"
#include "model/board_layout.h"

/* The file's whole content as the board's own memory. */
static int read_whole(struct board *board, int fd)
{
    struct stat file;
    if (fstat(fd, &file) != 0) {
        return -errno;
    }
    if (!S_ISREG(file.st_mode) || file.st_uid != geteuid() ||
        file.st_size < (off_t)sizeof(struct board_head) ||
        (uint64_t)file.st_size > BOARD_SIZE_MOST) {
        return -ESTALE;
    }
    board->size = (size_t)file.st_size;
    board->is_memory = true;
    board->map = aligned_alloc(BOARD_ALIGN, (board->size + BOARD_ALIGN - 1) /
                                                BOARD_ALIGN * BOARD_ALIGN);
    if (board->map == NULL) {
        return -ENOMEM;
    }
    ssize_t count = pread(fd, board->map, board->size, 0);
    if (count < 0) {
        return -errno;
    }
    return (size_t)count == board->size ? 0 : -ESTALE;
}

static void adopt_events(const struct board *board,
                         const struct board_adopter *adopter)
{
    for (uint32_t i = 0; i < EVENTS_MOST; i++) {
        struct event event;
        if (board_read_event_at(board, i, &event) == 0) {
            adopter->on_event(adopter->context, &event);
        }
    }
}

static int adopt_from(struct board *board, const char *boot_id,
                      const struct board_adopter *adopter)
{
    struct board_head head;
    int status = board_check_head(board->map, board->size, &head);
    if (status != 0) {
        return status;
    }
    if (strcmp(head.boot_id, boot_id) != 0) {
        return -ESTALE;
    }
    board->instance_count = head.instance_count;
    board->settings_bytes = head.settings_bytes;
    for (uint32_t i = 0; i < board->instance_count; i++) {
        struct board_instance record;
        bool is_whole = board_read_instance(board, i, &record) == 0;
        if (is_whole && record.settings.name[0] != '\0') {
            adopter->on_instance(adopter->context, &record);
        }
    }
    adopt_events(board, adopter);
    return 0;
}

int board_adopt(const char *run_dir, const char *boot_id,
                const struct board_adopter *adopter)
{
    char path[BOARD_PATH_BYTES];
    int status = board_path(run_dir, BOARD_NAME, path);
    if (status != 0) {
        return status;
    }
    /* O_NONBLOCK: a FIFO planted there must not hold us. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return errno == ELOOP ? -ESTALE : -errno;
    }
    struct board *board = board_allocate();
    status = board != NULL ? read_whole(board, fd) : -ENOMEM;
    if (status == 0) {
        status = adopt_from(board, boot_id, adopter);
    }
    board_destroy(board);
    (void)close(fd); /* nothing was written to it */
    return status;
}
