/*
 * main.c - sentinel-prober: the arguments, the limits this process puts upon
 * itself, and prober_run.
 *
 * It talks to strangers, so it gives up what it will never need before the
 * first word: privileges by exec, memory without end, core files that could
 * hold a password.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <uv.h>

#include "base/log.h"
#include "base/parse.h"
#include "prober/prober.h"
#include "wire/progress.h"

/* Many times what 512 probes at once need; libuv aborts below 48 MiB. */
#define ADDRESS_SPACE_BYTES (256UL * 1024 * 1024)
/* A connection for each probe, and room for the loop's own. */
#define DESCRIPTORS_MOST 1024UL

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SHADOW_MEMORY 1
#endif
#endif
#ifndef HAS_SHADOW_MEMORY
#define HAS_SHADOW_MEMORY 0
#endif

static void print_help(void)
{
    (void)printf("usage: sentinel-prober --generation N\n"
                 "Probes Redis servers. It is started by sentinel-agent.\n");
}

static void print_version(void)
{
    (void)printf("sentinel-prober %s, libuv %s\n", VERSION,
                 uv_version_string());
}

/* True to go on; else the program is over, with *code. */
static bool read_arguments(int count, char **arguments, uint32_t *generation,
                           int *code)
{
    static const struct option options[] = {
        {"generation", required_argument, NULL, 'g'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    uint64_t number = 0;
    for (int option = 0; option != -1;) {
        option = getopt_long(count, arguments, "", options, NULL);
        switch (option) {
        case 'g':
            if (parse_u64(optarg, 0, UINT32_MAX, &number) != 0) {
                (void)fprintf(stderr, "sentinel-prober: bad generation\n");
                *code = PROBER_EXIT_USAGE;
                return false;
            }
            break;
        case 'v':
            print_version();
            *code = PROBER_EXIT_DONE;
            return false;
        case 'h':
            print_help();
            *code = PROBER_EXIT_DONE;
            return false;
        case -1:
            break;
        default:
            *code = PROBER_EXIT_USAGE;
            return false;
        }
    }
    *generation = (uint32_t)number;
    return true;
}

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

static int restrict_self(void)
{
    int status = 0;
    /* A leak sanitizer must be able to attach to its own process. */
    if ((!HAS_SHADOW_MEMORY && prctl(PR_SET_DUMPABLE, 0) != 0) ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
        status = -errno;
    }
    if (status == 0) {
        status = limit(RLIMIT_CORE, 0);
    }
    if (status == 0) {
        status = limit(RLIMIT_NOFILE, DESCRIPTORS_MOST);
    }
    if (status == 0 && !HAS_SHADOW_MEMORY) {
        status = limit(RLIMIT_AS, ADDRESS_SPACE_BYTES);
    }
    return status;
}

static bool is_inherited(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

int main(int count, char **arguments)
{
    uint32_t generation = 0;
    int code = PROBER_EXIT_DONE;
    if (!read_arguments(count, arguments, &generation, &code)) {
        return code;
    }
    if (!is_inherited(HELPER_FD_CHANNEL) || !is_inherited(HELPER_FD_SHARED)) {
        (void)fprintf(stderr,
                      "sentinel-prober: it is started by sentinel-agent\n");
        return PROBER_EXIT_USAGE;
    }
    log_init("prober");
    int status = restrict_self();
    if (status != 0) {
        log_event(LEVEL_ERROR, "prober_unrestricted",
                  LOG_TEXT("why", uv_strerror(status)));
        return PROBER_EXIT_SYSTEM;
    }
    return prober_run(generation);
}
