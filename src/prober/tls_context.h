/*
 * tls_context.h - one SSL_CTX and the files it was made of.
 */
#ifndef PROBER_TLS_CONTEXT_H
#define PROBER_TLS_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/settings.h"
#include "prober/tls_material.h"

struct tls_context {
    struct ssl_ctx_st *ssl; /* owned; a conversation holds one more reference.
                               NULL: an empty place */
    uint64_t used;          /* the store's count when it was last asked for */
    bool verify;
    char ca[SETTINGS_KEPT_BYTES]; /* as the access names them */
    char certificate[SETTINGS_KEPT_BYTES];
    char key[SETTINGS_KEPT_BYTES];
    struct tls_stamp stamps[TLS_FILE_COUNT]; /* zeroes for what is not there */
};

/* Reads the files; the authorities, by far the dearest, are shared with
 * `donor`, which tls_context_may_lend found fit; NULL: read as well. 0; or
 * negative, and then `trouble` is a sentence and there is nothing to finish. */
int tls_context_init(struct tls_context *context,
                     const struct instance_access *access,
                     const struct tls_context *donor, char *trouble,
                     size_t size);

/* Whether its authorities are those of this access, and their files what they
 * were. */
bool tls_context_may_lend(const struct tls_context *context,
                          const struct instance_access *access);

/* Whether it was made for an access like this; its files may have changed. */
bool tls_context_is_for(const struct tls_context *context,
                        const struct instance_access *access);

/* Whether its files are what they were. */
bool tls_context_is_fresh(const struct tls_context *context);

/* Fine on an empty place. */
void tls_context_finish(struct tls_context *context);

#endif
