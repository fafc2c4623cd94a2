/*
 * doctor.h - what `sentinelctl doctor` looks at, and what it found.
 */
#ifndef CTL_DOCTOR_H
#define CTL_DOCTOR_H

#include <jansson.h>
#include <stdbool.h>

#include "ctl/options.h"
#include "ctl/programs.h"

/* How bad; also the exit code of the worst. */
#define FINDING_TABLE(X)       \
    X(FINDING_OK, "ok")        \
    X(FINDING_WARNING, "warn") \
    X(FINDING_BAD, "bad")

#define FINDING_ENUM(constant, name) constant,
enum finding { FINDING_TABLE(FINDING_ENUM) FINDING_COUNT };
#undef FINDING_ENUM

struct doctor {
    const struct options *options;  /* borrowed */
    json_t *status;                 /* the agent's; NULL: it does not answer */
    char file[PROGRAMS_PATH_BYTES]; /* the configuration; "" = none is known */
    char *dump;                     /* its effective form; NULL: unreadable */
    json_t *findings;               /* {"check","level","text","action"} */
    enum finding worst;
};

/* Notes a finding. `action` says what to do; "" when nothing is. */
void doctor_find(struct doctor *doctor, enum finding finding, const char *check,
                 const char *action, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Each looks at one thing, and finds at least one line of it. */
void doctor_look_at_agent(struct doctor *doctor);
void doctor_look_at_clock(struct doctor *doctor);
void doctor_look_at_limits(struct doctor *doctor);
void doctor_look_at_run_dir(struct doctor *doctor);
void doctor_look_at_kernel(struct doctor *doctor);
void doctor_look_at_programs(struct doctor *doctor);
void doctor_look_at_configuration(struct doctor *doctor);
void doctor_look_at_servers(struct doctor *doctor);
void doctor_look_for_unwatched(struct doctor *doctor);
void doctor_look_at_zookeeper(struct doctor *doctor);

#endif
