/*
 * list_walk.c - see list_walk.h.
 *
 *     list_walk -> connected -> list the root -> its children are places ...
 *     a place of depth 0 to 2 is listed, one of depth 3 is read and printed
 *
 * A place that is gone meanwhile is none. Everything but `is_over`, `end` and
 * the semaphore belongs to the library's completion thread from the moment the
 * library was started. The first reason to end is the one that counts.
 */
#include "publisher/list_walk.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zookeeper/zookeeper.h>

#include "base/clock.h"
#include "base/text.h"
#include "publisher/list_line.h"
#include "publisher/list_names.h"

#define NODE_DEPTH 3

/* A node that is to be listed or read. */
struct place {
    struct place *next;
    struct walk *walk;
    int depth;
    char path[]; /* whole, with its NUL */
};

struct walk {
    const struct list_request *request;
    zhandle_t *handle;
    struct place *first; /* not yet asked for, oldest first */
    struct place **end_of_places;
    uint32_t places; /* ever */
    uint32_t flying;
    bool is_begun;
    bool is_refused; /* a part was not let us see */

    atomic_bool has_connected;
    atomic_bool is_over;
    atomic_int end; /* an enum list_end, once it is over */
    sem_t over;
    sem_t closed;
};

static void end_walk(struct walk *walk, enum list_end end)
{
    if (!walk->is_over) {
        walk->end = (int)end;
        walk->is_over = true;
        (void)sem_post(&walk->over); /* once: cannot overflow */
    }
}

/* A root of "" is "/" when it is asked for by itself. */
static void add_place(struct walk *walk, const char *parent, const char *name,
                      int depth)
{
    size_t size = strlen(parent) + strlen(name) + 2;
    struct place *place = malloc(sizeof *place + size);
    if (place == NULL) {
        end_walk(walk, LIST_FAILED);
        return;
    }
    if (++walk->places > LIST_NODES_MOST) {
        free(place);
        end_walk(walk, LIST_TOO_MUCH);
        return;
    }
    *place = (struct place){.walk = walk, .depth = depth};
    bool has_slash = depth == 0 && parent[0] != '\0';
    (void)text_format(place->path, size, "%s%s%s", parent, has_slash ? "" : "/",
                      name); /* it has the room */
    *walk->end_of_places = place;
    walk->end_of_places = &place->next;
}

static void ask(struct walk *walk);

/* --- answers: in the library's thread ------------------------------------ */

/* The completions' type takes `const void *`; the place is ours to free. */
static struct place *place_of(const void *data)
{
    union {
        const void *given;
        struct place *place;
    } pointer = {.given = data};
    return pointer.place;
}

/* True: nothing stands there that could be shown, and the walk goes on. */
static bool is_passed_over(struct walk *walk, int code)
{
    if (code == ZNOAUTH) {
        walk->is_refused = true;
    } else if (code == ZBADARGUMENTS && walk->places == 1) {
        end_walk(walk, LIST_BAD_PATH);
    } else if (code != ZNONODE && code != ZBADARGUMENTS) {
        end_walk(walk, LIST_CUT_OFF);
    }
    return !walk->is_over;
}

static void take_children(struct walk *walk, const struct place *place,
                          const struct String_vector *names)
{
    const char *parent = place->depth == 0 ? walk->request->root : place->path;
    size_t count = names->count > 0 ? (size_t)names->count : 0;
    count = list_names_sort(names->data, count);
    for (size_t i = 0; i < count && !walk->is_over; i++) {
        add_place(walk, parent, names->data[i], place->depth + 1);
    }
}

static void handle_listed(int code, const struct String_vector *names,
                          const void *data)
{
    struct place *place = place_of(data);
    struct walk *walk = place->walk;
    walk->flying--;
    if (!walk->is_over && code == ZOK) {
        take_children(walk, place, names);
    } else if (!walk->is_over) {
        (void)is_passed_over(walk, code);
    }
    free(place);
    ask(walk);
}

/* Cuts the path below the root into its three names. */
static void split_path(const struct walk *walk, char *names,
                       struct list_node *node)
{
    char *cluster = names + strlen(walk->request->root) + 1;
    char *host = strchr(cluster, '/');
    *host++ = '\0';
    char *name = strchr(host, '/');
    *name++ = '\0';
    node->cluster = cluster;
    node->host = host;
    node->name = name;
}

static void print_node(struct walk *walk, const struct place *place,
                       struct list_node *node)
{
    char *names = strdup(place->path);
    char *line = NULL;
    if (names != NULL) {
        split_path(walk, names, node);
        node->path = place->path;
        line = list_line_create(node);
    }
    if (line == NULL || fprintf(walk->request->out, "%s\n", line) < 0) {
        end_walk(walk, LIST_FAILED);
    }
    free(line);
    free(names);
}

static void handle_read(int code, const char *value, int length,
                        const struct Stat *stat, const void *data)
{
    struct place *place = place_of(data);
    struct walk *walk = place->walk;
    struct list_node node = {.bytes = NULL};
    walk->flying--;
    if (code == ZOK) {
        node.bytes = length > 0 ? value : NULL; /* -1: without data */
        node.length = length > 0 ? (size_t)length : 0;
        node.owner = (uint64_t)stat->ephemeralOwner;
        node.czxid = (uint64_t)stat->czxid;
        node.mzxid = (uint64_t)stat->mzxid;
        node.modified_wall_ms = (uint64_t)stat->mtime;
        node.version = stat->version;
    }
    /* One that may not be read is shown without its bytes. */
    bool is_there = code == ZOK || code == ZNOAUTH;
    if (!walk->is_over && is_there) {
        print_node(walk, place, &node);
    } else if (!walk->is_over) {
        (void)is_passed_over(walk, code);
    }
    free(place);
    ask(walk);
}

