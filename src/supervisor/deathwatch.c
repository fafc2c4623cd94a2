/*
 * deathwatch.c - see deathwatch.h.
 *
 * A pidfd is readable once the last thread of the process has gone: after its
 * memory was torn down (70 ms for half a gigabyte) and its sockets were
 * closed, so whoever connects then is refused. Until then connections are
 * accepted by the kernel and nobody answers; a probe that is caught in this
 * is reset, tries again and is refused.
 */
#include "supervisor/deathwatch.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "model/settings.h"

/* A process watched. Freed when libuv has let go of it. */
struct vigil {
    struct deathwatch *watch;
    uint32_t pid;
    uint64_t start_ticks;
    uint32_t wards; /* that have it */
    int fd;
    uv_poll_t poll;
    struct vigil *next;
};

/* --- the descriptor ------------------------------------------------------- */

static bool has_ended(int fd)
{
    struct pollfd look = {.fd = fd, .events = POLLIN};

    return poll(&look, 1, 0) == 1;
}

/* A pidfd of the very process that began then: 0; -ESRCH when that is no more;
 * another negative errno when it cannot be had, or cannot be proved. */
static int open_process(uint32_t pid, uint64_t start_ticks, int *opened)
{
    int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0); /* close-on-exec */
    if (fd < 0) {
        return -errno;
    }
    struct process process;
    int error = process_look("/proc", pid, &process);
    if (error == 0 && process.start_ticks == start_ticks) {
        *opened = fd;
        return 0;
    }
    bool is_gone = error == 0 || has_ended(fd); /* else it is hidden from us */
    (void)close(fd);                            /* nothing was written to it */
    return is_gone ? -ESRCH : error;
}

/* --- vigils --------------------------------------------------------------- */

static void handle_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void unlink_vigil(struct vigil *vigil)
{
    struct vigil **link = &vigil->watch->vigils;

    while (*link != vigil) {
        link = &(*link)->next;
    }
    *link = vigil->next;
    vigil->watch->count--;
}

static void end_vigil(struct vigil *vigil)
{
    unlink_vigil(vigil);
    uv_close((uv_handle_t *)&vigil->poll, handle_closed);
    (void)close(vigil->fd); /* libuv has let go of it */
    vigil->fd = -1;
}

static void tell_end(struct deathwatch *watch, uint32_t instance,
                     bool was_watched)
{
    struct ward *ward = &watch->wards[instance];

    ward->is_settled = true;
    watch->on_end(watch, instance, ward->pid, was_watched);
}

static void handle_end(uv_poll_t *poll, int status, int events)
{
    struct vigil *vigil = poll->data;
    struct deathwatch *watch = vigil->watch;

    (void)status;
    (void)events; /* the only thing a pidfd ever says */
    watch->ends++;
    end_vigil(vigil); /* freed later, in the loop */
    for (uint32_t i = 0; i < SETTINGS_INSTANCES_MOST; i++) {
        if (watch->wards[i].vigil == vigil) {
            watch->wards[i].vigil = NULL;
            tell_end(watch, i, true);
        }
    }
}

static int begin_vigil(struct deathwatch *watch, const struct ward *ward,
                       struct vigil **begun)
{
    if (watch->count >= watch->room) {
        return -EMFILE;
    }
    struct vigil *vigil = calloc(1, sizeof(*vigil));
    if (vigil == NULL) {
        return -ENOMEM;
    }
    int error = open_process(ward->pid, ward->start_ticks, &vigil->fd);
    if (error != 0) {
        goto free_vigil;
    }
    error = uv_poll_init(watch->loop, &vigil->poll, vigil->fd);
    if (error != 0) {
        goto close_fd;
    }
    vigil->watch = watch;
    vigil->pid = ward->pid;
    vigil->start_ticks = ward->start_ticks;
    vigil->poll.data = vigil;
    vigil->next = watch->vigils;
    watch->vigils = vigil;
    watch->count++;
    (void)uv_poll_start(&vigil->poll, UV_READABLE,
                        handle_end); /* initialized, not closing */
    *begun = vigil;
    return 0;

close_fd:
    (void)close(vigil->fd); /* nothing was written to it */
free_vigil:
    free(vigil);
    return error;
}

