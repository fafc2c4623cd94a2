/*
 * sick_redis_so.c - hiredis with a fault for one instance, for LD_PRELOAD.
 *
 * SICK_REDIS_MARK is a text that only that instance says ("tcp_port:6390",
 * which INFO tells). SICK_REDIS names a file of one line, a place and a deed;
 * while it is there, every call that comes to the place with the mark in its
 * bytes does the deed. All others are the real library's.
 *
 *     feed     redisReaderFeed
 *     reply    redisReaderGetReply
 *
 * Deeds that end or wedge: hang, spin, abort, segfault, exit, stack (blows
 * it). Deeds that go on: leak (100 MB), descriptors (all that may be opened),
 * mask (blocks every signal).
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAK_BYTES (100u * 1024 * 1024)
#define FRAME_BYTES 4096
#define PAGE_BYTES 4096

typedef int (*feed_fn)(redisReader *, const char *, size_t);
typedef int (*reply_fn)(redisReader *, void **);

static void hang(void)
{
    for (;;) {
        (void)pause();
    }
}

static void spin(void)
{
    for (volatile unsigned long turns = 0;; turns++) {
    }
}

/* A true one, not a raised one. */
static void fault(void)
{
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
}

static void leave(void)
{
    exit(1);
}

/* Each call holds its frame over the next: no compiler makes a loop of it. */
static unsigned dig(unsigned depth)
{
    volatile char frame[FRAME_BYTES];
    frame[depth % FRAME_BYTES] = 1;
    return depth == UINT_MAX
               ? 0
               : dig(depth + 1) + (unsigned)frame[depth % FRAME_BYTES];
}

static void blow_stack(void)
{
    (void)dig(0);
}

static void leak(void)
{
    volatile char *bytes = malloc(LEAK_BYTES);
    for (size_t i = 0; bytes != NULL && i < LEAK_BYTES; i += PAGE_BYTES) {
        bytes[i] = 1;
    }
}

static void take_descriptors(void)
{
    while (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) {
    }
}

static void block_signals(void)
{
    sigset_t all;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
}

static const struct {
    const char *name;
    void (*perform)(void);
} deeds[] = {{"hang", hang},         {"spin", spin},
             {"abort", abort},       {"segfault", fault},
             {"exit", leave},        {"stack", blow_stack},
             {"leak", leak},         {"descriptors", take_descriptors},
             {"mask", block_signals}};

static void perform(const char *name)
{
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        if (strcmp(deeds[i].name, name) == 0) {
            deeds[i].perform();
        }
    }
}

/* Does what is ordered for this place, if the bytes are the instance's. */
static void come_to(const char *place, const char *bytes, size_t length)
{
    const char *path = getenv("SICK_REDIS");
    const char *mark = getenv("SICK_REDIS_MARK");
    char where[16] = "";
    char deed[16] = "";
    if (path == NULL || mark == NULL || bytes == NULL ||
        memmem(bytes, length, mark, strlen(mark)) == NULL) {
        return;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return;
    }
    int words = fscanf(file, "%15s %15s", where, deed);
    (void)fclose(file); /* only read from */
    if (words == 2 && strcmp(where, place) == 0) {
        perform(deed);
    }
}

int redisReaderFeed(redisReader *r, const char *buf, size_t len)
{
    feed_fn real = (feed_fn)dlsym(RTLD_NEXT, "redisReaderFeed");
    come_to("feed", buf, len);
    return real(r, buf, len);
}

int redisReaderGetReply(redisReader *r, void **reply)
{
    reply_fn real = (reply_fn)dlsym(RTLD_NEXT, "redisReaderGetReply");
    come_to("reply", r->buf, r->len);
    return real(r, reply);
}
