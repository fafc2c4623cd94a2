/*
 * programs.c - see programs.h.
 */
#include "ctl/programs.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define AGENT_NAME "sentinel-agent"

static bool find_in(const char *directory, const char *below, const char *name,
                    char path[PROGRAMS_PATH_BYTES])
{
    return text_format(path, PROGRAMS_PATH_BYTES, "%s%s/%s", directory, below,
                       name) &&
           access(path, X_OK) == 0;
}

/* The folder of our own program; "" when the kernel does not tell. */
static void find_own(char directory[PROGRAMS_PATH_BYTES])
{
    ssize_t length =
        readlink("/proc/self/exe", directory, PROGRAMS_PATH_BYTES - 1);
    directory[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(directory, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
}

int programs_find_helper(const char *libexec, const char *name,
                         char path[PROGRAMS_PATH_BYTES], char *why,
                         size_t why_size)
{
    char own[PROGRAMS_PATH_BYTES];
    find_own(own);
    bool is_found = libexec != NULL ? find_in(libexec, "", name, path)
                                    : find_in(own, "", name, path) ||
                                          find_in(LIBEXECDIR, "", name, path);
    if (!is_found) {
        (void)text_format(
            why, why_size, "no %s in %s: say where it is with --libexec DIR",
            name, libexec != NULL ? libexec : LIBEXECDIR); /* cutting is fine */
        return -ENOENT;
    }
    return 0;
}

int programs_find_agent(const char *libexec, char path[PROGRAMS_PATH_BYTES],
                        char *why, size_t why_size)
{
    char own[PROGRAMS_PATH_BYTES];
    find_own(own);
    bool is_found =
        (libexec != NULL && find_in(libexec, "", AGENT_NAME, path)) ||
        find_in(own, "", AGENT_NAME, path) ||
        find_in(own, "/../sbin", AGENT_NAME, path);
    if (!is_found) {
        (void)text_format(why, why_size,
                          "no %s in %s: say where it is with --libexec DIR",
                          AGENT_NAME, own); /* cutting is fine */
        return -ENOENT;
    }
    return 0;
}
