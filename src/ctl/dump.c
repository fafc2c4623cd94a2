/*
 * dump.c - see dump.h. The format is our own (config/settings_print.c): two
 * spaces a level, "- " before an entry's first key, values plain or between
 * quotes, and behind them in a comment where they come from. A line that is
 * not so is left out.
 */
#include "ctl/dump.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

#define INDENT 2

void dump_init(struct dump *dump, const char *text)
{
    memset(dump, 0, sizeof *dump);
    dump->rest = text;
}

/* A value between quotes; the backslash keeps what follows it. */
static void take_quoted(struct dump *dump, const char *text, size_t length)
{
    size_t used = 0;
    for (size_t i = 1; i < length && text[i] != '"'; i++) {
        if (text[i] == '\\' && i + 1 < length) {
            i++;
        }
        if (used + 1 < sizeof dump->value) {
            dump->value[used++] = text[i];
        }
    }
    dump->value[used] = '\0';
}

/* A plain one ends before the comment. */
static void take_plain(struct dump *dump, const char *text, size_t length)
{
    const char *comment = memmem(text, length, " #", 2);
    if (comment != NULL) {
        length = (size_t)(comment - text);
    }
    (void)text_format(dump->value, sizeof dump->value, "%.*s", (int)length,
                      text); /* cutting is fine */
}

static void join_keys(struct dump *dump, size_t depth)
{
    dump->path[0] = '\0';
    for (size_t i = 0; i <= depth; i++) {
        (void)text_append(dump->path, sizeof dump->path, "%s%s",
                          i > 0 && dump->keys[i][0] != '\0' ? "." : "",
                          dump->keys[i]); /* fits */
    }
}

/* True if the line has a value. */
static bool take_line(struct dump *dump, const char *line, size_t length)
{
    size_t indent = 0;
    while (indent < length && (line[indent] == ' ' || line[indent] == '-')) {
        indent++;
    }
    size_t depth = indent / INDENT;
    const char *key = line + indent;
    const char *colon = memchr(key, ':', length - indent);
    if (depth >= DUMP_DEPTH_MOST || colon == NULL || *key == '#') {
        return false;
    }
    (void)text_format(dump->keys[depth], sizeof dump->keys[depth], "%.*s",
                      (int)(colon - key), key); /* cutting is fine */
    const char *value = colon + 1;
    while (value < line + length && *value == ' ') {
        value++;
    }
    size_t left = (size_t)(line + length - value);
    if (left == 0 || *value == '#') {
        return false; /* a section's title */
    }
    join_keys(dump, depth);
    if (*value == '"') {
        take_quoted(dump, value, left);
    } else {
        take_plain(dump, value, left);
    }
    return true;
}

/* A list's entries stand two levels below its key. */
static void forget_deeper(struct dump *dump, const char *line)
{
    size_t indent = strspn(line, " -");
    for (size_t i = indent / INDENT; i < DUMP_DEPTH_MOST; i++) {
        dump->keys[i][0] = '\0';
    }
}

bool dump_next(struct dump *dump)
{
    while (*dump->rest != '\0') {
        const char *line = dump->rest;
        size_t length = strcspn(line, "\n");
        dump->rest += length + (line[length] == '\n');
        forget_deeper(dump, line);
        if (take_line(dump, line, length)) {
            return true;
        }
    }
    return false;
}

bool dump_find(const char *text, const char *path, char *value, size_t size)
{
    struct dump dump;
    dump_init(&dump, text);
    while (dump_next(&dump)) {
        if (strcmp(dump.path, path) == 0 && strlen(dump.value) < size) {
            (void)text_copy(value, size, dump.value); /* fits */
            return true;
        }
    }
    return false;
}
