/*
 * kernel_words.c - see kernel_words.h.
 */
#include "console/kernel_words.h"

#include <stdbool.h>

#include "base/kernel_view.h"

void kernel_words_init(struct kernel_words *words,
                       const struct snapshot *snapshot)
{
    words->snapshot = snapshot;
    words->count = 0;
}

/* Past its exec for certain: it said hello. */
static bool has_said_hello(const struct snapshot *snapshot, int32_t pid)
{
    for (int i = 0; i < BOARD_SERVICES_MOST; i++) {
        const struct board_service *service = &snapshot->services[i];
        if (service->pid == pid && service->kind != SERVICE_NONE) {
            return service->is_ready;
        }
    }
    return false;
}

const char *kernel_words_find(struct kernel_words *words, int32_t pid)
{
    if (pid <= 0) {
        return "";
    }
    for (uint32_t i = 0; i < words->count; i++) {
        if (words->list[i].pid == pid) {
            return words->list[i].text;
        }
    }
    if (words->count == TASKS_PROCESSES_MOST) {
        words->count = 0; /* more than can be: begin anew */
    }
    struct kernel_word *word = &words->list[words->count++];
    word->pid = pid;
    kernel_view_read("/proc", pid, has_said_hello(words->snapshot, pid),
                     word->text, sizeof word->text);
    return word->text;
}
