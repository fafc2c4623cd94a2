/*
 * unescape.h - undoes percent-encoding, strictly. Pure.
 */
#ifndef CONSOLE_UNESCAPE_H
#define CONSOLE_UNESCAPE_H

#include <stddef.h>

/* Of a path: printable ASCII without a space comes out of it. 0; -EINVAL for
 * a bad escape or another byte, -ENOENT when it does not fit. */
int unescape_path(const char *from, size_t length, char *path, size_t size);

/* Of an argument behind the question mark, where `+` is a space and spaces
 * may be. The same results. */
int unescape_argument(const char *from, size_t length, char *text, size_t size);

#endif
