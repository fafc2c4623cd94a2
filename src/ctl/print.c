/*
 * print.c - see print.h.
 */
#include "ctl/print.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ctl/screen.h"

#define TROUBLE_BYTES 2048

/* A write that failed earlier has left its errno, too. */
int print_flush(FILE *stream)
{
    if (fflush(stream) == 0 && !ferror(stream)) {
        return 0;
    }
    return errno > 0 ? -errno : -EIO;
}

static int dump(const json_t *json, size_t flags)
{
    if (json == NULL) {
        return -ENOMEM;
    }
    (void)json_dumpf(json, stdout,
                     flags | JSON_ENSURE_ASCII); /* the flush tells */
    (void)puts("");
    return print_flush(stdout);
}

int print_json(const json_t *json)
{
    return dump(json, JSON_INDENT(2));
}

int print_json_line(const json_t *json)
{
    return dump(json, JSON_COMPACT);
}

int print_table(struct table *table, enum output output)
{
    int status = -ENOMEM;
    if (table == NULL) {
        return status;
    }
    if (output == OUTPUT_CSV) {
        status = table_print_csv(table, stdout);
    } else if (output == OUTPUT_NAME) {
        status = table_print_names(table, stdout);
    } else {
        size_t width = output == OUTPUT_WIDE ? 0 : screen_width();
        status = table_print(table, stdout, width, screen_has_colour());
    }
    table_destroy(table);
    return status;
}

void print_trouble(const char *format, ...)
{
    char text[TROUBLE_BYTES];
    char shown[2 * TROUBLE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments); /* cutting is fine */
    va_end(arguments);
    (void)text_escape(shown, sizeof shown, text,
                      strlen(text));                   /* cutting is fine */
    (void)fprintf(stderr, "sentinelctl: %s\n", shown); /* nobody else */
}

int print_end(int status, int code)
{
    if (status == 0) {
        return code;
    }
    print_trouble("cannot write: %s", strerror(-status));
    return CTL_EXIT_STALE;
}
