/*
 * board_file.c - the scoreboard as a file: made, mapped, checked, removed. What
 * a successor makes of it: board_adopt.c.
 *
 * The head says how large each record is and how many instances there are;
 * from that follows the size. A reader checks head and size once against its
 * own idea of both. A board is made under another name and renamed when it is
 * whole, so nobody ever sees half of one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "model/board.h"
#include "model/board_layout.h"

#define BOARD_NAME_NEW "board.new"
#define PROC_FD_BYTES 32

int board_path(const char *run_dir, const char *name, char *path)
{
    return text_format(path, BOARD_PATH_BYTES, "%s/%s", run_dir, name)
               ? 0
               : -ENAMETOOLONG;
}

/* --- the head --------------------------------------------------------- */

static void write_head(struct board *board, const char *boot_id)
{
    struct board_head head = {
        .magic = BOARD_MAGIC,
        .layout = BOARD_LAYOUT,
        .instance_count = board->instance_count,
        .settings_bytes = board->settings_bytes,
    };
    for (enum board_area area = 0; area < AREA_COUNT; area++) {
        head.record_sizes[area] = board_record_size(area);
    }
    (void)text_copy(head.boot_id, sizeof head.boot_id, boot_id); /* 36 bytes */
    memcpy(board->map, &head, sizeof head);
    board->head = head;
}

int board_check_head(const void *map, size_t size, struct board_head *head)
{
    if (size < sizeof *head) {
        return -ESTALE;
    }
    memcpy(head, map, sizeof *head);
    if (head->magic != BOARD_MAGIC || head->layout != BOARD_LAYOUT ||
        head->instance_count > SETTINGS_INSTANCES_MOST ||
        head->settings_bytes % BOARD_WORD != 0 ||
        head->settings_bytes > SETTINGS_ROOM_MOST ||
        head->boot_id[sizeof head->boot_id - 1] != '\0') {
        return -ESTALE;
    }
    for (enum board_area area = 0; area < AREA_COUNT; area++) {
        if (head->record_sizes[area] != board_record_size(area)) {
            return -ESTALE;
        }
    }
    return size == board_size(head->instance_count, head->settings_bytes)
               ? 0
               : -ESTALE;
}

/* --- memory ----------------------------------------------------------- */

struct board *board_allocate(void)
{
    size_t scratch_bytes = 0;
    for (enum board_area area = 0; area < AREA_COUNT; area++) {
        if (scratch_bytes < board_record_size(area)) {
            scratch_bytes = board_record_size(area);
        }
    }
    struct board *board = calloc(1, sizeof *board);
    if (board == NULL) {
        return NULL;
    }
    board->reader_fd = -1;
    board->guarded_fd = -1;
    board->scratch = malloc(scratch_bytes);
    if (board->scratch == NULL) {
        free(board);
        return NULL;
    }
    return board;
}

static int map_file(struct board *board, int fd, int protection)
{
    void *map = mmap(NULL, board->size, protection, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        return -errno;
    }
    board->map = map;
    return 0;
}

void board_destroy(struct board *board)
{
    if (board == NULL) {
        return;
    }
    board_guard_stop(board);
    if (board->is_memory) {
        free(board->map);
    } else if (board->map != NULL) {
        (void)munmap(board->map, board->size); /* it was mapped so */
    }
    if (board->reader_fd >= 0) {
        (void)close(board->reader_fd); /* nothing was written to it */
    }
    free(board->scratch);
    free(board->places);
    free(board->settings);
    free(board);
}

/* --- making one ------------------------------------------------------- */

static bool is_full(int status)
{
    return status == -ENOSPC || status == -EDQUOT;
}

/* Returns the descriptor, or a negative errno with no file left behind. */
static int create_file(const char *path, size_t size)
{
    (void)unlink(path); /* of a run cut short; O_EXCL tells if it is still */
    int fd =
        open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -errno;
    }
    int error = posix_fallocate(fd, 0, (off_t)size);
    if (error != 0) {
        (void)close(fd);    /* nothing was written to it */
        (void)unlink(path); /* the next run tries the same */
        return -error;
    }
    return fd;
}

static int create_memory(size_t size)
{
    int fd = memfd_create("sentinel-board", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) {
        return -errno;
    }
    int error = posix_fallocate(fd, 0, (off_t)size);
    if (error == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
        error = errno;
    }
    if (error != 0) {
        (void)close(fd); /* nothing was written to it */
        return -error;
    }
    return fd;
}

/* Opens the writer's file once more, for reading only. */
static int open_reader(int fd)
{
    char path[PROC_FD_BYTES];
    (void)text_format(path, sizeof path, "/proc/self/fd/%d", fd); /* fits */
    int reader = open(path, O_RDONLY | O_CLOEXEC);
    return reader >= 0 ? reader : -errno;
}

