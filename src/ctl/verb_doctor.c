/*
 * verb_doctor.c - `sentinelctl doctor`: looks at everything an agent needs, a
 * line each with what to do, and exits as bad as the worst of them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/doctor.h"
#include "ctl/fetch.h"
#include "ctl/print.h"
#include "ctl/verbs.h"

#define FINDING_BYTES 1024
#define COLUMNS 3

#define FINDING_TEXT(constant, name) [constant] = name,
static const char *const finding_names[] = {FINDING_TABLE(FINDING_TEXT)};
#undef FINDING_TEXT

void doctor_find(struct doctor *doctor, enum finding finding, const char *check,
                 const char *action, const char *format, ...)
{
    char text[FINDING_BYTES];
    char shown[2 * FINDING_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments); /* cutting is fine */
    va_end(arguments);
    (void)text_escape(shown, sizeof shown, text, strlen(text)); /* cut */
    doctor->worst = finding > doctor->worst ? finding : doctor->worst;
    /* Without memory the finding is lost, the exit code is not. */
    (void)json_array_append_new(
        doctor->findings,
        json_pack("{s:s, s:s, s:s, s:s}", "check", check, "level",
                  finding_names[finding], "text", shown, "action", action));
}

static enum tone tone_of(const char *level)
{
    if (strcmp(level, finding_names[FINDING_OK]) == 0) {
        return TONE_GOOD;
    }
    return strcmp(level, finding_names[FINDING_BAD]) == 0 ? TONE_BAD
                                                          : TONE_WARN;
}

static int print_lines(const struct doctor *doctor)
{
    struct table *table = table_create(NULL, COLUMNS);
    size_t count = json_array_size(doctor->findings);
    for (size_t i = 0; table != NULL && i < count; i++) {
        char text[3 * FINDING_BYTES];
        const json_t *finding = json_array_get(doctor->findings, i);
        const char *level = fetch_text(finding, "level");
        const char *action = fetch_text(finding, "action");
        (void)text_format(text, sizeof text, "%s%s%s",
                          fetch_text(finding, "text"),
                          action[0] != '\0' ? "; " : "", action); /* fits */
        table_add(table, tone_of(level), level);
        table_add(table, TONE_PLAIN, fetch_text(finding, "check"));
        table_add(table, TONE_PLAIN, text);
    }
    return print_table(table, OUTPUT_SCREEN);
}

static int print_report(const struct doctor *doctor)
{
    json_t *report =
        json_pack("{s:i, s:s, s:O}", "v", 1, "worst",
                  finding_names[doctor->worst], "findings", doctor->findings);
    int status = print_json(report);
    json_decref(report);
    return status;
}

/* The order matters: the later ones use what the earlier ones learnt. */
static void look_at_all(struct doctor *doctor)
{
    doctor_look_at_agent(doctor);
    doctor_look_at_clock(doctor);
    doctor_look_at_limits(doctor);
    doctor_look_at_run_dir(doctor);
    doctor_look_at_kernel(doctor);
    doctor_look_at_programs(doctor);
    doctor_look_at_configuration(doctor);
    doctor_look_at_servers(doctor);
    doctor_look_for_unwatched(doctor);
    doctor_look_at_zookeeper(doctor);
}

int verb_doctor_run(const struct options *options)
{
    struct doctor doctor = {.options = options, .findings = json_array()};
    look_at_all(&doctor);
    int status = options->output == OUTPUT_JSON ? print_report(&doctor)
                                                : print_lines(&doctor);
    json_decref(doctor.status);
    json_decref(doctor.findings);
    free(doctor.dump);
    return print_end(status, (int)doctor.worst);
}
