/*
 * notify.c - see notify.h.
 */
#include "supervisor/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/text.h"

/* --- the socket -------------------------------------------------------- */

/* A path, or an abstract name, which is written with a leading @ and has no
 * NUL at its end. */
static bool take_address(struct notify *notify, const char *name)
{
    struct sockaddr_un *manager = &notify->manager;
    size_t length = strlen(name);

    if ((name[0] != '/' && name[0] != '@') || length < 2 ||
        length >= sizeof(manager->sun_path)) {
        return false;
    }
    manager->sun_family = AF_UNIX;
    memcpy(manager->sun_path, name, length);
    if (name[0] == '@') {
        manager->sun_path[0] = '\0';
    } else {
        length++; /* its NUL */
    }
    notify->manager_length =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return true;
}

/* The watchdog is ours if it names us, or nobody. */
static uint64_t read_watchdog_ms(void)
{
    const char *period = getenv("WATCHDOG_USEC");
    const char *owner = getenv("WATCHDOG_PID");
    uint64_t period_us = 0;
    uint64_t pid = 0;

    if (period == NULL || parse_u64(period, 1, UINT64_MAX, &period_us) != 0) {
        return 0;
    }
    if (owner != NULL && (parse_u64(owner, 1, INT32_MAX, &pid) != 0 ||
                          pid != (uint64_t)getpid())) {
        return 0;
    }
    return period_us / 1000 > 0 ? period_us / 1000 : 1;
}

void notify_init(struct notify *notify)
{
    const char *name = getenv("NOTIFY_SOCKET");

    *notify = (struct notify){.fd = -1};
    if (name == NULL || name[0] == '\0') {
        return;
    }
    if (!take_address(notify, name)) {
        log_event(LEVEL_WARNING, "notify_socket_ignored",
                  LOG_TEXT("socket", name));
        return;
    }
    notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (notify->fd < 0) {
        log_event(LEVEL_WARNING, "notify_socket_ignored",
                  LOG_TEXT("socket", name), LOG_TEXT("error", strerror(errno)));
        return;
    }
    notify->watchdog_ms = read_watchdog_ms();
}

void notify_finish(struct notify *notify)
{
    if (notify->fd >= 0) {
        (void)close(notify->fd); /* nothing is buffered in it */
        notify->fd = -1;
    }
}

/* By address each time: the manager may have made its socket anew. */
static bool tell(struct notify *notify, const char *words)
{
    size_t length = strlen(words);
    ssize_t sent = sendto(
        notify->fd, words, length, MSG_DONTWAIT | MSG_NOSIGNAL,
        (const struct sockaddr *)&notify->manager, notify->manager_length);

    if (sent != (ssize_t)length) {
        notify->refused++;
        return false;
    }
    return true;
}

/* --- phases ------------------------------------------------------------- */

static bool tell_phase(struct notify *notify)
{
    char words[64];

    switch (notify->phase) {
    case NOTIFY_STARTING:
        return true;
    case NOTIFY_READY:
        return tell(notify, "READY=1");
    case NOTIFY_RELOADING:
        (void)text_format(words, sizeof(words),
                          "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
                          clock_monotonic_us()); /* fits */
        return tell(notify, words);
    case NOTIFY_STOPPING:
        return tell(notify, "STOPPING=1");
    }
    return true;
}

static void settle_phase(struct notify *notify)
{
    if (notify->fd >= 0 && notify->told_phase != notify->phase &&
        tell_phase(notify)) {
        notify->told_phase = notify->phase;
    }
}

/* The one place where the phase changes. */
static void enter(struct notify *notify, enum notify_phase phase)
{
    notify->phase = phase;
    settle_phase(notify);
}

void notify_ready(struct notify *notify)
{
    if (notify->phase == NOTIFY_STARTING) {
        enter(notify, NOTIFY_READY);
    }
}

void notify_reloading(struct notify *notify)
{
    if (notify->phase == NOTIFY_READY) {
        enter(notify, NOTIFY_RELOADING);
    }
}

void notify_reloaded(struct notify *notify)
{
    if (notify->phase == NOTIFY_RELOADING) {
        enter(notify, NOTIFY_READY);
    }
}

void notify_stopping(struct notify *notify)
{
    enter(notify, NOTIFY_STOPPING);
}

/* --- status and life ------------------------------------------------------ */

static void settle_status(struct notify *notify, uint64_t now_ms)
{
    char words[NOTIFY_STATUS_BYTES + 8];

    if (notify->fd < 0 || !notify->is_status_due ||
        now_ms < notify->next_status_ms) {
        return;
    }
    (void)text_format(words, sizeof(words), "STATUS=%s",
                      notify->status); /* fits */
    notify->is_status_due = !tell(notify, words);
    notify->next_status_ms = now_ms + NOTIFY_STATUS_MS;
}

void notify_status(struct notify *notify, const char *words, uint64_t now_ms)
{
    if (strncmp(notify->status, words, sizeof(notify->status) - 1) != 0) {
        (void)text_copy(notify->status, sizeof(notify->status),
                        words); /* cut, still of use */
        notify->is_status_due = true;
    }
    settle_status(notify, now_ms);
}

static void ask_for_time(struct notify *notify, uint64_t now_ms)
{
    char words[64];

    (void)text_format(words, sizeof(words), "EXTEND_TIMEOUT_USEC=%d",
                      NOTIFY_EXTEND_MS * 1000); /* fits */
    if (tell(notify, words)) {
        notify->next_extend_ms = now_ms + NOTIFY_EXTEND_MS / 2;
    }
}

void notify_alive(struct notify *notify, uint64_t now_ms)
{
    if (notify->fd < 0) {
        return;
    }
    if (notify->phase == NOTIFY_STARTING && now_ms >= notify->next_extend_ms) {
        ask_for_time(notify, now_ms);
    }
    if (notify->watchdog_ms > 0 && notify->phase != NOTIFY_STARTING &&
        now_ms >= notify->next_sign_ms && tell(notify, "WATCHDOG=1")) {
        notify->next_sign_ms = now_ms + notify->watchdog_ms / 2;
    }
}

void notify_settle(struct notify *notify, uint64_t now_ms)
{
    settle_phase(notify);
    settle_status(notify, now_ms);
}