/* --- wards ---------------------------------------------------------------- */

static void release(struct ward *ward)
{
    struct vigil *vigil = ward->vigil;

    ward->vigil = NULL;
    if (vigil != NULL && --vigil->wards == 0) {
        end_vigil(vigil);
    }
}

static struct vigil *find_vigil(const struct deathwatch *watch,
                                const struct ward *ward)
{
    struct vigil *vigil = watch->vigils;

    while (vigil != NULL && (vigil->pid != ward->pid ||
                             vigil->start_ticks != ward->start_ticks)) {
        vigil = vigil->next;
    }
    return vigil;
}

/* Once: it is the same for all, and goes on for long. */
static void complain(struct deathwatch *watch, uint32_t pid, int error)
{
    watch->is_impossible = error == -ENOSYS;
    if (watch->has_complained) {
        return;
    }
    watch->has_complained = true;
    log_event(LEVEL_WARNING, "death_unwatched", LOG_NUMBER("pid", pid),
              LOG_TEXT("error", strerror(-error)),
              LOG_TEXT("means", "the end of a Redis process is found by the "
                                "next round, not at once"));
}

static void watch_ward(struct deathwatch *watch, uint32_t instance)
{
    struct ward *ward = &watch->wards[instance];
    struct vigil *vigil = find_vigil(watch, ward);
    int error = vigil != NULL ? 0 : begin_vigil(watch, ward, &vigil);

    if (error == 0) {
        ward->vigil = vigil;
        vigil->wards++;
    } else if (error == -ESRCH) {
        tell_end(watch, instance, false);
    } else {
        ward->is_settled = error != -EMFILE; /* that may be over soon */
        complain(watch, ward->pid, error);
    }
}

void deathwatch_note(struct deathwatch *watch, uint32_t instance,
                     const struct facts *facts)
{
    if (watch->wards == NULL) {
        return;
    }
    struct ward *ward = &watch->wards[instance];
    if (ward->pid != facts->pid || ward->start_ticks != facts->start_ticks) {
        release(ward);
        *ward =
            (struct ward){.pid = facts->pid, .start_ticks = facts->start_ticks};
    }
    bool is_known = ward->pid != 0 && ward->start_ticks != 0;
    if (is_known && ward->vigil == NULL && !ward->is_settled &&
        !watch->is_impossible) {
        watch_ward(watch, instance);
    }
}

/* --- the beginning and the end -------------------------------------------- */

/* How many descriptors the vigils may take, with the soft limit raised as far
 * as they could ever need. */
static uint32_t make_room(void)
{
    const rlim_t wanted = SETTINGS_INSTANCES_MOST + DEATHWATCH_RESERVE;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 0;
    }
    if (limit.rlim_cur < wanted) {
        struct rlimit raised = limit;
        raised.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
            limit = raised;
        }
    }
    if (limit.rlim_cur >= wanted) {
        return SETTINGS_INSTANCES_MOST;
    }
    return limit.rlim_cur > DEATHWATCH_RESERVE
               ? (uint32_t)limit.rlim_cur - DEATHWATCH_RESERVE
               : 0;
}

int deathwatch_init(struct deathwatch *watch, uv_loop_t *loop,
                    deathwatch_end_cb on_end, void *owner)
{
    *watch =
        (struct deathwatch){.owner = owner, .loop = loop, .on_end = on_end};
    watch->wards = calloc(SETTINGS_INSTANCES_MOST, sizeof(*watch->wards));
    if (watch->wards == NULL) {
        return -ENOMEM;
    }
    watch->room = make_room();
    return 0;
}

void deathwatch_stop(struct deathwatch *watch)
{
    if (watch->wards == NULL) {
        return; /* nobody was ever watched */
    }
    while (watch->vigils != NULL) {
        end_vigil(watch->vigils);
    }
    memset(watch->wards, 0, SETTINGS_INSTANCES_MOST * sizeof(*watch->wards));
}

void deathwatch_finish(struct deathwatch *watch)
{
    free(watch->wards);
    watch->wards = NULL;
}
