/*
 * print.h - what every verb says in the same way: JSON, tables, and trouble.
 */
#ifndef CTL_PRINT_H
#define CTL_PRINT_H

#include <stdio.h>

#include <jansson.h>

#include "ctl/options.h"
#include "ctl/table.h"

/* Sees to it that all is written. 0, or why not: a negative errno. */
int print_flush(FILE *stream);

/* An object over many lines, or in one. 0 or a negative errno;
 * -ENOMEM for NULL. */
int print_json(const json_t *json);
int print_json_line(const json_t *json);

/* As CSV or as names when that is the output; wide on lines as long as they
 * get; else for the screen that there is. Takes the table. 0 or a negative
 * errno; -ENOMEM for NULL. */
int print_table(struct table *table, enum output output);

/* A line on standard error; a stranger's bytes in it are escaped. */
void print_trouble(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* `code`; or CTL_EXIT_STALE, and a line about it, when `status` says that
 * printing failed. */
int print_end(int status, int code);

#endif
