/*
 * connections.h - who is connected, and who has waited longest. Pure.
 *
 * A connection counts from when it came, or from its last answer's end: one
 * that asks again and again is younger than one that never finishes asking.
 * Those that are held are fewer than half of all, so there is always one that
 * can give way. Owed is who has asked, and who came only now: his question is
 * on its way.
 */
#ifndef CONSOLE_CONNECTIONS_H
#define CONSOLE_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONNECTIONS_MOST 64
/* Besides: those that were told to go, until the library has noticed. */
#define CONNECTIONS_ENDING_MOST 64
#define CONNECTION_ANSWERS_MOST 16
#define CONNECTION_BYTES_MOST (32 * 1024)
#define CONNECTION_NEW_MS 200
/* Fewer than this have not asked: who never reads his answer is the trouble. A
 * multiple of what is accepted in one turn, so that who came last has asked
 * before it is his turn to go. */
#define CONNECTIONS_SILENT_MANY 32

/* fd < 0: free. A greater `turn` began to wait later. */
struct connection {
    int fd; /* borrowed */
    uint64_t turn;
    uint64_t came_ms;
    uint32_t answers; /* so far */
    size_t bytes;     /* of their bodies */
    bool is_local;    /* through the unix socket */
    bool is_held;     /* its answer takes its time: it does not give way */
    bool is_ending;   /* it was told to go */
    bool is_asked;    /* a whole question waits for its answer */
};

struct connections {
    uint64_t turns;
    struct connection list[CONNECTIONS_MOST + CONNECTIONS_ENDING_MOST];
};

void connections_init(struct connections *connections);

/* NULL when all are taken. */
struct connection *connections_take(struct connections *connections, int fd,
                                    uint64_t now_ms);
void connections_release(struct connection *connection);

/* Its request is answered: it begins to wait anew, is held no more and owed
 * nothing. */
void connections_renew(struct connections *connections,
                       struct connection *connection);

/* Who gives way, of those that are neither held nor ending: the oldest of those
 * that have not asked, while they are many; else the oldest of all. NULL when
 * there is nobody. */
struct connection *connections_find_oldest(struct connections *connections);

bool connections_is_any_owed(const struct connections *connections,
                             uint64_t now_ms);

#endif
