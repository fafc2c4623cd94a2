/*
 * verb_check.c - `sentinelctl check FILE`: a configuration as sentinel-agent
 * itself reads it.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"
#include "ctl/capture.h"
#include "ctl/configured.h"
#include "ctl/print.h"
#include "ctl/verbs.h"

#define PLACE_BYTES 4352 /* of a file's name, the longest */

/* --- FILE:LINE:COLUMN: text ---------------------------------------------- */

/* A number and the colon behind it; NULL if that is not there. */
static const char *take_number(const char *text, long *number)
{
    char *end = NULL;
    if (*text < '0' || *text > '9') {
        return NULL;
    }
    *number = strtol(text, &end, 10);
    return *end == ':' ? end + 1 : NULL;
}

/* What a complaint begins with; NULL if the line is none. */
static json_t *make_complaint(const char *line)
{
    const char *colon = strchr(line, ':');
    for (; colon != NULL; colon = strchr(colon + 1, ':')) {
        long row = 0;
        long column = 0;
        const char *rest = take_number(colon + 1, &row);
        rest = rest != NULL ? take_number(rest, &column) : NULL;
        if (rest != NULL && *rest == ' ') {
            char file[PLACE_BYTES];
            (void)text_format(file, sizeof file, "%.*s", (int)(colon - line),
                              line); /* cutting is fine */
            return json_pack("{s:s, s:i, s:i, s:s}", "file", file, "line",
                             (int)row, "column", (int)column, "text", rest + 1);
        }
    }
    return NULL;
}

/* Sorts what was said into complaints and notes. 0 or -ENOMEM. */
static int sort_lines(char *text, json_t *complaints, json_t *notes)
{
    int status = 0;
    while (text != NULL && *text != '\0' && status == 0) {
        char shown[PLACE_BYTES];
        char *line = strsep(&text, "\n");
        (void)text_escape(shown, sizeof shown, line, strlen(line)); /* cut */
        json_t *complaint = make_complaint(shown);
        status = complaint != NULL
                     ? json_array_append_new(complaints, complaint)
                     : json_array_append_new(notes, json_string(shown));
    }
    return status == 0 ? 0 : -ENOMEM;
}

static int report(const struct options *options, struct capture *capture)
{
    json_t *complaints = json_array();
    json_t *notes = json_array();
    int status = sort_lines(capture->text, complaints, notes);
    json_t *report = json_pack("{s:i, s:s, s:b, s:o, s:o}", "v", 1, "file",
                               options->target, "ok", capture->code == 0,
                               "complaints", complaints, "notes", notes);
    if (status == 0) {
        status = print_json(report);
    }
    json_decref(report);
    return status;
}

/* --- the check ----------------------------------------------------------- */

/* What is wrong has gone to standard error already. */
static int pass_on(const struct capture *capture)
{
    (void)fwrite(capture->text, 1, capture->length,
                 stdout); /* the flush tells */
    return print_flush(stdout);
}

int verb_check_run(const struct options *options)
{
    char program[PROGRAMS_PATH_BYTES];
    char why[2 * PROGRAMS_PATH_BYTES];
    struct capture capture;
    bool is_json = options->output == OUTPUT_JSON;
    if (programs_find_agent(options->libexec, program, why, sizeof why) != 0) {
        print_trouble("%s", why);
        return CTL_EXIT_STALE;
    }
    const char *const argv[] = {
        program,       "--check", "--config", options->target,
        "--log-level", "warning", NULL};
    int status =
        capture_run(&capture, argv, is_json ? SPAWN_SPEECH : SPAWN_OUTPUT,
                    CONFIGURED_READ_MS);
    if (status != 0) {
        print_trouble("sentinel-agent did not check %s: %s", options->target,
                      strerror(-status));
        return CTL_EXIT_STALE;
    }
    int code = capture.code;
    status = is_json ? report(options, &capture) : pass_on(&capture);
    capture_finish(&capture);
    return print_end(status,
                     code == 0 || code == EX_CONFIG ? code : CTL_EXIT_STALE);
}
