/*
 * small_file.h - what the kernel or the system keeps in a line of its own: the
 * boot id, the machine id.
 */
#ifndef BASE_SMALL_FILE_H
#define BASE_SMALL_FILE_H

#include <stddef.h>

/* The first line, without its newline and cut to `size`; "" if the file cannot
 * be read. One read, as /proc answers: not for files that may be slow. */
void small_file_read_line(const char *path, char *line, size_t size);

#endif
