/*
 * table.c - rows of cells, measured before they are printed.
 *
 * The last column is the one with sentences: it is folded between words under
 * its own title when the screen is narrow, and where even that has no room it
 * stands under its row. The others keep their width, for a name cut short is a
 * wrong name; those of no great need are left out.
 */
#include "ctl/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/print.h"

#define TABLE_FIRST_CELLS 64
#define FOLD_LEAST 16  /* a narrower last column stands under its row... */
#define UNDER_INDENT 4 /* ...so far in */

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
    uint8_t ranks[TABLE_COLUMNS_MOST]; /* 0 = stays */
};

/* How a table comes onto a screen. */
struct layout {
    FILE *stream;
    size_t width;
    bool has_colour;
    size_t widths[TABLE_COLUMNS_MOST];
    bool is_shown[TABLE_COLUMNS_MOST];
    size_t indent; /* where the last column begins */
    bool is_under; /* it stands under its row */
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

void table_set_ranks(struct table *table, const uint8_t *ranks)
{
    memcpy(table->ranks, ranks, table->columns);
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

static void measure(const struct table *table, struct layout *layout)
{
    for (size_t i = 0; i < table->columns; i++) {
        layout->widths[i] =
            table->titles != NULL ? strlen(table->titles[i]) : 0;
        layout->is_shown[i] = true;
    }
    for (size_t i = 0; i < table->count; i++) {
        size_t length = strlen(table->cells[i].text);
        size_t *width = &layout->widths[i % table->columns];
        *width = length > *width ? length : *width;
    }
}

/* Characters before the last column. */
static size_t indent_of(const struct table *table, const struct layout *layout)
{
    size_t indent = 0;
    for (size_t i = 0; i + 1 < table->columns; i++) {
        indent += layout->is_shown[i] ? layout->widths[i] + TABLE_GAP : 0;
    }
    return indent;
}

/* The column to be left out next; the last one if none may be. */
static size_t least_needed(const struct table *table,
                           const struct layout *layout)
{
    size_t least = table->columns - 1;
    uint8_t rank = 0;
    for (size_t i = 0; i + 1 < table->columns; i++) {
        if (layout->is_shown[i] && table->ranks[i] > rank) {
            least = i;
            rank = table->ranks[i];
        }
    }
    return least;
}

/* What is left out, and where the last column goes. */
static void arrange(const struct table *table, struct layout *layout)
{
    measure(table, layout);
    layout->indent = indent_of(table, layout);
    size_t wanted = layout->widths[table->columns - 1];
    if (table->titles == NULL || wanted > FOLD_LEAST) {
        wanted = FOLD_LEAST; /* of rows printed one by one, too: all alike */
    }
    while (layout->width > 0 && layout->indent + wanted > layout->width) {
        size_t column = least_needed(table, layout);
        if (column + 1 == table->columns) {
            layout->is_under = table->columns > 1;
            break;
        }
        layout->is_shown[column] = false;
        layout->indent = indent_of(table, layout);
    }
    layout->indent = layout->is_under ? UNDER_INDENT : layout->indent;
}

static void print_toned(FILE *stream, enum tone tone, const char *text,
                        size_t length, bool has_colour)
{
    bool is_toned = has_colour && tone != TONE_PLAIN && length > 0;
    (void)fprintf(stream, "%s%.*s%s", is_toned ? tone_start(tone) : "",
                  (int)length, text, is_toned ? TONE_END : "");
}

/* A cell of its row, after the spaces that are owed to the ones before it: so
 * no line ends in spaces. What it owes to the next one is returned. The stream
 * remembers errors, here and below. */
static size_t print_cell(const struct layout *layout, size_t column,
                         enum tone tone, const char *text, size_t owed)
{
    size_t length = strlen(text);
    (void)fprintf(layout->stream, "%*s", (int)owed, "");
    print_toned(layout->stream, tone, text, length, layout->has_colour);
    return layout->widths[column] - length + TABLE_GAP;
}

static void print_titles(const struct table *table, const struct layout *layout)
{
    size_t last = table->columns - 1;
    size_t owed = 0;
    for (size_t i = 0; i <= last; i++) {
        if (layout->is_shown[i] && !(i == last && layout->is_under)) {
            owed = print_cell(layout, i, TONE_PLAIN, table->titles[i], owed);
        }
    }
    (void)fputc('\n', layout->stream);
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

/* Prints the last column; further lines begin where it does. */
static void print_folded(const struct layout *layout, const struct cell *cell)
{
    const char *text = cell->text;
    size_t room =
        layout->width > layout->indent ? layout->width - layout->indent : 0;
    size_t length = fold_at(text, room);
    if (layout->is_under) {
        (void)fprintf(layout->stream, "\n%*s", (int)layout->indent, "");
    }
    print_toned(layout->stream, cell->tone, text, length, layout->has_colour);
    for (text += length; *text != '\0'; text += length) {
        text += strspn(text, " ");
        length = fold_at(text, room);
        if (length > 0) {
            (void)fprintf(layout->stream, "\n%*s", (int)layout->indent, "");
            print_toned(layout->stream, cell->tone, text, length,
                        layout->has_colour);
        }
    }
    (void)fputc('\n', layout->stream);
}

/* A blank under its row would be a line for nothing. */
static void print_last(const struct layout *layout, const struct cell *cell,
                       size_t owed)
{
    if (!layout->is_under) {
        (void)fprintf(layout->stream, "%*s", (int)owed, "");
    }
    if (layout->is_under && strcmp(cell->text, "-") == 0) {
        (void)fputc('\n', layout->stream);
    } else {
        print_folded(layout, cell);
    }
}

static int stream_status(const struct table *table, FILE *stream)
{
    if (table->is_failed) {
        return -ENOMEM;
    }
    return print_flush(stream);
}

int table_print(const struct table *table, FILE *stream, size_t width,
                bool has_colour)
{
    struct layout layout = {
        .stream = stream, .width = width, .has_colour = has_colour};
    if (table->is_failed) {
        return -ENOMEM;
    }
    arrange(table, &layout);
    if (table->titles != NULL) {
        print_titles(table, &layout);
    }
    size_t owed = 0;
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->columns;
        const struct cell *cell = &table->cells[i];
        if (column + 1 == table->columns) {
            print_last(&layout, cell, owed);
            owed = 0;
        } else if (layout.is_shown[column]) {
            owed = print_cell(&layout, column, cell->tone, cell->text, owed);
        }
    }
    return stream_status(table, stream);
}

int table_print_names(const struct table *table, FILE *stream)
{
    if (table->is_failed) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < table->count; i += table->columns) {
        (void)fprintf(stream, "%s\n", table->cells[i].text);
    }
    return stream_status(table, stream);
}

static void print_csv_field(FILE *stream, const char *text)
{
    if (strpbrk(text, ",\" ") == NULL) {
        (void)fputs(text, stream);
        return;
    }
    (void)fputc('"', stream);
    for (; *text != '\0'; text++) {
        (void)fprintf(stream, "%s%c", *text == '"' ? "\"" : "", *text);
    }
    (void)fputc('"', stream);
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
        (void)fputs(is_last ? "\r\n" : ",", stream);
    }
    return stream_status(table, stream);
}
