/*
 * tls_files.h - the files a TLS context is made of: opened, checked and read
 * through one descriptor, so that what was checked is what was read.
 *
 * A key must be a regular file, no link, and closed to all but its owner.
 * Authorities and certificates are public: they may be links, and anybody may
 * read them.
 */
#ifndef PROBER_TLS_FILES_H
#define PROBER_TLS_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLS_FILE_BYTES_MOST (1024 * 1024) /* the system's bundle: 220 KiB */

struct tls_file {
    const char *what; /* "key": what a sentence calls it */
    const char *path;
    bool is_secret;
};

/* Tells one content of a file from another; all zeroes: not there. */
struct tls_stamp {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    int64_t modified_ns;
    int64_t changed_ns;
};

struct tls_bytes {
    char *bytes;
    size_t length;
};

/* As it lies there now. */
void tls_file_stamp(const struct tls_file *file, struct tls_stamp *stamp);

bool tls_stamp_equals(const struct tls_stamp *one,
                      const struct tls_stamp *other);

/* Reads all of it; give the bytes to tls_bytes_wipe. 0; or negative, and then
 * `trouble` is a sentence that names the file and says what to do. */
int tls_file_read(const struct tls_file *file, struct tls_bytes *bytes,
                  struct tls_stamp *stamp, char *trouble, size_t size);

/* Overwrites and frees; fine when there is nothing. */
void tls_bytes_wipe(struct tls_bytes *bytes);

#endif
