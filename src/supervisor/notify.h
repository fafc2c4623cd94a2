/*
 * notify.h - what the service manager is told: datagrams of sd_notify(3) to
 * $NOTIFY_SOCKET, by hand, without its library.
 *
 *   phase       told as                        then
 *   STARTING    nothing; EXTEND_TIMEOUT_USEC   READY
 *   READY       READY=1                        RELOADING, STOPPING
 *   RELOADING   RELOADING=1, MONOTONIC_USEC    READY, STOPPING
 *   STOPPING    STOPPING=1                     -
 *
 * Nothing here waits. A datagram that finds no room, because nobody reads the
 * socket, is tried again by notify_settle, the latest of its kind only, so an
 * unread socket costs one failed call now and then. Without a service manager
 * every call does nothing.
 */
#ifndef SUPERVISOR_NOTIFY_H
#define SUPERVISOR_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#define NOTIFY_STATUS_BYTES 256
#define NOTIFY_STATUS_MS 1000 /* one status a second at most */
/* While starting, this much more time is asked for, twice as often. */
#define NOTIFY_EXTEND_MS 30000

enum notify_phase {
    NOTIFY_STARTING,
    NOTIFY_READY,
    NOTIFY_RELOADING,
    NOTIFY_STOPPING,
};

struct notify {
    int fd; /* -1: no service manager */
    struct sockaddr_un manager;
    socklen_t manager_length;
    uint64_t watchdog_ms; /* it wants a sign this often; 0 = never */
    enum notify_phase phase;
    enum notify_phase told_phase;
    uint64_t next_sign_ms;   /* the next WATCHDOG=1 */
    uint64_t next_extend_ms; /* the next EXTEND_TIMEOUT_USEC */
    uint64_t next_status_ms; /* no STATUS before */
    bool is_status_due;
    char status[NOTIFY_STATUS_BYTES];
    uint64_t refused; /* datagrams that found no room or no reader */
};

/* Takes $NOTIFY_SOCKET (a path, or @ and an abstract name), $WATCHDOG_USEC and
 * $WATCHDOG_PID. What is wrong there is as good as not there. */
void notify_init(struct notify *notify);
void notify_finish(struct notify *notify);

/* The phases. Ready: once, from STARTING; a reload's end is not that. */
void notify_ready(struct notify *notify);
void notify_reloading(struct notify *notify);
void notify_reloaded(struct notify *notify);
void notify_stopping(struct notify *notify);

/* In words, for people. Told when it changed, once a second at most. */
void notify_status(struct notify *notify, const char *words, uint64_t now_ms);

/* All is well, say: WATCHDOG=1 when half of the watchdog's time is over, and
 * while starting a request for more time. */
void notify_alive(struct notify *notify, uint64_t now_ms);

/* Tries again what was not told yet. */
void notify_settle(struct notify *notify, uint64_t now_ms);

#endif
