/*
 * confine.c - see confine.h.
 *
 * The C library has no names for Landlock's calls. Version 1 of it knows all
 * that is forbidden here but cutting a file short, which came with version 3
 * and with headers newer than ours. There is no list of system calls
 * (seccomp): libraries change theirs, and one that is missed kills a helper on
 * some hosts only.
 */
#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

#define VERSION_OF_TRUNCATE 3
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)

/* What the run directory's owner does there. */
#define ACCESS_KEEP                                                   \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
     LANDLOCK_ACCESS_FS_MAKE_REG)

#define ACCESS_CHANGE                                               \
    (ACCESS_KEEP | LANDLOCK_ACCESS_FS_EXECUTE |                     \
     LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_DIR |  \
     LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |  \
     LANDLOCK_ACCESS_FS_MAKE_SYM)

int confine_hide(void)
{
    const struct rlimit none = {0};

    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        setrlimit(RLIMIT_CORE, &none) != 0) {
        return -errno;
    }
    return 0;
}

int confine_helper(void)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return -errno;
    }
    return confine_hide();
}

/* --- files --------------------------------------------------------------- */

/* 0: it has none, or none for us. */
static long landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
                           LANDLOCK_CREATE_RULESET_VERSION);
    return version > 0 ? version : 0;
}

static int allow_beneath(int rules, const char *directory, uint64_t access)
{
    struct landlock_path_beneath_attr beneath = {
        .allowed_access = access,
        .parent_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC)};

    if (beneath.parent_fd < 0) {
        return -errno;
    }
    int status = 0;
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
                &beneath, 0) != 0) {
        status = -errno;
    }
    (void)close(beneath.parent_fd); /* only a name */
    return status;
}

static int bind_to(int rules, const char *directory, uint64_t kept)
{
    int status = directory != NULL ? allow_beneath(rules, directory, kept) : 0;

    if (status == 0 && syscall(SYS_landlock_restrict_self, rules, 0) != 0) {
        status = -errno;
    }
    return status;
}

static int restrict_files(const char *directory)
{
    long version = landlock_version();
    uint64_t cut = version >= VERSION_OF_TRUNCATE ? ACCESS_TRUNCATE : 0;
    const struct landlock_ruleset_attr forbidden = {.handled_access_fs =
                                                        ACCESS_CHANGE | cut};

    if (version == 0) {
        return -ENOSYS;
    }
    int rules = (int)syscall(SYS_landlock_create_ruleset, &forbidden,
                             sizeof(forbidden), 0);
    if (rules < 0) {
        return -errno;
    }
    int status = bind_to(rules, directory, ACCESS_KEEP | cut);
    (void)close(rules); /* the process is bound, or not */
    return status;
}

void confine_files(const char *directory)
{
    int status = restrict_files(directory);

    if (status != 0) {
        log_event(LEVEL_DEBUG, "files_unrestricted",
                  LOG_TEXT("error", strerror(-status)));
    }
}
