/*
 * kernel_words.h - what the kernel says the processes of live tasks wait in,
 * each asked once an answer however many tasks run in it.
 */
#ifndef CONSOLE_KERNEL_WORDS_H
#define CONSOLE_KERNEL_WORDS_H

#include <stdint.h>

#include "console/snapshot.h"
#include "model/ending.h"

struct kernel_word {
    int32_t pid;
    char text[ENDING_KERNEL_BYTES];
};

struct kernel_words {
    const struct snapshot *snapshot; /* borrowed; SNAPSHOT_SERVICES */
    uint32_t count;
    struct kernel_word list[TASKS_PROCESSES_MOST];
};

void kernel_words_init(struct kernel_words *words,
                       const struct snapshot *snapshot);

/* "S in ep_poll, syscall 281"; "" for pid 0, and when it cannot be read. Good
 * until the next call. */
const char *kernel_words_find(struct kernel_words *words, int32_t pid);

#endif
