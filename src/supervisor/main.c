/*
 * main.c - sentinel-agent, the daemon: from the command line to the loop.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "supervisor/flags.h"
#include "supervisor/settings_load.h"
#include "supervisor/supervisor.h"

/* So that no descriptor of ours becomes standard error by accident. */
static void fill_standard_descriptors(void)
{
    int fd = open("/dev/null", O_RDWR);

    while (fd >= 0 && fd <= STDERR_FILENO) {
        fd = open("/dev/null", O_RDWR);
    }
    if (fd > STDERR_FILENO) {
        (void)close(fd); /* one too many */
    }
}

static int take_log_level(const struct flags *flags)
{
    enum log_level level = LEVEL_INFO;

    if (flags->log_level != NULL && !log_level_find(flags->log_level, &level)) {
        fprintf(stderr, "sentinel-agent: the log level must be error, "
                        "warning, info or debug\n");
        return EX_USAGE;
    }
    log_set_level(level);
    return 0;
}

static int load_settings(const struct flags *flags, struct settings *settings)
{
    struct complaints *complaints = calloc(1, sizeof(*complaints));

    if (complaints == NULL) {
        return EX_OSERR;
    }
    int error = settings_load(flags->config, settings, complaints);
    if (error != 0) {
        complaints_print(complaints, flags->config);
    }
    free(complaints);
    if (error != 0) {
        return EX_CONFIG;
    }
    if (flags->run_dir != NULL &&
        (flags->run_dir[0] != '/' ||
         !text_copy(settings->run_dir, sizeof(settings->run_dir),
                    flags->run_dir))) {
        fprintf(stderr, "sentinel-agent: the run directory must be an absolute "
                        "path of at most 95 bytes\n");
        settings_finish(settings);
        return EX_USAGE;
    }
    return 0;
}

/* --- where the helpers are ------------------------------------------------ */

static bool name_program(char *path, const char *directory, const char *name)
{
    return text_format(path, SETTINGS_PATH_BYTES, "%s/%s", directory, name) &&
           access(path, X_OK) == 0;
}

static bool find_in(struct supervisor_programs *programs, const char *directory)
{
    return name_program(programs->prober, directory, "sentinel-prober") &&
           name_program(programs->publisher, directory, "sentinel-publisher") &&
           name_program(programs->console, directory, "sentinel-console");
}

static bool find_beside_us(struct supervisor_programs *programs)
{
    char self[SETTINGS_PATH_BYTES];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (length <= 0) {
        return false;
    }
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash == NULL) {
        return false;
    }
    *slash = '\0';
    return find_in(programs, self);
}

static int find_programs(const struct flags *flags,
                         struct supervisor_programs *programs)
{
    bool found = flags->libexec != NULL ? find_in(programs, flags->libexec)
                                        : find_beside_us(programs) ||
                                              find_in(programs, LIBEXECDIR);

    if (!found) {
        fprintf(stderr,
                "sentinel-agent: no sentinel-prober, sentinel-publisher and "
                "sentinel-console in %s; say where they are with --libexec\n",
                flags->libexec != NULL ? flags->libexec : LIBEXECDIR);
        return EX_UNAVAILABLE;
    }
    return 0;
}

/* --- the run ----------------------------------------------------------------
 */

static int run(const struct flags *flags, const struct settings *settings)
{
    struct supervisor_programs programs;
    struct supervisor *supervisor = calloc(1, sizeof(*supervisor));
    int code = EX_OSERR;

    if (supervisor != NULL) {
        code = find_programs(flags, &programs);
    }
    if (code == 0) {
        code = supervisor_init(supervisor, settings, &programs);
        if (code == 0) {
            code = supervisor_run(supervisor);
        }
        supervisor_finish(supervisor);
    }
    free(supervisor);
    return code;
}

static void print_version(void)
{
    printf("sentinel-agent %s\nlibuv %s\n", VERSION, uv_version_string());
}

int main(int argc, char **argv)
{
    struct flags flags;
    struct settings settings = {0};

    fill_standard_descriptors();
    log_init("agent");
    int code = flags_parse(argc, argv, &flags);
    if (code != 0) {
        return code;
    }
    if (flags.wants_help) {
        flags_print_help();
        return 0;
    }
    if (flags.wants_version) {
        print_version();
        return 0;
    }
    code = take_log_level(&flags);
    if (code != 0) {
        return code;
    }
    if (flags.config == NULL) {
        fprintf(stderr, "sentinel-agent: no configuration: give one with "
                        "-c FILE\nTry 'sentinel-agent --help'.\n");
        return EX_CONFIG;
    }
    code = load_settings(&flags, &settings);
    if (code != 0) {
        return code;
    }
    if (flags.check_only) {
        printf("%s: good, %u instances\n", flags.config,
               settings.instance_count);
    } else {
        (void)signal(SIGPIPE, SIG_IGN); /* writes say so themselves */
        /* For the jitter of restarts only. */
        srandom((unsigned)(clock_wall_ms() ^ (uint64_t)getpid()));
        code = run(&flags, &settings);
    }
    settings_finish(&settings);
    return code;
}
