/*
 * sick_zookeeper_so.c - libzookeeper_mt with a fault, for LD_PRELOAD:
 * SICK_ZOOKEEPER names a file of one line, a place and a deed. The first call
 * that comes to the place removes the file and does the deed; all others are
 * the real library's.
 *
 *     init        zookeeper_init2             in the caller's thread
 *     thread      pthread_create              in the caller's thread
 *     write       zoo_amulti                  in the caller's thread
 *     taken       zoo_amulti, that took it    in the caller's thread
 *     completion  a multi's completion        in the library's thread
 *     close       zookeeper_close             in the caller's thread
 *
 * Deeds: hang, spin, abort, segfault, exit, leak (100 MB, and goes on); at
 * "thread" any word: there is none to be had; at "taken" too: it says that it
 * could not take the call, as it does when its memory ends half-way.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zookeeper/zookeeper.h>

#define LEAK_BYTES (100u * 1024 * 1024)

typedef zhandle_t *(*init_fn)(const char *, watcher_fn, int, const clientid_t *,
                              void *, int, log_callback_fn);
typedef int (*multi_fn)(zhandle_t *, int, const zoo_op_t *, zoo_op_result_t *,
                        void_completion_t, const void *);
typedef int (*close_fn)(zhandle_t *);
typedef int (*thread_fn)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
                         void *);

/* What the library gives back to its caller when a multi is done. */
struct answer {
    void_completion_t completion;
    const void *data;
};

static void spin(void)
{
    for (volatile unsigned long turns = 0;; turns++) {
    }
}

/* A true one: a raised one would wait, for the library's thread blocks all. */
static void fault(void)
{
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
}

static void leak(void)
{
    char *bytes = malloc(LEAK_BYTES);
    if (bytes != NULL) {
        memset(bytes, 1, LEAK_BYTES);
    }
}

static void do_deed(const char *deed)
{
    if (strcmp(deed, "hang") == 0) {
        for (;;) {
            (void)pause();
        }
    } else if (strcmp(deed, "spin") == 0) {
        spin();
    } else if (strcmp(deed, "abort") == 0) {
        abort();
    } else if (strcmp(deed, "segfault") == 0) {
        fault();
    } else if (strcmp(deed, "exit") == 0) {
        exit(1);
    } else if (strcmp(deed, "leak") == 0) {
        leak();
    }
}

/* Does what is ordered for this place, once; true if it was. */
static bool come_to(const char *place)
{
    const char *path = getenv("SICK_ZOOKEEPER");
    char where[16] = "";
    char deed[16] = "";
    FILE *file = path != NULL ? fopen(path, "r") : NULL;
    if (file == NULL) {
        return false;
    }
    int words = fscanf(file, "%15s %15s", where, deed);
    (void)fclose(file); /* only read from */
    if (words == 2 && strcmp(where, place) == 0 && unlink(path) == 0) {
        do_deed(deed);
        return true;
    }
    return false;
}

zhandle_t *zookeeper_init2(const char *host, watcher_fn fn, int recv_timeout,
                           const clientid_t *clientid, void *context, int flags,
                           log_callback_fn log_callback)
{
    init_fn real = (init_fn)dlsym(RTLD_NEXT, "zookeeper_init2");
    come_to("init");
    return real(host, fn, recv_timeout, clientid, context, flags, log_callback);
}

static void complete(int rc, const void *data)
{
    union {
        const void *given;
        struct answer *answer;
    } pointer = {.given = data};
    struct answer answer = *pointer.answer;
    free(pointer.answer);
    come_to("completion");
    answer.completion(rc, answer.data);
}

int zoo_amulti(zhandle_t *zh, int count, const zoo_op_t *ops,
               zoo_op_result_t *results, void_completion_t completion,
               const void *data)
{
    multi_fn real = (multi_fn)dlsym(RTLD_NEXT, "zoo_amulti");
    come_to("write");
    struct answer *answer = malloc(sizeof(*answer));
    if (answer == NULL) {
        return ZSYSTEMERROR;
    }
    *answer = (struct answer){.completion = completion, .data = data};
    int code = real(zh, count, ops, results, complete, answer);
    if (code != ZOK) {
        free(answer);
    }
    return code == ZOK && come_to("taken") ? ZMARSHALLINGERROR : code;
}

int zookeeper_close(zhandle_t *zh)
{
    close_fn real = (close_fn)dlsym(RTLD_NEXT, "zookeeper_close");
    come_to("close");
    return real(zh);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*begin)(void *), void *context)
{
    thread_fn real = (thread_fn)dlsym(RTLD_NEXT, "pthread_create");
    if (come_to("thread")) {
        return EAGAIN;
    }
    return real(thread, attributes, begin, context);
}
