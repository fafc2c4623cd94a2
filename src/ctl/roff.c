/*
 * roff.c - see roff.h. Words are laid out one after the other; the stream
 * remembers errors, its owner looks at them in the end.
 */
#include "ctl/roff.h"

#include <stdbool.h>
#include <string.h>

/* mandoc minds input lines beyond 80; what is escaped takes more. */
#define COLUMNS_MOST 76

void roff_print_word(FILE *stream, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\\' || text[i] == '-') {
            (void)fputs(text[i] == '-' ? "\\-" : "\\e", stream);
        } else {
            (void)fputc(text[i], stream);
        }
    }
}

/* Whether a word in front of `next` ends a sentence. */
static bool is_end_of_sentence(const char *word, size_t length,
                               const char *next)
{
    return word[length - 1] == '.' && *next >= 'A' && *next <= 'Z';
}

/* A word at the beginning of a line must not be taken for a macro. */
static void print_first(FILE *stream, const char *word, size_t length)
{
    (void)fputs(*word == '.' || *word == '\'' ? "\\&" : "", stream);
    roff_print_word(stream, word, length);
}

void roff_print(FILE *stream, const char *text)
{
    size_t column = 0;
    const char *word = text + strspn(text, " \n");
    while (*word != '\0') {
        size_t length = strcspn(word, " \n");
        if (column > 0 && column + 1 + length > COLUMNS_MOST) {
            (void)fputc('\n', stream);
            column = 0;
        }
        if (column == 0) {
            print_first(stream, word, length);
        } else {
            (void)fputc(' ', stream);
            roff_print_word(stream, word, length);
        }
        column += 1 + length;
        const char *next = word + length + strspn(word + length, " \n");
        if (*next == '\0' || is_end_of_sentence(word, length, next)) {
            (void)fputc('\n', stream);
            column = 0;
        }
        word = next;
    }
}
