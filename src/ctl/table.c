/*
 * table.c - rows of cells, measured before they are printed.
 *
 * The last column is the one with sentences: it is folded between words under
 * its own title when the screen is narrow. The others keep their width, for a
 * name cut short is a wrong name.
 */
#include "ctl/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define TABLE_FIRST_CELLS 64
#define FOLD_LEAST 16 /* a narrower last column is not folded any more */

struct cell {
    enum tone tone;
    char *text; /* owned; printable ASCII */
};

struct table {
    const char *const *titles; /* borrowed */
    size_t columns;
    struct cell *cells; /* owned; row by row */
    size_t count;
    size_t room;
    bool is_failed;
};

struct table *table_create(const char *const *titles, size_t column_count)
{
    struct table *table = calloc(1, sizeof *table);
    if (table != NULL) {
        table->titles = titles;
        table->columns = column_count;
    }
    return table;
}

void table_destroy(struct table *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < table->count; i++) {
        free(table->cells[i].text);
    }
    free(table->cells);
    free(table);
}

static bool reserve_cell(struct table *table)
{
    if (table->count < table->room) {
        return true;
    }
    size_t room = table->room > 0 ? 2 * table->room : TABLE_FIRST_CELLS;
    struct cell *cells = reallocarray(table->cells, room, sizeof *cells);
    if (cells == NULL) {
        return false;
    }
    table->cells = cells;
    table->room = room;
    return true;
}

void table_add(struct table *table, enum tone tone, const char *text)
{
    size_t size = 4 * strlen(text) + 1; /* every byte escaped */
    char *copy = reserve_cell(table) ? malloc(size) : NULL;
    if (copy == NULL) {
        table->is_failed = true;
        return;
    }
    if (text_is_printable(text, size)) {
        (void)text_copy(copy, size, text); /* fits, and keeps backslashes */
    } else {
        (void)text_escape(copy, size, text, strlen(text)); /* fits */
    }
    table->cells[table->count++] = (struct cell){.tone = tone, .text = copy};
}

/* The escape that begins a tone, "" for plain; and the one that ends any. */
#define TONE_END "\033[0m"

static const char *tone_start(enum tone tone)
{
    switch (tone) {
    case TONE_PLAIN:
        return "";
    case TONE_GOOD:
        return "\033[32m";
    case TONE_WARN:
        return "\033[33m";
    case TONE_BAD:
        return "\033[31m";
    case TONE_ODD:
        return "\033[35m";
    }
    return "";
}

enum tone tone_of_state(const char *state)
{
    static const struct {
        const char *state;
        enum tone tone;
    } tones[] = {
        {"up", TONE_GOOD},      {"degraded", TONE_WARN},
        {"loading", TONE_WARN}, {"draining", TONE_WARN},
        {"down", TONE_BAD},
    };
    for (size_t i = 0; i < sizeof tones / sizeof tones[0]; i++) {
        if (strcmp(state, tones[i].state) == 0) {
            return tones[i].tone;
        }
    }
    return TONE_ODD;
}

static void measure(const struct table *table, size_t *widths)
{
    for (size_t i = 0; i < table->columns; i++) {
        widths[i] = table->titles != NULL ? strlen(table->titles[i]) : 0;
    }
    for (size_t i = 0; i < table->count; i++) {
        size_t length = strlen(table->cells[i].text);
        size_t *width = &widths[i % table->columns];
        *width = length > *width ? length : *width;
    }
}

/* Spaces after a cell of `used` characters, up to the next column. */
static void print_gap(FILE *stream, size_t used, size_t width)
{
    (void)fprintf(stream, "%*s", (int)(width - used + TABLE_GAP),
                  ""); /* the stream remembers errors */
}

static void print_titles(const struct table *table, const size_t *widths,
                         FILE *stream)
{
    for (size_t i = 0; table->titles != NULL && i < table->columns; i++) {
        (void)fputs(table->titles[i], stream); /* remembered */
        if (i + 1 < table->columns) {
            print_gap(stream, strlen(table->titles[i]), widths[i]);
        }
    }
    if (table->titles != NULL) {
        (void)fputc('\n', stream); /* remembered */
    }
}

static void print_toned(FILE *stream, enum tone tone, const char *text,
                        size_t length, bool has_colour)
{
    bool is_toned = has_colour && tone != TONE_PLAIN && length > 0;
    (void)fprintf(stream, "%s%.*s%s", is_toned ? tone_start(tone) : "",
                  (int)length, text, is_toned ? TONE_END : ""); /* remembered */
}

/* How much of `text` goes onto a line of `width`: whole words if any fits. */
static size_t fold_at(const char *text, size_t width)
{
    size_t length = strlen(text);
    if (width == 0 || length <= width) {
        return length;
    }
    for (size_t i = width; i > 0; i--) {
        if (text[i] == ' ') {
            return i;
        }
    }
    return width;
}

/* Prints the last column; further lines stand `indent` characters in. */
static void print_folded(FILE *stream, const struct cell *cell, size_t indent,
                         size_t width, bool has_colour)
{
    const char *text = cell->text;
    size_t room = width > indent + FOLD_LEAST ? width - indent : 0;
    size_t length = fold_at(text, room);
    print_toned(stream, cell->tone, text, length, has_colour);
    for (text += length; *text != '\0'; text += length) {
        text += strspn(text, " ");
        length = fold_at(text, room);
        if (length > 0) {
            (void)fprintf(stream, "\n%*s", (int)indent, ""); /* remembered */
            print_toned(stream, cell->tone, text, length, has_colour);
        }
    }
    (void)fputc('\n', stream); /* remembered */
}

static int stream_status(const struct table *table, FILE *stream)
{
    if (table->is_failed) {
        return -ENOMEM;
    }
    return fflush(stream) != 0 || ferror(stream) ? -EIO : 0;
}

int table_print(const struct table *table, FILE *stream, size_t width,
                bool has_colour)
{
    size_t widths[TABLE_COLUMNS_MOST];
    if (table->is_failed) {
        return -ENOMEM;
    }
    measure(table, widths);
    print_titles(table, widths, stream);
    size_t indent = 0;
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->columns;
        const struct cell *cell = &table->cells[i];
        size_t length = strlen(cell->text);
        indent = column == 0 ? 0 : indent;
        if (column + 1 == table->columns) {
            print_folded(stream, cell, indent, width, has_colour);
            continue;
        }
        print_toned(stream, cell->tone, cell->text, length, has_colour);
        print_gap(stream, length, widths[column]);
        indent += widths[column] + TABLE_GAP;
    }
    return stream_status(table, stream);
}

static void print_csv_field(FILE *stream, const char *text)
{
    if (strpbrk(text, ",\" ") == NULL) {
        (void)fputs(text, stream); /* remembered */
        return;
    }
    (void)fputc('"', stream); /* remembered */
    for (; *text != '\0'; text++) {
        (void)fprintf(stream, "%s%c", *text == '"' ? "\"" : "",
                      *text); /* remembered */
    }
    (void)fputc('"', stream); /* remembered */
}

int table_print_csv(const struct table *table, FILE *stream)
{
    if (table->is_failed) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < table->columns + table->count; i++) {
        const char *text = i < table->columns
                               ? table->titles[i]
                               : table->cells[i - table->columns].text;
        print_csv_field(stream, text);
        bool is_last = i % table->columns + 1 == table->columns;
        (void)fputs(is_last ? "\r\n" : ",", stream); /* remembered */
    }
    return stream_status(table, stream);
}
