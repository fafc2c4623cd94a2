/*
 * try.c - see try.h.
 *
 * The library's calls that wait are good enough here: this process does
 * nothing else, and is killed a little later than the time it was given.
 */
#include "publisher/try.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
/* Declares the calls that wait. */
#define THREADED
#include <zookeeper/zookeeper.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/settings.h"
#include "publisher/exits.h"
#include "publisher/zk.h"

#define SCRATCH_NAME "/.sentinelctl-try-"
#define SCRATCH_DATA "{}"
#define SCRATCH_BYTES (SETTINGS_PATH_BYTES + 64)

struct
try {
    const struct list_request *request;
    sem_t connected;
    int state;                  /* as the library tells it; read after the
                                   semaphore only */
    char parent[SCRATCH_BYTES]; /* "" = the root of all */
    char path[SCRATCH_BYTES];   /* of the scratch node */
};

/* In the library's thread. */
static void handle_session(zhandle_t *handle, int type, int state,
                           const char *path, void *context)
{
    struct try *try = context;
    (void)handle;
    (void)path; /* we set no watch */
    bool is_final = state == ZOO_CONNECTED_STATE ||
                    state == ZOO_AUTH_FAILED_STATE ||
                    state == ZOO_EXPIRED_SESSION_STATE;
    if (type == ZOO_SESSION_EVENT && is_final) {
        __atomic_store_n(&try->state, state, __ATOMIC_RELEASE);
        (void)sem_post(&try->connected); /* a few times at most */
    }
}

static void drop_log_line(const char *message)
{
    (void)message; /* the library's own words are for its developers */
}

static bool wait_connected(struct try *try)
{
    uint64_t until_ms = clock_wall_ms() + try->request->timeout_ms;
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000) * 1000000};
    int status = 0;
    do {
        status = sem_timedwait(&try->connected, &until);
    } while (status != 0 && errno == EINTR);
    return status == 0;
}

static zhandle_t *start_library(struct try *try)
{
    const struct list_request *request = try->request;
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);                      /* cannot fail */
    (void)sigprocmask(SIG_BLOCK, &all, &before); /* cannot fail */
    zhandle_t *handle =
        zookeeper_init2(request->servers, handle_session, LIST_SESSION_MS, NULL,
                        try, 0, drop_log_line);
    (void)sigprocmask(SIG_SETMASK, &before, NULL); /* cannot fail */
    if (handle != NULL && request->credential != NULL &&
        zoo_add_auth(handle, "digest", request->credential,
                     (int)strlen(request->credential), NULL, NULL) != ZOK) {
        return NULL; /* the process ends with it */
    }
    return handle;
}

/* --- the scratch node ----------------------------------------------------- */

/* Where the path of the root ends that stands. */
static int find_parent(struct try *try, zhandle_t *handle)
{
    struct Stat stat;
    (void)text_copy(try->parent, sizeof try->parent,
                    try->request->root); /* longer than it */
    while (try->parent[0] != '\0') {
        int code = zoo_exists(handle, try->parent, 0, &stat);
        if (code != ZNONODE) {
            return code;
        }
        *strrchr(try->parent, '/') = '\0';
    }
    return ZOK;
}

static int create(struct try *try, zhandle_t *handle)
{
    (void)text_format(try->path, sizeof try->path,
                      "%s" SCRATCH_NAME "%d-%" PRIu64, try->parent,
                      (int)getpid(), clock_wall_ms()); /* fits */
    return zoo_create(handle, try->path, SCRATCH_DATA, strlen(SCRATCH_DATA),
                      &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL, NULL, 0);
}

static int set(struct try *try, zhandle_t *handle)
{
    return zoo_set(handle, try->path, SCRATCH_DATA, strlen(SCRATCH_DATA), -1);
}

static int get(struct try *try, zhandle_t *handle)
{
    char data[sizeof SCRATCH_DATA];
    int length = sizeof data;
    struct Stat stat;
    return zoo_get(handle, try->path, 0, data, &length, &stat);
}

static int delete (struct try *try, zhandle_t *handle)
{
    return zoo_delete(handle, try->path, -1);
}

static int take_steps(struct try *try, zhandle_t *handle)
{
    static const struct {
        const char *words;
        int (*take)(struct try *try, zhandle_t *handle);
    } steps[] = {
        {"look for", find_parent},
        {"create a node below", create},
        {"write below", set},
        {"read below", get},
        {"delete a node below", delete},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        int code = steps[i].take(try, handle);
        if (code != ZOK) {
            bool is_refused = code == ZNOAUTH || code == ZAUTHFAILED;
            (void)fprintf(stderr, "sentinel-publisher: cannot %s %s: %s\n",
                          steps[i].words,
                          try->parent[0] != '\0' ? try->parent : "/",
                          zk_code_name(code)); /* nobody else */
            return is_refused ? PUBLISHER_EXIT_REFUSED
                              : PUBLISHER_EXIT_UNAVAILABLE;
        }
    }
    return PUBLISHER_EXIT_WITHDRAWN;
}

/* --- all of it ------------------------------------------------------------ */

static int refuse(const struct try *try, int code, const char *why)
{
    (void)fprintf(stderr, "sentinel-publisher: %s%s\n", why,
                  try->request->servers); /* nobody else */
    return code;
}

static bool print_result(const struct try *try, uint64_t took_ms)
{
    json_t *result = json_pack("{s:s, s:I, s:i}", "path",
                               try->parent[0] != '\0' ? try->parent : "/",
                               "took_ms", (json_int_t)took_ms, "v", 1);
    bool is_told =
        result != NULL &&
        json_dumpf(result, stdout,
                   JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII) == 0 &&
        puts("") >= 0 && fflush(stdout) == 0;
    json_decref(result);
    return is_told;
}

static int try_all(struct try *try)
{
    const uint64_t start_ms = clock_monotonic_ms();
    zhandle_t *handle = start_library(try);
    if (handle == NULL || !wait_connected(try)) {
        return refuse(try, PUBLISHER_EXIT_UNAVAILABLE,
                      "no ZooKeeper answered in time at ");
    }
    if (__atomic_load_n(&try->state, __ATOMIC_ACQUIRE) != ZOO_CONNECTED_STATE) {
        return refuse(try, PUBLISHER_EXIT_REFUSED,
                      "our credential was refused at ");
    }
    int code = take_steps(try, handle);
    if (code == PUBLISHER_EXIT_WITHDRAWN &&
        !print_result(try, clock_monotonic_ms() - start_ms)) {
        code = PUBLISHER_EXIT_SYSTEM;
    }
    (void)zookeeper_close(handle); /* the process ends either way */
    return code;
}

int try_run(const struct list_request *request)
{
    struct try try = {.request = request};
    if (sem_init(&try.connected, 0, 0) != 0) {
        return PUBLISHER_EXIT_SYSTEM;
    }
    int code = try_all(&try);
    /* The library's threads may still hold on to what stands here. */
    _exit(code);
}
