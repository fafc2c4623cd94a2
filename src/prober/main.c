/*
 * main.c - sentinel-prober: the arguments, the limits this process puts upon
 * itself, and its role: prober_run, discover_run or resolve_run.
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
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <uv.h>

#include "base/log.h"
#include "base/parse.h"
#include "prober/discover.h"
#include "prober/prober.h"
#include "prober/resolve.h"
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

struct role {
    const char *name; /* as in --role, and in the log */
    int (*run)(uint32_t generation);
};

static int search_host(uint32_t generation)
{
    return discover_run(generation, "/proc");
}

/* The first one needs no --role. */
static const struct role roles[] = {
    {"prober", prober_run},
    {DISCOVER_ROLE, search_host},
    {RESOLVE_ROLE, resolve_run},
};

#define KNOWN_ROLES (sizeof(roles) / sizeof(roles[0]))

struct arguments {
    uint32_t generation;
    const struct role *role;
};

static int print_help(void)
{
    (void)printf("usage: sentinel-prober --generation N [--role ROLE]\n"
                 "Probes Redis servers; as `%s` it searches this host for "
                 "them, as `%s` it looks names up. It is started by "
                 "sentinel-agent.\n",
                 DISCOVER_ROLE, RESOLVE_ROLE);
    return PROBER_EXIT_DONE;
}

static int print_version(void)
{
    (void)printf("sentinel-prober %s, libuv %s\n", VERSION,
                 uv_version_string());
    return PROBER_EXIT_DONE;
}

static int complain(const char *what)
{
    (void)fprintf(stderr, "sentinel-prober: %s\n", what);
    return PROBER_EXIT_USAGE;
}

static const struct role *find_role(const char *name)
{
    for (size_t i = 0; i < KNOWN_ROLES; i++) {
        if (strcmp(roles[i].name, name) == 0) {
            return &roles[i];
        }
    }
    return NULL;
}

/* One option. GOES_ON, or the exit code the program is over with. */
#define GOES_ON (-1)

static int read_option(int option, const char *value,
                       struct arguments *arguments)
{
    uint64_t number = 0;
    switch (option) {
    case 'g':
        if (parse_u64(value, 0, UINT32_MAX, &number) != 0) {
            return complain("bad generation");
        }
        arguments->generation = (uint32_t)number;
        return GOES_ON;
    case 'r':
        arguments->role = find_role(value);
        return arguments->role != NULL ? GOES_ON : complain("no such role");
    case 'v':
        return print_version();
    case 'h':
        return print_help();
    default:
        return PROBER_EXIT_USAGE; /* getopt said why */
    }
}

static int read_arguments(int count, char **words, struct arguments *arguments)
{
    static const struct option options[] = {
        {"generation", required_argument, NULL, 'g'},
        {"role", required_argument, NULL, 'r'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int code = GOES_ON;
    while (code == GOES_ON) {
        int option = getopt_long(count, words, "", options, NULL);
        if (option == -1) {
            break;
        }
        code = read_option(option, optarg, arguments);
    }
    return code;
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

int main(int count, char **words)
{
    struct arguments arguments = {.role = &roles[0]};
    int code = read_arguments(count, words, &arguments);
    if (code != GOES_ON) {
        return code;
    }
    if (!is_inherited(HELPER_FD_CHANNEL) || !is_inherited(HELPER_FD_SHARED)) {
        return complain("it is started by sentinel-agent");
    }
    log_init(arguments.role->name);
    int status = restrict_self();
    if (status != 0) {
        log_event(LEVEL_ERROR, "prober_unrestricted",
                  LOG_TEXT("why", uv_strerror(status)));
        return PROBER_EXIT_SYSTEM;
    }
    return arguments.role->run(arguments.generation);
}
