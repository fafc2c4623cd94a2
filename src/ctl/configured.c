/*
 * configured.c - see configured.h.
 */
#include "ctl/configured.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/fetch.h"
#include "ctl/programs.h"
#include "ctl/spawn.h"

#define CONFIG_VARIABLE "SENTINEL_AGENT_CONFIG"
#define READ_MS 5000      /* a configuration's whole reading */
#define LINES_BYTES 16384 /* more than all options of an instance */

static int complain(int code, const char *what)
{
    char shown[2 * PROGRAMS_PATH_BYTES];
    (void)text_escape(shown, sizeof shown, what, strlen(what)); /* cut */
    (void)fprintf(stderr, "sentinelctl: %s\n", shown); /* nobody else */
    return code;
}

/* --- which file ---------------------------------------------------------- */

/* The file of the agent that runs, which names it as it stands in its own
 * folder. */
static int ask_agent(const struct options *options,
                     char file[PROGRAMS_PATH_BYTES])
{
    int code = 0;
    bool fits = true;
    json_t *status = fetch_object(options, "/status", &code);
    if (status == NULL) {
        return complain(CTL_EXIT_STALE,
                        "an instance is looked up in the agent's "
                        "configuration: say where it is with --config FILE");
    }
    const char *told = fetch_text(fetch_member(status, "config"), "file");
    json_int_t pid = fetch_number(fetch_member(status, "agent"), "pid", 0);
    if (told[0] == '\0') {
        code = complain(CTL_EXIT_USAGE,
                        "the agent runs without a configuration: give the "
                        "instance's address instead");
    } else if (told[0] == '/') {
        fits = text_copy(file, PROGRAMS_PATH_BYTES, told);
        code = 0;
    } else {
        fits = text_format(file, PROGRAMS_PATH_BYTES, "/proc/%lld/cwd/%s",
                           (long long)pid, told);
        code = 0;
    }
    json_decref(status);
    return fits ? code
                : complain(CTL_EXIT_STALE, "the agent's configuration has too "
                                           "long a name");
}

static int find_file(const struct options *options,
                     char file[PROGRAMS_PATH_BYTES])
{
    const char *given = options->config;
    if (given == NULL) {
        given = getenv(CONFIG_VARIABLE);
    }
    if (given == NULL || given[0] == '\0') {
        return ask_agent(options, file);
    }
    return text_copy(file, PROGRAMS_PATH_BYTES, given)
               ? 0
               : complain(CTL_EXIT_USAGE, "--config: too long a name");
}

/* --- what it says -------------------------------------------------------- */

/* All that comes until the end. 0, or a negative errno. */
static int read_all(int fd, char *text, size_t size)
{
    const uint64_t deadline_ms = clock_monotonic_ms() + READ_MS;
    size_t length = 0;
    while (length + 1 < size) {
        uint64_t now_ms = clock_monotonic_ms();
        struct pollfd event = {.fd = fd, .events = POLLIN};
        if (now_ms >= deadline_ms ||
            poll(&event, 1, (int)(deadline_ms - now_ms)) == 0) {
            return -ETIMEDOUT;
        }
        ssize_t count = recv(fd, text + length, size - 1 - length, 0);
        if (count == 0) {
            text[length] = '\0';
            return 0;
        }
        if (count < 0 && errno != EINTR) {
            return -errno;
        }
        length += count > 0 ? (size_t)count : 0;
    }
    return -EMSGSIZE;
}

/* Takes the lines; false if one is none. */
static bool take_lines(char *text, struct order *order)
{
    char *rest = text;
    while (*rest != '\0') {
        char *line = rest;
        rest = strchr(rest, '\n');
        if (rest == NULL) {
            return false;
        }
        *rest = '\0';
        rest++;
        if (order_take_line(order, line) != 0) {
            return false;
        }
    }
    return order->address.kind != ADDRESS_NONE;
}

/* Runs sentinel-agent; what it has to say against file or name it says on
 * our standard error. */
static int run_agent(const char *const *argv, char *text, size_t size)
{
    struct spawn spawn;
    int status = spawn_start(&spawn, argv, -1);
    if (status == 0) {
        status = read_all(spawn.fd, text, size);
        int ended = spawn_end(&spawn, status == 0 ? SPAWN_GRACE_MS : 0);
        if (status == 0 && WIFEXITED(ended) && WEXITSTATUS(ended) == 0) {
            return 0;
        }
        if (status == 0 && WIFEXITED(ended) && WEXITSTATUS(ended) == EX_USAGE) {
            return CTL_EXIT_USAGE;
        }
    }
    return complain(CTL_EXIT_STALE,
                    "sentinel-agent did not read the configuration");
}

int configured_find(const struct options *options, const char *instance,
                    struct order *order)
{
    char file[PROGRAMS_PATH_BYTES];
    char program[PROGRAMS_PATH_BYTES];
    char why[2 * PROGRAMS_PATH_BYTES];
    char text[LINES_BYTES];
    int code = find_file(options, file);
    if (code != 0) {
        return code;
    }
    if (programs_find_agent(options->libexec, program, why, sizeof why) != 0) {
        return complain(CTL_EXIT_STALE, why);
    }
    const char *const argv[] = {program,  "--config", file, "--print-instance",
                                instance, NULL};
    code = run_agent(argv, text, sizeof text);
    if (code == 0 && !take_lines(text, order)) {
        code = complain(CTL_EXIT_STALE,
                        "sentinel-agent is of another version: it says of the "
                        "instance what is not understood here");
    }
    return code;
}
