/*
 * limits.c - see limits.h.
 */
#include "prober/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "base/confine.h"
#include "base/sanitized.h"

/* Many times what 512 probes at once need; libuv aborts below 48 MiB. */
#define ADDRESS_SPACE_BYTES (256UL * 1024 * 1024)
/* What newer libuv (1.50) reserves for each thread of its pool, whatever the
 * limit of stacks; it aborts when that is not to be had. */
#define THREAD_BYTES (8UL * 1024 * 1024)
/* A connection for each probe, and room for the loop's own. */
#define DESCRIPTORS_MOST 1024UL
/* The lowest number is given out first: a prober that is well never holds one
 * as high as this, and one that leaks comes by it. */
#define DESCRIPTOR_OF_LEAKS 768
/* A life is a thousand rounds: some minutes, were all of it TLS. */
#define CPU_LIFE_S 3600UL
/* Longer than the dead-man waits: it is the second net. */
#define CPU_GRANT_S 5UL

/* At its highest so far; a sanitizer keeps what was freed. */
#define RESIDENT_OF_LEAKS_KB (SANITIZED_HAS_SHADOW ? 512L * 1024 : 96L * 1024)

static int limit(int resource, rlim_t most)
{
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) {
        return -errno;
    }
    if (now.rlim_max > most) {
        now.rlim_max = most;
    }
    now.rlim_cur = now.rlim_max;
    return setrlimit(resource, &now) == 0 ? 0 : -errno;
}

int limits_set(unsigned threads)
{
    int status = confine_helper();
    if (status == 0 && signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
        status = -errno;
    }
    if (status == 0) {
        status = limit(RLIMIT_NOFILE, DESCRIPTORS_MOST);
    }
    if (status == 0 && !SANITIZED_HAS_SHADOW) {
        status = limit(RLIMIT_AS, ADDRESS_SPACE_BYTES + threads * THREAD_BYTES);
    }
    if (status == 0) {
        status = limit(RLIMIT_CPU, CPU_LIFE_S);
    }
    return status;
}

void limits_grant_cpu(void)
{
    struct rusage used;
    struct rlimit now;
    if (getrusage(RUSAGE_SELF, &used) != 0 ||
        getrlimit(RLIMIT_CPU, &now) != 0) {
        return; /* neither can fail with these arguments */
    }
    rlim_t grant = (rlim_t)used.ru_utime.tv_sec + (rlim_t)used.ru_stime.tv_sec +
                   1 + CPU_GRANT_S;
    now.rlim_cur = grant < now.rlim_max ? grant : now.rlim_max;
    (void)setrlimit(RLIMIT_CPU, &now); /* a soft limit below the hard one */
}

bool limits_are_neared(void)
{
    struct rusage used;
    return fcntl(DESCRIPTOR_OF_LEAKS, F_GETFD) != -1 ||
           (getrusage(RUSAGE_SELF, &used) == 0 &&
            used.ru_maxrss > RESIDENT_OF_LEAKS_KB);
}
