/*
 * tls_words.h - why TLS failed, in words: one sentence a cause, printable, at
 * most 160 bytes, the same from round to round. Pure.
 */
#ifndef PROBER_TLS_WORDS_H
#define PROBER_TLS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/settings.h"

#define TLS_FILE_SHOWN_BYTES 65 /* of a file's name in a sentence */
#define TLS_NAME_SHOWN_BYTES 97 /* of a server's name in a sentence */
#define TLS_FIRST_BYTES 5       /* a TLS record's head */

/* What sentences speak of. */
struct tls_names {
    char authorities[TLS_FILE_SHOWN_BYTES]; /* "": the system's */
    char certificate[TLS_FILE_SHOWN_BYTES]; /* "": we have none */
    char server[TLS_NAME_SHOWN_BYTES];      /* "": none asked for */
};

/* What was seen of the server until it failed. */
struct tls_seen {
    uint8_t first[TLS_FIRST_BYTES]; /* of all it sent */
    size_t first_count;
    bool has_asked; /* for a certificate of ours */
};

void tls_names_init(struct tls_names *names,
                    const struct instance_access *access);

/* The server's certificate is not good: `result` is an X509_V_ERR_. */
void tls_words_of_verify(char *trouble, size_t size, long result,
                         const struct tls_names *names);

/* OpenSSL gave up with `error`, of its queue: an alert of the server, words
 * that are no TLS, or rules broken. */
void tls_words_of_error(char *trouble, size_t size, unsigned long error,
                        const struct tls_seen *seen,
                        const struct tls_names *names);

/* No trouble of the server's: memory, or what this host's OpenSSL is set to. */
bool tls_error_is_ours(unsigned long error);

#endif
