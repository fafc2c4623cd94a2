/*
 * figures.h - what the console counts of its own work, and times of others'.
 */
#ifndef CONSOLE_FIGURES_H
#define CONSOLE_FIGURES_H

#include <stdint.h>

/* The status codes we answer with ourselves. */
#define FIGURES_CODE_TABLE(X) \
    X(200)                    \
    X(400)                    \
    X(403)                    \
    X(404)                    \
    X(405)                    \
    X(409)                    \
    X(411)                    \
    X(413)                    \
    X(414)                    \
    X(431)                    \
    X(500)                    \
    X(503)                    \
    X(504)

enum figures_code {
#define FIGURES_ENUM(code) FIGURES_##code,
    FIGURES_CODE_TABLE(FIGURES_ENUM)
#undef FIGURES_ENUM
        FIGURES_CODES
};

/* Of changes of what is claimed, since this console began. */
struct publishing {
    uint64_t count;      /* that ZooKeeper acknowledged */
    uint64_t lag_ms;     /* from change to acknowledgement, summed */
    uint64_t waiting_ms; /* how long the oldest waits that it has not */
};

struct figures {
    uint64_t answers[FIGURES_CODES];
    uint64_t accepted;        /* connections, so far */
    uint64_t shed;            /* of them, ended to make room */
    uint64_t accept_failures; /* the kernel had no descriptor or memory */
    uint32_t open;            /* connections now */
    const char *http_library; /* its version */
    struct publishing publishing;
};

/* Counts an answer; other codes than the table's are not counted. */
void figures_count(struct figures *figures, unsigned code);

/* The code of an index, 200 and so on. */
unsigned figures_code(enum figures_code index);

#endif
