/*
 * roff.h - plain text as roff takes it, for a manual page: escaped, a line a
 * sentence, and no line longer than a terminal's.
 */
#ifndef CTL_ROFF_H
#define CTL_ROFF_H

#include <stdio.h>

/* `text` as whole lines; nothing for an empty one. A newline in it is a
 * blank. The stream remembers errors. */
void roff_print(FILE *stream, const char *text);

/* The same within a line, as an argument of a macro. */
void roff_print_word(FILE *stream, const char *text, size_t length);

#endif
