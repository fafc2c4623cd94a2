/*
 * doctor_agent.c - the agent: its answer, its programs, its configuration.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "ctl/capture.h"
#include "ctl/configured.h"
#include "ctl/doctor.h"
#include "ctl/fetch.h"
#include "ctl/frame.h"

#define VERSION_MS 5000

/* --- its answer ----------------------------------------------------------- */

static void look_at_trouble(struct doctor *doctor)
{
    const json_t *config = fetch_member(doctor->status, "config");
    const json_t *alarms = fetch_member(doctor->status, "alarms");
    if (json_is_false(json_object_get(config, "ok"))) {
        doctor_find(doctor, FINDING_BAD, "agent",
                    "try sentinelctl check FILE; the old one stays in force",
                    "the last reload was refused: %s",
                    fetch_text(config, "error"));
    }
    for (size_t i = 0; i < json_array_size(alarms); i++) {
        const json_t *alarm = json_array_get(alarms, i);
        doctor_find(doctor, FINDING_BAD, "agent",
                    "find whose node that is; the agent leaves it alone",
                    "alarm %s at %s: %s", fetch_text(alarm, "what"),
                    fetch_text(alarm, "path"), fetch_text(alarm, "detail"));
    }
}

static void look_at_status(struct doctor *doctor)
{
    char span[DURATION_TEXT_BYTES];
    const json_t *agent = fetch_member(doctor->status, "agent");
    const char *version = fetch_text(agent, "version");
    json_int_t age_ms = fetch_number(agent, "heartbeat_age_ms", INT64_MAX);
    bool is_stale = age_ms > FRAME_STALE_MS;
    duration_text(span, sizeof span,
                  is_stale ? (uint64_t)age_ms
                           : (uint64_t)fetch_number(agent, "uptime_ms", 0));
    doctor_find(doctor, is_stale ? FINDING_BAD : FINDING_OK, "agent",
                is_stale ? "look at its log, or restart it" : "",
                is_stale ? "pid %" PRId64 " answers, but its supervisor has "
                           "been silent for %s"
                         : "pid %" PRId64 " answers and is fresh, up %s",
                (int64_t)fetch_number(agent, "pid", 0), span);
    if (strcmp(version, VERSION) != 0) {
        doctor_find(doctor, FINDING_WARNING, "agent",
                    "restart the agent after an upgrade",
                    "it is of version %s, sentinelctl of " VERSION, version);
    }
    look_at_trouble(doctor);
}

void doctor_look_at_agent(struct doctor *doctor)
{
    struct client client;
    char why[CLIENT_ERROR_BYTES];
    if (client_init(&client, doctor->options->url, why, sizeof why) == 0) {
        doctor->status = fetch_quietly(&client, "/status", why, sizeof why);
    }
    if (doctor->status != NULL) {
        look_at_status(doctor);
    } else {
        doctor_find(doctor, FINDING_BAD, "agent", "", "%s", why);
    }
}

/* --- its programs --------------------------------------------------------- */

/* "sentinel-prober 0.1.0" is wanted. */
static void ask_version(struct doctor *doctor, const char *name,
                        const char *program)
{
    struct capture capture;
    char wanted[64];
    const char *const argv[] = {program, "--version", NULL};
    int status = capture_run(&capture, argv, SPAWN_SPEECH, VERSION_MS);
    if (status != 0) {
        doctor_find(doctor, FINDING_BAD, "programs",
                    "install all of one version again", "%s: %s", program,
                    strerror(-status));
        return;
    }
    (void)text_format(wanted, sizeof wanted, "%s %s", name, VERSION); /* fits */
    const char *text = capture.text;
    size_t length = strcspn(text, "\n");
    size_t used = strlen(wanted);
    bool is_ours = strncmp(text, wanted, used) == 0 &&
                   (text[used] == '\n' || text[used] == ',');
    doctor_find(doctor, is_ours ? FINDING_OK : FINDING_BAD, "programs",
                is_ours ? "" : "install all of one version again",
                is_ours ? "%s says %.*s" : "%s is not of our version: %.*s",
                program, (int)(length < 200 ? length : 200), text);
    capture_finish(&capture);
}

void doctor_look_at_programs(struct doctor *doctor)
{
    static const char *const helpers[] = {
        "sentinel-prober", "sentinel-publisher", "sentinel-console"};
    char program[PROGRAMS_PATH_BYTES];
    char why[2 * PROGRAMS_PATH_BYTES];
    const char *libexec = doctor->options->libexec;
    if (programs_find_agent(libexec, program, why, sizeof why) == 0) {
        ask_version(doctor, "sentinel-agent", program);
    } else {
        doctor_find(doctor, FINDING_BAD, "programs", "", "%s", why);
    }
    for (size_t i = 0; i < sizeof helpers / sizeof helpers[0]; i++) {
        if (programs_find_helper(libexec, helpers[i], program, why,
                                 sizeof why) == 0) {
            ask_version(doctor, helpers[i], program);
        } else {
            doctor_find(doctor, FINDING_BAD, "programs", "", "%s", why);
        }
    }
}

/* --- its configuration ---------------------------------------------------- */

/* Runs sentinel-agent over the file; its words. NULL when it cannot be. */
static char *ask_agent(struct doctor *doctor, const char *mode, int stream,
                       int *code)
{
    char program[PROGRAMS_PATH_BYTES];
    char why[2 * PROGRAMS_PATH_BYTES];
    struct capture capture;
    int status =
        programs_find_agent(doctor->options->libexec, program, why, sizeof why);
    if (status == 0) {
        const char *const argv[] = {program, "--config", doctor->file, mode,
                                    NULL};
        status = capture_run(&capture, argv, stream, CONFIGURED_READ_MS);
    }
    if (status != 0) {
        return NULL;
    }
    *code = capture.code;
    return capture.text;
}

static void check_file(struct doctor *doctor)
{
    int code = 0;
    char *text = ask_agent(doctor, "--check", SPAWN_SPEECH, &code);
    if (text == NULL) {
        doctor_find(doctor, FINDING_BAD, "configuration",
                    "look at the programs above", "%s was not read",
                    doctor->file);
        return;
    }
    if (code == 0) {
        doctor_find(doctor, FINDING_OK, "configuration", "", "%.*s",
                    (int)strcspn(text, "\n"), text);
        doctor->dump = ask_agent(doctor, "--dump", SPAWN_OUTPUT, &code);
    } else {
        doctor_find(doctor, FINDING_BAD, "configuration",
                    "sentinelctl check tells all of it", "%.*s",
                    (int)strcspn(text, "\n"), text);
    }
    free(text);
}

void doctor_look_at_configuration(struct doctor *doctor)
{
    const char *given = configured_given_file(doctor->options);
    int status = -ENOENT;
    if (given != NULL) {
        status = text_copy(doctor->file, sizeof doctor->file, given)
                     ? 0
                     : -ENAMETOOLONG;
    } else if (doctor->status != NULL) {
        status = configured_told_file(doctor->status, doctor->file);
    }
    if (status == 0) {
        check_file(doctor);
        return;
    }
    doctor->file[0] = '\0';
    bool is_without = doctor->status != NULL && status == -ENOENT;
    doctor_find(
        doctor, is_without ? FINDING_OK : FINDING_WARNING, "configuration",
        is_without ? "" : "say where it is with --config FILE",
        is_without ? "none: the agent observes what it finds" : "not known");
}
