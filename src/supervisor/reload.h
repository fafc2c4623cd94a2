/*
 * reload.h - SIGHUP: another configuration without another process.
 *
 * A checker (checker.h) reads the files first; only what it found good is
 * parsed here, from the bytes it read. Then the engine is replaced by one
 * that adopts every instance of the same name, as a successor would: a reload
 * is the way of a restart, inside one process, with lock, session and sockets
 * kept. What cannot change at run time is refused, and a refused reload
 * changes nothing but what /status, metrics and the log say of it.
 */
#ifndef SUPERVISOR_RELOAD_H
#define SUPERVISOR_RELOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "model/settings.h"
#include "supervisor/child.h"

#define RELOAD_CHECK_MS 2500 /* the checker's time; then it is killed */
#define RELOAD_LINES_MOST 20 /* of complaints after the first, in the log */

struct supervisor;

struct reload {
    struct supervisor *supervisor; /* borrowed */
    bool is_checking;
    bool is_wanted_again; /* SIGHUP came meanwhile: once more, afterwards */
    bool has_answer;
    struct message_checked answer;
    struct child checker;
    uint32_t generation;
    int shared_fd;
    uv_timer_t deadline;
};

void reload_init(struct reload *reload, struct supervisor *supervisor,
                 uv_loop_t *loop);

/* SIGHUP. A storm of them makes two reloads: the one under way, and one that
 * sees the file as it was after the last of them. */
void reload_request(struct reload *reload);

/* Kills a checker that runs; nothing more comes of it. */
void reload_stop(struct reload *reload);
bool reload_is_idle(const struct reload *reload);

/* Puts these settings in the place of the running ones. Takes them on
 * success (0); else says why in `why` and they stay the caller's. */
int reload_apply(struct supervisor *supervisor, struct settings *settings,
                 char *why, size_t size);

#endif