/* The file under its new name, or memory when there is no room for a file:
 * then the predecessor's goes, for it would be adopted though it is older. */
static int create_backing(const char *run_dir, const char *path, size_t size,
                          bool *has_file)
{
    *has_file = false;
    if (run_dir == NULL) {
        return create_memory(size);
    }
    int fd = create_file(path, size);
    if (is_full(fd)) {
        board_remove(run_dir);
        return create_memory(size);
    }
    *has_file = fd >= 0;
    return fd;
}

static int publish_file(const char *run_dir, const char *path_new)
{
    char path[BOARD_PATH_BYTES];
    int status = board_path(run_dir, BOARD_NAME, path);
    if (status != 0) {
        return status;
    }
    return rename(path_new, path) == 0 ? 0 : -errno;
}

static struct board *allocate_writer(uint32_t instance_count,
                                     uint32_t settings_bytes)
{
    struct board *made = board_allocate();
    if (made == NULL) {
        return NULL;
    }
    made->instance_count = instance_count;
    made->settings_bytes =
        (settings_bytes + BOARD_WORD - 1) / BOARD_WORD * BOARD_WORD;
    made->size = board_size(instance_count, made->settings_bytes);
    made->places = calloc(instance_count + 1, sizeof *made->places);
    made->settings = calloc(1, made->settings_bytes + BOARD_WORD);
    if (made->places == NULL || made->settings == NULL) {
        board_destroy(made);
        return NULL;
    }
    return made;
}

int board_create(const char *run_dir, const char *boot_id,
                 uint32_t instance_count, uint32_t settings_bytes,
                 struct board **board)
{
    char path_new[BOARD_PATH_BYTES] = "";
    bool has_file = false;
    int fd = -1;
    if (instance_count > SETTINGS_INSTANCES_MOST ||
        settings_bytes > SETTINGS_ROOM_MOST) {
        return -EINVAL;
    }
    int status =
        run_dir != NULL ? board_path(run_dir, BOARD_NAME_NEW, path_new) : 0;
    if (status != 0) {
        return status;
    }
    struct board *made = allocate_writer(instance_count, settings_bytes);
    if (made == NULL) {
        return -ENOMEM;
    }
    fd = create_backing(run_dir, path_new, made->size, &has_file);
    if (fd < 0) {
        status = fd;
        goto destroy;
    }
    status = map_file(made, fd, PROT_READ | PROT_WRITE);
    if (status != 0) {
        goto unlink;
    }
    write_head(made, boot_id);
    made->reader_fd = open_reader(fd);
    status = made->reader_fd < 0 ? made->reader_fd : 0;
    if (status == 0 && has_file) {
        status = publish_file(run_dir, path_new);
    }
    if (status != 0) {
        goto unlink;
    }
    if (has_file) {
        board_guard_start(made, fd);
    } else {
        (void)close(fd); /* the mapping holds it, sealed */
    }
    *board = made;
    return 0;

unlink:
    if (has_file) {
        (void)unlink(path_new); /* the next run tries the same */
    }
    (void)close(fd); /* nothing was written to it */
destroy:
    board_destroy(made);
    return status;
}

int board_reader_fd(const struct board *board)
{
    return board->reader_fd;
}

void board_remove(const char *run_dir)
{
    char path[BOARD_PATH_BYTES];
    if (board_path(run_dir, BOARD_NAME, path) == 0) {
        (void)unlink(path); /* what stays behind is checked when adopted */
    }
}

/* --- reading one ------------------------------------------------------ */

static int open_mapped(struct board *board, int fd)
{
    struct stat file;
    struct board_head head;
    if (fstat(fd, &file) != 0) {
        return -errno;
    }
    if (!S_ISREG(file.st_mode) || file.st_size < (off_t)sizeof head ||
        (uint64_t)file.st_size > BOARD_SIZE_MOST) {
        return -ESTALE;
    }
    board->size = (size_t)file.st_size;
    int status = map_file(board, fd, PROT_READ);
    if (status == 0) {
        status = board_check_head(board->map, board->size, &head);
    }
    if (status == 0) {
        board->instance_count = head.instance_count;
        board->settings_bytes = head.settings_bytes;
    }
    return status;
}

int board_open(int fd, struct board **board)
{
    struct board *opened = board_allocate();
    int status = opened != NULL ? open_mapped(opened, fd) : -ENOMEM;
    (void)close(fd); /* the mapping holds the file */
    if (status != 0) {
        board_destroy(opened);
        return status;
    }
    *board = opened;
    return 0;
}
