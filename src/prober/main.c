/*
 * main.c - sentinel-prober: the arguments, the limits this process puts upon
 * itself, and its role: prober_run, discover_run or resolve_run.
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "base/confine.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/parse.h"
#include "prober/discover.h"
#include "prober/limits.h"
#include "prober/prober.h"
#include "prober/resolve.h"
#include "wire/progress.h"

struct role {
    const char *name; /* as in --role, and in the log */
    int (*run)(uint32_t generation);
    bool looks_into_others; /* at whose sockets they are */
    unsigned threads;       /* of libuv's pool */
};

static int search_host(uint32_t generation)
{
    return discover_run(generation, "/proc");
}

/* The first one needs no --role. */
static const struct role roles[] = {
    {"prober", prober_run, false, 0},
    {DISCOVER_ROLE, search_host, true, 0},
    {RESOLVE_ROLE, resolve_run, false, RESOLVE_LOOKUPS_MOST},
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

static bool is_inherited(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

int main(int count, char **words)
{
    struct arguments arguments = {.role = &roles[0]};
    memory_init();
    int code = read_arguments(count, words, &arguments);
    if (code != GOES_ON) {
        return code;
    }
    if (!is_inherited(HELPER_FD_CHANNEL) || !is_inherited(HELPER_FD_SHARED)) {
        return complain("it is started by sentinel-agent");
    }
    log_init(arguments.role->name);
    int status = limits_set(arguments.role->threads);
    if (status != 0) {
        log_event(LEVEL_ERROR, "prober_unrestricted",
                  LOG_TEXT("why", uv_strerror(status)));
        return PROBER_EXIT_SYSTEM;
    }
    if (!arguments.role->looks_into_others) {
        confine_files(NULL);
    }
    return arguments.role->run(arguments.generation);
}
