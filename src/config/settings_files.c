/*
 * settings_files.c - looks at the files that settings name. Nothing is opened
 * here: who needs a secret opens it himself, and looks again then.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/privacy.h"
#include "config/options.h"
#include "config/settings_check.h"
#include "config/settings_load.h"

/* A secret is refused as a link: a link can be made to point elsewhere by who
 * may write the directory it points into. */
static int look(const struct option *option, const char *path,
                struct stat *about)
{
    int status = option->is_secret ? lstat(path, about) : stat(path, about);

    return status == 0 ? 0 : -errno;
}

static void check_file(const struct settings *settings,
                       const struct option *option, const char *path,
                       const struct settings_place *place,
                       struct complaints *complaints)
{
    struct stat about;
    int error = look(option, path, &about);
    unsigned mode = error == 0 ? about.st_mode & 07777u : 0;

    /* The path is shown only when it is one: somebody may have written the
     * secret itself in its place. */
    if (error != 0) {
        COMPLAIN(settings, complaints, place,
                 "the file of `%s` is not there: %s", option->name,
                 strerror(-error));
    } else if (!S_ISREG(about.st_mode)) {
        COMPLAIN(settings, complaints, place,
                 "`%s`: %s must be a regular file%s", option->name, path,
                 option->is_secret ? ", and no link" : "");
    } else if (option->is_secret && !privacy_of_path(path, &about)) {
        COMPLAIN(settings, complaints, place,
                 "`%s`: %s has the mode %04o, so others than its owner can "
                 "use it: chmod 600 %s",
                 option->name, path, mode, path);
    } else if (access(path, R_OK) != 0) {
        COMPLAIN(settings, complaints, place,
                 "`%s`: %s cannot be read by this user: %s", option->name, path,
                 strerror(errno));
    }
}

/* The files of one holder: the top's are in the settings, an instance's in
 * its access. */
static void check_holder(const struct settings *settings, uint32_t holder,
                         struct complaints *complaints)
{
    const struct option *option = option_at(0);
    enum option_home home = holder == 0 ? HOME_SETTINGS : HOME_ACCESS;
    const void *base = holder == 0 ? (const void *)settings
                                   : settings_access(settings, holder - 1);

    for (uint32_t row = 0; option != NULL; option = option_at(++row)) {
        const char *path = (const char *)base + option->offset;
        if (option->type == OPTION_FILE && option->home == home &&
            path[0] != '\0') {
            check_file(settings, option, path,
                       settings_place_of(settings, holder, row), complaints);
        }
    }
}

int settings_check_files(const struct settings *settings,
                         struct complaints *complaints)
{
    size_t before = complaints->count;

    for (uint32_t holder = 0; holder <= settings->instance_count; holder++) {
        check_holder(settings, holder, complaints);
    }
    return complaints->count == before ? 0 : -EINVAL;
}
