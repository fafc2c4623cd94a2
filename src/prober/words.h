/*
 * words.h - all a probe says, in one write: AUTH with what the password file
 * holds now, and the flight.
 */
#ifndef PROBER_WORDS_H
#define PROBER_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "model/settings.h"
#include "prober/flight.h"

struct words {
    size_t length;
    uint8_t bytes[FLIGHT_AUTH_BYTES_MOST + FLIGHT_BYTES_MOST];
};

/* For a flight with AUTH. 0; or a negative errno, nothing to wipe, and in
 * `trouble` a sentence that names the file, or "" if no file is to blame. */
int words_read(struct words *words, const struct flight *flight,
               const struct instance_access *access, char *trouble,
               size_t size);

/* They hold a password. */
void words_wipe(struct words *words);

#endif
