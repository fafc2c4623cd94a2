/*
 * screen.c - asks the terminal, if there is one.
 */
#include "ctl/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

size_t screen_width(void)
{
    struct winsize size = {0};
    if (!isatty(STDOUT_FILENO) ||
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
        return 0;
    }
    return size.ws_col;
}

bool screen_has_colour(void)
{
    const char *refusal = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    bool is_refused = refusal != NULL && refusal[0] != '\0';
    bool is_able = terminal != NULL && strcmp(terminal, "dumb") != 0;
    return isatty(STDOUT_FILENO) && is_able && !is_refused;
}
