/*
 * words.c - see words.h.
 */
#include "prober/words.h"

#include <string.h>

#include "base/secret.h"

int words_read(struct words *words, const struct flight *flight,
               const struct instance_access *access, char *trouble, size_t size)
{
    struct secret secret;
    trouble[0] = '\0';
    words->length = 0;
    int status = secret_read(&secret, "password file", access->password_file,
                             trouble, size);
    if (status == 0) {
        status = flight_format_auth(access->user, secret.text, words->bytes,
                                    FLIGHT_AUTH_BYTES_MOST, &words->length);
    }
    secret_wipe(&secret);
    if (status == 0) {
        memcpy(words->bytes + words->length, flight->bytes, flight->length);
        words->length += flight->length;
    }
    return status;
}

void words_wipe(struct words *words)
{
    explicit_bzero(words->bytes, words->length);
    words->length = 0;
}
