/*
 * secret.h - a password from its file: opened when it is needed, held as
 * shortly as can be, wiped by whoever read it.
 *
 * The file must be a regular one, no link, closed to all others (privacy.h),
 * and hold one line. It is opened without waiting, so that a FIFO in its place
 * costs nothing.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

#define SECRET_BYTES_MOST 512 /* of the file */

struct secret {
    char text[SECRET_BYTES_MOST + 1];
};

/* 0; or a negative errno, the secret empty, and in `trouble` a sentence that
 * names the file and what to do. `what` is the file to people: "password
 * file". */
int secret_read(struct secret *secret, const char *what, const char *path,
                char *trouble, size_t size);

void secret_wipe(struct secret *secret);

#endif