/* --- requests ------------------------------------------------------------ */

static int submit(struct walk *walk, struct place *place)
{
    if (place->depth == NODE_DEPTH) {
        return zoo_aget(walk->handle, place->path, 0, handle_read, place);
    }
    return zoo_aget_children(walk->handle, place->path, 0, handle_listed,
                             place);
}

static struct place *take_place(struct walk *walk)
{
    struct place *place = walk->first;
    walk->first = place->next;
    if (walk->first == NULL) {
        walk->end_of_places = &walk->first;
    }
    return place;
}

/* Asks for as much as may be under way; with nothing left the walk is over. */
static void ask(struct walk *walk)
{
    while (!walk->is_over && walk->first != NULL &&
           walk->flying < LIST_FLIGHT_MOST) {
        struct place *place = take_place(walk);
        int code = submit(walk, place);
        if (code == ZOK) {
            walk->flying++;
            continue;
        }
        free(place);
        if (!is_passed_over(walk, code)) {
            return;
        }
    }
    if (!walk->is_over && walk->first == NULL && walk->flying == 0) {
        bool is_written = fflush(walk->request->out) == 0;
        enum list_end end = walk->is_refused ? LIST_REFUSED : LIST_COMPLETE;
        end_walk(walk, is_written ? end : LIST_FAILED);
    }
}

/* --- the session ---------------------------------------------------------- */

static void handle_session(zhandle_t *handle, int type, int state,
                           const char *path, void *context)
{
    (void)path; /* we set no watch */
    struct walk *walk = context;
    if (type != ZOO_SESSION_EVENT || walk->is_over) {
        return;
    }
    if (state == ZOO_AUTH_FAILED_STATE) {
        end_walk(walk, LIST_REFUSED);
    } else if (state == ZOO_EXPIRED_SESSION_STATE) {
        end_walk(walk, LIST_CUT_OFF);
    } else if (state == ZOO_CONNECTED_STATE && !walk->is_begun) {
        walk->handle = handle; /* our creator may not have it yet */
        walk->is_begun = true;
        walk->has_connected = true;
        add_place(walk, walk->request->root, "", 0);
        ask(walk);
    }
}

static void drop_log_line(const char *message)
{
    (void)message; /* the library's own words are for its developers */
}

static zhandle_t *start_library(struct walk *walk)
{
    const struct list_request *request = walk->request;
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);                          /* cannot fail */
    (void)pthread_sigmask(SIG_BLOCK, &all, &before); /* cannot fail */
    zhandle_t *handle =
        zookeeper_init2(request->servers, handle_session, LIST_SESSION_MS, NULL,
                        walk, 0, drop_log_line);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* cannot fail */
    if (handle != NULL && request->credential != NULL &&
        zoo_add_auth(handle, "digest", request->credential,
                     (int)strlen(request->credential), NULL, NULL) != ZOK) {
        return NULL; /* the process ends with it */
    }
    return handle;
}

/* True if it came in time. */
static bool wait_for(sem_t *semaphore, uint32_t most_ms)
{
    uint64_t until_ms = clock_wall_ms() + most_ms;
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000) * 1000000};
    int status = 0;
    do {
        status = sem_timedwait(semaphore, &until);
    } while (status != 0 && errno == EINTR);
    return status == 0;
}

static void *close_session(void *context)
{
    struct walk *walk = context;
    (void)zookeeper_close(walk->handle); /* the process ends either way */
    (void)sem_post(&walk->closed);       /* once: cannot overflow */
    return NULL;
}

/* In a thread of its own: it can block for 18 s (libzookeeper 3.8.0). False:
 * it does, or cannot be tried; the session expires by itself. */
static bool close_in_time(struct walk *walk)
{
    pthread_t closer;
    if (pthread_create(&closer, NULL, close_session, walk) != 0 ||
        !wait_for(&walk->closed, LIST_CLOSE_MS)) {
        return false;
    }
    (void)pthread_join(closer, NULL); /* that was its last deed */
    return true;
}

/* Only when the library's threads are gone. */
static void destroy_walk(struct walk *walk)
{
    while (walk->first != NULL) {
        free(take_place(walk));
    }
    (void)sem_destroy(&walk->over);   /* nobody waits */
    (void)sem_destroy(&walk->closed); /* likewise */
    free(walk);
}

enum list_end list_walk(const struct list_request *request)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL || sem_init(&walk->over, 0, 0) != 0 ||
        sem_init(&walk->closed, 0, 0) != 0) {
        free(walk);
        return LIST_FAILED;
    }
    walk->request = request;
    walk->end_of_places = &walk->first;
    zhandle_t *handle = start_library(walk);
    if (handle == NULL) {
        return errno == ENOMEM ? LIST_FAILED : LIST_NO_CONNECTION;
    }
    bool is_in_time = wait_for(&walk->over, request->timeout_ms);
    if (!walk->has_connected) {
        return LIST_NO_CONNECTION;
    }
    if (!is_in_time) {
        return LIST_CUT_OFF;
    }
    enum list_end end = (enum list_end)walk->end;
    if (close_in_time(walk)) {
        destroy_walk(walk);
    }
    return end;
}
