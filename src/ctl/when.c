/*
 * when.c - see when.h.
 */
#include "ctl/when.h"

#include <stdio.h>
#include <time.h>

#include "base/text.h"

void when_text(char *target, size_t size, int64_t wall_ms)
{
    char date[WHEN_TEXT_BYTES];
    struct tm parts;
    const time_t second = (time_t)(wall_ms / 1000);
    if (wall_ms <= 0 || gmtime_r(&second, &parts) == NULL ||
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
        (void)text_copy(target, size, "-"); /* fits */
        return;
    }
    (void)text_format(target, size, "%s.%03dZ", date,
                      (int)(wall_ms % 1000)); /* fits */
}
