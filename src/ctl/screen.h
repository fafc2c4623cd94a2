/*
 * screen.h - what standard output is: a terminal of some width, or a file.
 */
#ifndef CTL_SCREEN_H
#define CTL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* Columns of the terminal; 0 when it is none, and nothing is to be folded. */
size_t screen_width(void);

/* Only on a terminal that can, and without NO_COLOR in the environment. */
bool screen_has_colour(void);

#endif
