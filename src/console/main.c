/*
 * main.c - sentinel-console: the arguments the supervisor gives it.
 *
 * Started by hand it has no channel and says so: it is a helper, and its
 * exit code 64 tells whoever tried that this is no command of theirs.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/confine.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/parse.h"
#include "console/console.h"
#include "console/http.h"
#include "wire/progress.h"

#define EXIT_USAGE 64
#define EXIT_FAULT 1

static const char help[] =
    "sentinel-console serves the status of sentinel-agent over HTTP.\n"
    "It is started by sentinel-agent, which gives it its sockets:\n"
    "  --generation N   the number the supervisor knows it by\n"
    "  --listen-fds N   listening sockets from descriptor 5 on\n"
    "  --config-fd N    the effective configuration, to show\n"
    "  --version        print the version\n"
    "  --help           print this\n";

static bool is_channel(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

static int fail_usage(void)
{
    (void)fputs("sentinel-console is started by sentinel-agent; see --help\n",
                stderr); /* nobody to tell if that fails */
    return EXIT_USAGE;
}

/* True if the option is known and its value good. */
static bool take_option(const char *name, const char *value,
                        struct console_options *options)
{
    uint64_t number = 0;
    if (strcmp(name, "--generation") == 0 &&
        parse_u64(value, 0, UINT32_MAX, &number) == 0) {
        options->generation = (uint32_t)number;
        return true;
    }
    if (strcmp(name, "--listen-fds") == 0 &&
        parse_u64(value, 0, HTTP_LISTENERS_MOST, &number) == 0) {
        options->listen_fds = (uint32_t)number;
        return true;
    }
    if (strcmp(name, "--config-fd") == 0 &&
        parse_u64(value, HELPER_FD_LISTEN, HELPER_FD_MOST, &number) == 0) {
        options->config_fd = (int)number;
        return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    struct console_options options = {.config_fd = -1};
    memory_init();
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        return puts("sentinel-console " VERSION) < 0;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        return fputs(help, stdout) < 0;
    }
    if (argc % 2 == 0 || !is_channel(HELPER_FD_CHANNEL)) {
        return fail_usage();
    }
    for (int i = 1; i < argc; i += 2) {
        if (!take_option(argv[i], argv[i + 1], &options)) {
            return fail_usage();
        }
    }
    log_init("console");
    if (confine_helper() != 0) {
        return EXIT_FAULT;
    }
    return console_run(&options);
}
