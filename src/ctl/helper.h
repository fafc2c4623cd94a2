/*
 * helper.h - a sentinel-prober of our own, in any of its roles: born, asked,
 * ended, and its trouble in words.
 */
#ifndef CTL_HELPER_H
#define CTL_HELPER_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/spawn.h"
#include "ctl/talk.h"
#include "wire/progress.h"

#define HELPER_HELLO_MS 5000 /* from the fork to its first word */

struct helper {
    struct spawn spawn;
    struct talk talk;
    struct progress *page; /* owned */
};

/* Starts the program in `role`, NULL for probing, and waits until it is
 * ready. 0; or a negative errno and why in `trouble`, and nothing is left. */
int helper_start(struct helper *helper, const char *program, const char *role,
                 char *trouble, size_t size);

/* Asks, and gives back the next message. 0; -ETIMEDOUT, -EPIPE, ... */
int helper_ask(struct helper *helper, const struct message *question,
               uint32_t timeout_ms, struct message *answer);

/* Ends one that did its duty. */
void helper_end(struct helper *helper);

/* Ends one that did not: `status` is what helper_ask gave, `trouble` becomes
 * a sentence about it. */
void helper_fail(struct helper *helper, int status, char *trouble, size_t size);

#endif
