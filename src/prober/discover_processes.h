/*
 * discover_processes.h - the processes of this host that could be servers, as
 * /proc tells of them.
 *
 * Names, identities and descriptors are read without a lock of the process
 * looked at. Its command line is not: reading it can hang on a sick process.
 * So that is read last and apart, by discover_processes_title and by a sweep
 * by title.
 */
#ifndef PROBER_DISCOVER_PROCESSES_H
#define PROBER_DISCOVER_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISCOVER_PROCESSES_MOST 256
#define DISCOVER_PROCESSES_DESCRIPTORS_MOST 16384 /* looked at, of one */
#define DISCOVER_PROCESSES_TITLE_BYTES 256

struct discover_process {
    uint32_t pid;
    uint32_t own_pid; /* as it knows itself, in its pid namespace */
    uint32_t uid;     /* the effective one */
    bool is_hidden;   /* its descriptors are not for us to see */
};

struct discover_processes {
    const char *root; /* "/proc"; borrowed */
    uint64_t end_ms;  /* a sweep goes on no longer */
    bool is_cut;      /* a sweep did not come to its end */
    uint32_t count;
    uint32_t left_out; /* past the bound */
    struct discover_process list[DISCOVER_PROCESSES_MOST];
};

enum discover_sweep {
    DISCOVER_BY_NAME, /* of its program, or its executable */
    DISCOVER_BY_TITLE /* the first word of its command line */
};

void discover_processes_init(struct discover_processes *processes,
                             const char *root, uint64_t end_ms);

/* Adds those that match, are in our network namespace and not here yet. */
void discover_processes_sweep(struct discover_processes *processes,
                              enum discover_sweep sweep);

typedef void (*discover_socket_cb)(void *owner, uint32_t process,
                                   uint64_t inode);

/* Says the inode of every socket the process holds, or notes that it is
 * hidden. `process` counts in the list. */
void discover_processes_sockets(struct discover_processes *processes,
                                uint32_t process, discover_socket_cb on_socket,
                                void *owner);

/* The first word of its command line, which is all of a server's title; ""
 * when there is none. May hang. */
void discover_processes_title(const struct discover_processes *processes,
                              uint32_t process, char *title, size_t size);

#endif
