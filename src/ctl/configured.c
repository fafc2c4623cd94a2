/*
 * configured.c - see configured.h.
 */
#include "ctl/configured.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"
#include "ctl/fetch.h"
#include "ctl/print.h"

#define CONFIG_VARIABLE "SENTINEL_AGENT_CONFIG"

/* --- which file ---------------------------------------------------------- */

int configured_told_file(const json_t *status, char file[PROGRAMS_PATH_BYTES])
{
    const char *told = fetch_text(fetch_member(status, "config"), "file");
    json_int_t pid = fetch_number(fetch_member(status, "agent"), "pid", 0);
    if (told[0] == '\0') {
        return -ENOENT;
    }
    bool fits = told[0] == '/'
                    ? text_copy(file, PROGRAMS_PATH_BYTES, told)
                    : text_format(file, PROGRAMS_PATH_BYTES,
                                  "/proc/%lld/cwd/%s", (long long)pid, told);
    return fits ? 0 : -ENAMETOOLONG;
}

const char *configured_given_file(const struct options *options)
{
    const char *given = options->config;
    if (given == NULL) {
        given = getenv(CONFIG_VARIABLE);
    }
    return given != NULL && given[0] != '\0' ? given : NULL;
}

static int ask_agent(const struct options *options,
                     char file[PROGRAMS_PATH_BYTES])
{
    int code = 0;
    json_t *status = fetch_object(options, "/status", &code);
    if (status == NULL) {
        print_trouble("what is configured is looked up in the agent's "
                      "configuration: say where it is with --config FILE");
        return CTL_EXIT_STALE;
    }
    code = configured_told_file(status, file);
    json_decref(status);
    if (code == -ENOENT) {
        print_trouble("the agent runs without a configuration: give the "
                      "address on the command line instead");
        return CTL_EXIT_USAGE;
    }
    if (code != 0) {
        print_trouble("the agent's configuration has too long a name");
        return CTL_EXIT_STALE;
    }
    return 0;
}

int configured_find_file(const struct options *options,
                         char file[PROGRAMS_PATH_BYTES])
{
    const char *given = configured_given_file(options);
    if (given == NULL) {
        return ask_agent(options, file);
    }
    if (!text_copy(file, PROGRAMS_PATH_BYTES, given)) {
        print_trouble("--config: too long a name");
        return CTL_EXIT_USAGE;
    }
    return 0;
}

/* --- what it says -------------------------------------------------------- */

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
static int run_agent(const char *const *argv, struct capture *capture)
{
    int status = capture_run(capture, argv, SPAWN_OUTPUT, CONFIGURED_READ_MS);
    if (status == 0 && capture->code == 0) {
        return 0;
    }
    if (status == 0) {
        status = capture->code;
        capture_finish(capture);
    }
    if (status == EX_USAGE) {
        return CTL_EXIT_USAGE;
    }
    print_trouble("sentinel-agent did not read the configuration");
    return CTL_EXIT_STALE;
}

/* Finds program and file and runs it with `words` behind them. */
static int ask_program(const struct options *options, const char *const *words,
                       struct capture *capture)
{
    char file[PROGRAMS_PATH_BYTES];
    char program[PROGRAMS_PATH_BYTES];
    char why[2 * PROGRAMS_PATH_BYTES];
    int code = configured_find_file(options, file);
    if (code != 0) {
        return code;
    }
    if (programs_find_agent(options->libexec, program, why, sizeof why) != 0) {
        print_trouble("%s", why);
        return CTL_EXIT_STALE;
    }
    const char *const argv[] = {program,  "--config", file,
                                words[0], words[1],   NULL};
    return run_agent(argv, capture);
}

int configured_dump(const struct options *options, struct capture *capture)
{
    const char *const words[] = {"--dump", NULL};
    return ask_program(options, words, capture);
}

int configured_find(const struct options *options, const char *instance,
                    struct order *order)
{
    const char *const words[] = {"--print-instance", instance};
    struct capture capture;
    int code = ask_program(options, words, &capture);
    if (code != 0) {
        return code;
    }
    if (!take_lines(capture.text, order)) {
        print_trouble("sentinel-agent is of another version: it says of the "
                      "instance what is not understood here");
        code = CTL_EXIT_STALE;
    }
    capture_finish(&capture);
    return code;
}
