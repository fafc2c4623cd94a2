/*
 * tls_material.h - what a TLS context is made of, read from files: whom to
 * believe, and who we are.
 *
 * OpenSSL learns of files only what tls_files read for it, and may never ask
 * for a passphrase: nobody sits there to type it.
 */
#ifndef PROBER_TLS_MATERIAL_H
#define PROBER_TLS_MATERIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "prober/tls_files.h"

enum tls_material_file {
    TLS_FILE_AUTHORITIES, /* the configured one, or the system's bundle */
    TLS_FILE_DIRECTORY,   /* the system's authorities, one a file; else "" */
    TLS_FILE_CERTIFICATE,
    TLS_FILE_KEY,
    TLS_FILE_COUNT
};

/* For one context in the making; nothing in it is owned. */
struct tls_material {
    struct ssl_ctx_st *ssl;
    struct tls_file files[TLS_FILE_COUNT]; /* path "" = none */
    struct tls_stamp *stamps;              /* TLS_FILE_COUNT: as it was read */
    char *trouble;                         /* a sentence, when one fails */
    size_t size;
    bool has_passphrase; /* one would have been needed */
};

/* Names the files of a context; "" = none. OpenSSL looks the system's
 * authorities up by itself. Their stamps are taken all the same, so that it
 * looks again when they have changed. */
void tls_material_name(struct tls_file *files, const char *ca,
                       const char *certificate, const char *key);

/* Each: 0; or negative, and then `trouble` says why. */

/* Every certificate of the authorities file is believed, an intermediate or
 * the server's own one as well; if revocation lists stand beside them, they
 * count. */
int tls_material_load_authorities(struct tls_material *material);

/* Believes whom the host believes. */
int tls_material_load_system(struct tls_material *material);

/* Our certificate, its chain, and the key that belongs to it. */
int tls_material_load_identity(struct tls_material *material);

/* "no memory for TLS", and -ENOMEM. */
int tls_material_complain_of_memory(struct tls_material *material);

#endif
