/*
 * settings_file.h - the bytes of a configuration file, read without waiting.
 */
#ifndef CONFIG_SETTINGS_FILE_H
#define CONFIG_SETTINGS_FILE_H

#include <stddef.h>

#define SETTINGS_FILE_BYTES_MOST (1024 * 1024)

/* Reads the whole file; the caller frees `bytes`. A negative errno: -EFBIG
 * when it is larger than a configuration may be, -EISDIR when it is no
 * regular file (a FIFO is not waited for). */
int settings_file_read(const char *path, char **bytes, size_t *length);

#endif
