/*
 * history_file.c - see history_file.h. The file is a head, and behind it the
 * bytes of the book up to its lanes, where they stand in memory.
 */
#include "console/history_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/small_file.h"
#include "base/text.h"

#define HISTORY_MAGIC UINT64_C(0x3154534948414e53) /* "SNAHIST1" */
#define KEPT_BYTES offsetof(struct history_book, lanes)

/* No step holds more samples: one a sample's time, with room. */
#define SAMPLES_MOST (8 * HISTORY_DAY_STEP_MS / HISTORY_SAMPLE_MS)

struct file_head {
    uint64_t magic;
    uint32_t kept_bytes;
    uint32_t series;
    char boot_id[BOARD_BOOT_BYTES];
};

void history_file_init(struct history_file *file)
{
    *file = (struct history_file){.fd = -1};
}

void history_file_finish(struct history_file *file)
{
    if (file->fd >= 0) {
        (void)close(file->fd); /* nothing is owed */
        file->fd = -1;
    }
}

static void make_head(struct file_head *head)
{
    memset(head, 0, sizeof *head); /* padding, too, goes into the file */
    head->magic = HISTORY_MAGIC;
    head->kept_bytes = KEPT_BYTES;
    head->series = HISTORY_SERIES;
    small_file_read_line("/proc/sys/kernel/random/boot_id", head->boot_id,
                         sizeof head->boot_id);
}

static bool is_same_head(const struct file_head *one,
                         const struct file_head *other)
{
    return one->magic == other->magic && one->kept_bytes == other->kept_bytes &&
           one->series == other->series &&
           memcmp(one->boot_id, other->boot_id, sizeof one->boot_id) == 0;
}

/* --- reading -------------------------------------------------------------- */

/* Steps of the past, sums that can be added to, texts that end. */
static bool is_sound(struct history_book *book, uint64_t now_ms)
{
    for (int span = 0; span < HISTORY_SPANS; span++) {
        const struct history_head *head = &book->history.heads[span];
        if (head->step > now_ms / history_step_ms((enum history_span)span)) {
            return false;
        }
        for (int series = 0; series < HISTORY_SERIES; series++) {
            if (head->sums[series].count > SAMPLES_MOST) {
                return false;
            }
        }
    }
    for (int kind = 0; kind < HISTORY_MARK_KINDS; kind++) {
        for (int i = 0; i < HISTORY_MARKS_EACH; i++) {
            book->marks.list[kind][i].text[HISTORY_MARK_BYTES - 1] = '\0';
        }
    }
    return true;
}

/* True if the book now holds what the file held; else it is as new. */
static bool take(int fd, struct history_book *book, uint64_t now_ms)
{
    struct file_head right;
    struct file_head found;
    make_head(&right);
    if (pread(fd, &found, sizeof found, 0) != (ssize_t)sizeof found ||
        !is_same_head(&found, &right)) {
        return false;
    }
    if (pread(fd, book, KEPT_BYTES, sizeof found) == (ssize_t)KEPT_BYTES &&
        is_sound(book, now_ms)) {
        return true;
    }
    history_init(&book->history);
    history_marks_init(&book->marks);
    memset(&book->seen, 0, sizeof book->seen);
    return false;
}

/* --- writing -------------------------------------------------------------- */

static int write_at(int fd, const void *bytes, size_t size, off_t offset)
{
    ssize_t written = pwrite(fd, bytes, size, offset);
    if (written < 0) {
        return -errno;
    }
    return (size_t)written == size ? 0 : -ENOSPC;
}

/* A part of the book, at its place. */
static int write_part(int fd, const struct history_book *book, const void *part,
                      size_t size)
{
    const char *begin = (const char *)book;
    off_t offset =
        (off_t)sizeof(struct file_head) + (off_t)((const char *)part - begin);
    return write_at(fd, part, size, offset);
}

static int write_whole(int fd, const struct history_book *book)
{
    struct file_head head;
    make_head(&head);
    int status = write_part(fd, book, book, KEPT_BYTES);
    return status == 0 ? write_at(fd, &head, sizeof head, 0) : status;
}

/* The rows of the newest step and of the one before, which is complete now.
 */
static int write_rows(int fd, const struct history_book *book)
{
    const struct history *history = &book->history;
    int status = 0;
    for (uint64_t ago = 0; ago < 2 && status == 0; ago++) {
        uint64_t hour = history->heads[HISTORY_HOUR].step - ago;
        uint64_t day = history->heads[HISTORY_DAY].step - ago;
        status = write_part(fd, book, history->hour[hour % HISTORY_HOUR_STEPS],
                            sizeof history->hour[0]);
        if (status == 0) {
            status = write_part(fd, book, history->day[day % HISTORY_DAY_STEPS],
                                sizeof history->day[0]);
        }
    }
    return status;
}

static uint64_t count_marks(const struct history_book *book)
{
    uint64_t count = 0;
    for (int kind = 0; kind < HISTORY_MARK_KINDS; kind++) {
        count += book->marks.counts[kind];
    }
    return count;
}

static int write_changes(struct history_file *file,
                         const struct history_book *book)
{
    int status = write_rows(file->fd, book);
    if (status == 0 && count_marks(book) != file->kept_marks) {
        status = write_part(file->fd, book, &book->marks, sizeof book->marks);
    }
    if (status == 0) {
        status = write_part(file->fd, book, &book->seen, sizeof book->seen);
    }
    return status == 0 ? write_part(file->fd, book, book->history.heads,
                                    sizeof book->history.heads)
                       : status;
}

/* --- the file ------------------------------------------------------------- */

static int open_file(const char *run_dir)
{
    char path[SETTINGS_RUN_DIR_BYTES + 16];
    struct stat status;
    (void)text_format(path, sizeof path, "%s/history", run_dir); /* fits */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                  0600);
    if (fd < 0) {
        return -errno;
    }
    int error = 0;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_uid != geteuid()) {
        error = -EPERM;
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        error = -errno;
    }
    if (error != 0) {
        (void)close(fd); /* not ours to use */
        return error;
    }
    return fd;
}

int history_file_open(struct history_file *file, const char *run_dir,
                      struct history_book *book, uint64_t now_ms)
{
    if (file->fd >= 0) {
        return 0;
    }
    if (file->is_hopeless) {
        return -ENOTSUP;
    }
    int fd = open_file(run_dir);
    if (fd < 0) {
        file->tries++;
        file->is_hopeless =
            fd != -EWOULDBLOCK || file->tries >= HISTORY_FILE_TRIES;
        return file->is_hopeless ? -ENOTSUP : fd;
    }
    /* A limit on the size of files shall be an error, not our end. */
    (void)signal(SIGXFSZ, SIG_IGN); /* a valid signal */
    file->fd = fd;
    if (book->samples == 0 && take(fd, book, now_ms)) {
        file->kept_step = book->history.heads[HISTORY_HOUR].step;
        file->kept_marks = count_marks(book);
    }
    return 0;
}

int history_file_keep(struct history_file *file,
                      const struct history_book *book)
{
    uint64_t step = book->history.heads[HISTORY_HOUR].step;
    bool is_kept =
        step == file->kept_step && count_marks(book) == file->kept_marks;
    if (file->fd < 0 || is_kept) {
        return 0;
    }
    /* Steps that were left out have become gaps all over the book. */
    bool is_near = file->kept_step != 0 && step - file->kept_step <= 1;
    int status =
        is_near ? write_changes(file, book) : write_whole(file->fd, book);
    file->kept_step = status == 0 ? step : 0;
    file->kept_marks = count_marks(book);
    return status;
}
