/*
 * ending.h - the end of a process of ours that was not dismissed: it died, or
 * was killed for being stuck. The scoreboard keeps the last ENDINGS_MOST.
 */
#ifndef MODEL_ENDING_H
#define MODEL_ENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "model/settings.h"
#include "model/tasks.h"
#include "model/verdict.h"

#define ENDINGS_MOST 64
#define ENDING_WHY_BYTES 64
#define ENDING_KERNEL_BYTES 96
#define ENDING_HUNG "hung" /* the `why` of one that we killed for it */

struct ending {
    uint64_t id; /* grows by one an ending; begins as an event's */
    uint64_t wall_ms;
    enum service_kind service;
    int32_t pid;
    uint64_t age_ms;                /* how long it had lived */
    char name[SETTINGS_NAME_BYTES]; /* instance it was at; "" = none known */
    enum step step;                 /* of that instance's probe */
    char why[ENDING_WHY_BYTES];     /* "hung", "killed by SIGSEGV", ... */
    /* The kernel's view just before it was killed: "D in nfs_wait, syscall
     * 0"; "" when it died by itself. */
    char kernel[ENDING_KERNEL_BYTES];
};

#endif
