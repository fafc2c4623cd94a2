/*
 * table.h - aligned columns for a screen, or CSV for a program.
 *
 * Every cell is made printable ASCII when it is added, so a stranger's bytes
 * cannot reach the terminal as anything but text.
 */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS_MOST 24
#define TABLE_GAP 2 /* spaces between columns */

/* What a cell means, to be coloured by. */
enum tone { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_ODD };

/* Of an instance's state, by its name as published. */
enum tone tone_of_state(const char *state);

struct table;

/* `titles` are borrowed; their number is `column_count`. Without titles (NULL)
 * there is no line of them, and no CSV. NULL without memory. */
struct table *table_create(const char *const *titles, size_t column_count);
void table_destroy(struct table *table);

/* One of each column: on a screen too narrow for all, the columns of the
 * highest rank are left out first; those of rank 0, and the last, stay. */
void table_set_ranks(struct table *table, const uint8_t *ranks);

/* Adds the next cell, row by row. Lost memory is told by the printers. */
void table_add(struct table *table, enum tone tone, const char *text);

/* `width` folds the last column at that many characters a line, or gives it
 * lines of its own where too little is left beside the others; 0 does not
 * fold. 0 or -ENOMEM, or -EIO when the stream failed. */
int table_print(const struct table *table, FILE *stream, size_t width,
                bool has_colour);

/* The first column alone, which names the row. Same errors. */
int table_print_names(const struct table *table, FILE *stream);

/* As RFC 4180 has it, the titles first. Same errors. */
int table_print_csv(const struct table *table, FILE *stream);

#endif
