/*
 * trouble.c - see trouble.h.
 */
#include "base/trouble.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

/* Each byte of a path may become four. */
#define ESCAPED_BYTES (4 * 1024)
#define CUT "..."

/* The end of the path that fits `room`, from a slash on if there is one. */
static const char *end_of_path(const char *path, size_t room)
{
    const char *end = path + strlen(path) - room;
    const char *slash = strchr(end, '/');
    return slash != NULL ? slash : end;
}

void trouble_of_path(char *shown, size_t size, const char *path)
{
    char escaped[ESCAPED_BYTES];
    (void)text_escape(escaped, sizeof(escaped), path,
                      strlen(path)); /* no path is longer */
    if (strlen(escaped) < size) {
        (void)text_copy(shown, size, escaped); /* fits */
        return;
    }
    size_t room = size > sizeof(CUT) ? size - sizeof(CUT) : 0;
    (void)text_format(shown, size, CUT "%s",
                      end_of_path(escaped, room)); /* it was made to fit */
}

void trouble_of_file(char *trouble, size_t size, const char *what,
                     const char *path, const char *why)
{
    char shown[ESCAPED_BYTES];
    size_t others = strlen(what) + strlen(why) + strlen("  ");
    size_t room = size > others ? size - others : 1;
    trouble_of_path(shown, room < sizeof(shown) ? room : sizeof(shown), path);
    (void)text_format(trouble, size, "%s %s %s", what, shown,
                      why); /* it was made to fit */
}

void trouble_of_error(char *why, size_t size, int error)
{
    const char *words = strerrordesc_np(error);
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        (void)text_copy(why, size, "does not exist"); /* fits */
        return;
    case ELOOP: /* by O_NOFOLLOW */
        (void)text_copy(why, size,
                        "is a link: name the file it leads to"); /* fits */
        return;
    case EACCES:
    case EPERM:
        (void)text_copy(why, size,
                        "may not be read by the agent's user"); /* fits */
        return;
    default:
        (void)text_format(why, size, "cannot be read: %s",
                          words == NULL ? "no reason is known"
                                        : words); /* fits */
    }
}
