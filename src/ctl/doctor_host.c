/*
 * doctor_host.c - the host under the agent: clock, limits, run directory,
 * kernel.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/client.h"
#include "ctl/doctor.h"
#include "ctl/fetch.h"

#define CLOCK_EARLIEST_MS                              \
    UINT64_C(1704067200000) /* 2024: younger than that \
                             */
#define CLOCK_APART_MS 2000
#define FILES_LEAST 1024
#define FILES_FOR_US 256
#define FILES_EACH 2 /* an instance's connection and its retry */
#define WRITABLE_BY_OTHERS 0022

/* --- the clock ----------------------------------------------------------- */

void doctor_look_at_clock(struct doctor *doctor)
{
    const uint64_t now_ms = clock_wall_ms();
    struct timex clock = {.modes = 0};
    json_int_t told = fetch_number(fetch_member(doctor->status, "agent"), "now",
                                   (json_int_t)now_ms);
    int64_t apart_ms = (int64_t)now_ms - told;
    if (now_ms < CLOCK_EARLIEST_MS) {
        doctor_find(doctor, FINDING_BAD, "clock",
                    "set it; everything published bears its time",
                    "this host's clock is years behind");
    } else if (llabs(apart_ms) > CLOCK_APART_MS) {
        doctor_find(doctor, FINDING_WARNING, "clock",
                    "look at both hosts' time service",
                    "the agent's clock and ours are %lld ms apart",
                    llabs(apart_ms));
    } else if (adjtimex(&clock) == TIME_ERROR) {
        doctor_find(doctor, FINDING_WARNING, "clock",
                    "run a time service (chrony, systemd-timesyncd)",
                    "the kernel says that nobody keeps it right");
    } else {
        doctor_find(doctor, FINDING_OK, "clock", "", "kept right");
    }
}

/* --- open files ---------------------------------------------------------- */

/* The soft limit in a process' own words: "Max open files  1024  4096 files".
 * 0 when we may not look. */
static uint64_t read_limit(json_int_t pid)
{
    char path[64];
    char text[4096] = "";
    static const char title[] = "Max open files";
    (void)text_format(path, sizeof path, "/proc/%" PRId64 "/limits",
                      (int64_t)pid); /* fits */
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    size_t length = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file); /* was read only */
    text[length] = '\0';
    const char *line = strstr(text, title);
    return line != NULL ? strtoull(line + strlen(title), NULL, 10) : 0;
}

void doctor_look_at_limits(struct doctor *doctor)
{
    const json_t *agent = fetch_member(doctor->status, "agent");
    json_int_t pid = fetch_number(agent, "pid", 0);
    json_int_t instances = fetch_number(agent, "instances", 0);
    uint64_t needed = FILES_FOR_US + FILES_EACH * (uint64_t)instances;
    struct rlimit ours = {0};
    needed = needed > FILES_LEAST ? needed : FILES_LEAST;
    uint64_t limit = pid > 0 ? read_limit(pid) : 0;
    bool is_agents = limit > 0;
    if (!is_agents && getrlimit(RLIMIT_NOFILE, &ours) == 0) {
        limit = ours.rlim_cur;
    }
    doctor_find(doctor, limit >= needed ? FINDING_OK : FINDING_WARNING,
                "limits",
                limit >= needed ? "" : "raise LimitNOFILE or ulimit -n",
                "%" PRIu64 " open files for %s, %" PRIu64 " will do", limit,
                is_agents ? "the agent" : "us", needed);
}

/* --- the run directory ---------------------------------------------------- */

static void look_at_socket(struct doctor *doctor, const char *directory)
{
    char path[PROGRAMS_PATH_BYTES];
    struct stat entry;
    (void)text_format(path, sizeof path, "%s/console.sock",
                      directory); /* cutting is fine */
    if (stat(path, &entry) != 0) {
        doctor_find(doctor,
                    doctor->status != NULL ? FINDING_BAD : FINDING_WARNING,
                    "run directory", "start the agent, or look at its log",
                    "%s: %s", path, strerror(errno));
    } else if ((entry.st_mode & 0077) != 0) {
        doctor_find(doctor, FINDING_BAD, "run directory",
                    "restart the agent: it makes the socket 0600",
                    "%s is open to others, who may give orders", path);
    } else {
        doctor_find(doctor, FINDING_OK, "run directory", "",
                    "%s, its socket is its owner's alone", directory);
    }
}

void doctor_look_at_run_dir(struct doctor *doctor)
{
    struct stat entry;
    const char *directory =
        fetch_text(fetch_member(doctor->status, "agent"), "run_dir");
    if (directory[0] == '\0') {
        directory = getenv("SENTINEL_AGENT_RUN_DIR");
    }
    if (directory == NULL || directory[0] == '\0') {
        directory = CLIENT_RUN_DIR;
    }
    if (stat(directory, &entry) != 0) {
        doctor_find(doctor, FINDING_WARNING, "run directory",
                    "try SENTINEL_AGENT_RUN_DIR=DIR, or as the agent's user",
                    "%s: %s", directory, strerror(errno));
    } else if ((entry.st_mode & WRITABLE_BY_OTHERS) != 0) {
        doctor_find(doctor, FINDING_BAD, "run directory",
                    "chmod go-w it: who writes there decides what is published",
                    "%s may be written by others", directory);
    } else {
        look_at_socket(doctor, directory);
    }
}

/* --- the kernel ----------------------------------------------------------- */

void doctor_look_at_kernel(struct doctor *doctor)
{
    int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0,
                            LANDLOCK_CREATE_RULESET_VERSION);
    if (pidfd >= 0) {
        (void)close(pidfd); /* was only a question */
        doctor_find(doctor, FINDING_OK, "kernel", "",
                    "pidfds: the end of a Redis is seen at once");
    } else {
        doctor_find(doctor, FINDING_WARNING, "kernel",
                    "Linux 5.3 or later, and a sandbox that allows them",
                    "no pidfds: the end of a Redis is seen at the next probe");
    }
    if (landlock > 0) {
        doctor_find(doctor, FINDING_OK, "kernel", "",
                    "landlock %ld: probers see few files", landlock);
    } else {
        doctor_find(doctor, FINDING_WARNING, "kernel",
                    "Linux 5.13 or later, booted with lsm=landlock",
                    "no landlock: probers run without that wall");
    }
}
