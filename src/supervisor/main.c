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
#include "base/confine.h"
#include "base/deadman.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/sanitized.h"
#include "base/text.h"
#include "supervisor/checker.h"
#include "config/flags.h"
#include "config/settings_instance.h"
#include "config/settings_load.h"
#include "config/settings_print.h"
#include "supervisor/leaving.h"
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

/* From the file, or from nothing; 0, or 78 with everything that is wrong on
 * standard error. */
static int read_settings(const char *file, struct settings *settings)
{
    struct complaints *complaints = calloc(1, sizeof(*complaints));

    if (complaints == NULL) {
        return EX_OSERR;
    }
    int error = file != NULL ? settings_load(file, settings, complaints)
                             : settings_default(settings, complaints);
    if (error != 0) {
        complaints_print(complaints);
    }
    free(complaints);
    return error == 0 ? 0 : EX_CONFIG;
}

/* What looks at a file needs one: 0, or 78. */
static int need_file(const struct flags *flags)
{
    bool is_needed = flags->wants_check || flags->instance != NULL;

    if (is_needed && flags->config == NULL) {
        fprintf(stderr,
                "sentinel-agent: no configuration to %s: give one with -c "
                "FILE\nTry 'sentinel-agent --help'.\n",
                flags->wants_check ? "check" : "look in");
        return EX_CONFIG;
    }
    return 0;
}

static int load_settings(const struct flags *flags, struct settings *settings)
{
    int code = need_file(flags);

    if (code == 0) {
        code = read_settings(flags->config, settings);
    }
    if (code == 0) {
        code = flags_apply(flags, settings);
    }
    if (code == 0) {
        log_set_level((enum log_level)settings->log_level);
        log_set_format((enum log_format)settings->log_format);
    }
    return code;
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

/* --- the run ------------------------------------------------------------- */

static int run(const struct flags *flags, struct settings *settings)
{
    struct supervisor_programs programs;
    struct supervisor *supervisor = calloc(1, sizeof(*supervisor));
    int code = EX_OSERR;

    if (supervisor != NULL) {
        code = find_programs(flags, &programs);
    }
    if (code == 0) {
        code = confine_hide() == 0 ? 0 : EX_OSERR;
    }
    if (code == 0) {
        code = supervisor_init(supervisor, settings, &programs, flags);
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

/* What is answered without any settings; true if that was asked for. */
static bool answer(const struct flags *flags)
{
    if (flags->wants_help) {
        flags_print_help();
    } else if (flags->wants_version) {
        print_version();
    } else if (flags->wants_reference) {
        settings_print_reference();
    }
    return flags->wants_help || flags->wants_version || flags->wants_reference;
}

static int check(const struct flags *flags, const struct settings *settings)
{
    settings_warn(settings);
    printf("%s: good, %u instances\n", flags->config, settings->instance_count);
    return 0;
}

static int print_instance(const struct flags *flags,
                          const struct settings *settings)
{
    if (settings_print_instance(settings, flags->instance) != 0) {
        fprintf(stderr, "sentinel-agent: no instance \"%s\" in %s\n",
                flags->instance, flags->config);
        return EX_USAGE;
    }
    return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

int main(int argc, char **argv)
{
    struct flags flags;
    struct settings settings = {0};

    fill_standard_descriptors();
    memory_init();
    if (checker_is_meant(argc, argv)) {
        return checker_main(argc, argv);
    }
    log_init("agent");
    int code = flags_parse(argc, argv, &flags);
    if (code != 0 || answer(&flags)) {
        return code;
    }
    code = load_settings(&flags, &settings);
    if (code == 0 && flags.wants_check) {
        code = check(&flags, &settings);
    } else if (code == 0 && flags.wants_dump) {
        settings_print(&settings, stdout);
    } else if (code == 0 && flags.instance != NULL) {
        code = print_instance(&flags, &settings);
    } else if (code == 0) {
        leaving_hold_signals();
        (void)signal(SIGPIPE, SIG_IGN); /* writes say so themselves */
        /* For the jitter of restarts only. */
        srandom((unsigned)(clock_wall_ms() ^ (uint64_t)getpid()));
        settings_warn(&settings);
        code = run(&flags, &settings);
    }
    settings_finish(&settings);
    if (SANITIZED_HAS_SHADOW) {
        deadman_final(SANITIZED_LAST_LOOK_MS);
    }
    return code;
}
