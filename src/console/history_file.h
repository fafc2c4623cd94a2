/*
 * history_file.h - keeps the history over the console's end: a reload, an
 * upgrade, a crash. <run_dir>/history, mode 0600, one boot's.
 *
 * What is written is small (a few KiB each step of the hour) and never waited
 * for to reach a disk. Whatever goes wrong with the file, the console goes on
 * from memory. A file of another boot or layout, or a damaged one, is begun
 * anew. While another console still holds it, nothing is read or written.
 */
#ifndef CONSOLE_HISTORY_FILE_H
#define CONSOLE_HISTORY_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "console/history_book.h"

/* A predecessor that ends holds it for a moment; one that does not end is not
 * waited for. */
#define HISTORY_FILE_TRIES 5

struct history_file {
    int fd;             /* -1: not open */
    bool is_hopeless;   /* there is no keeping: memory only */
    unsigned tries;     /* it was held by another one */
    uint64_t kept_step; /* of the hour, when it was written last */
    uint64_t kept_marks;
};

void history_file_init(struct history_file *file);
void history_file_finish(struct history_file *file);

/* Opens it in `run_dir` unless that was done, and takes what it holds into a
 * book that has no sample yet. 0; -EWOULDBLOCK while another one holds it; a
 * negative errno when there is no keeping. */
int history_file_open(struct history_file *file, const char *run_dir,
                      struct history_book *book, uint64_t now_ms);

/* Writes what has changed, once a step and after each mark. 0 or a negative
 * errno; what was not written is written the next time. */
int history_file_keep(struct history_file *file,
                      const struct history_book *book);

#endif
