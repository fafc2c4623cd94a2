/*
 * tls.h - TLS over bytes in memory: bytes from the server go in, plain bytes
 * and bytes for the server come out. It knows no socket and no time.
 *
 * The only home of OpenSSL, in a library that the prober loads when an instance
 * has `tls` (tls_load.c). Minimum TLS 1.2; the server's certificate is
 * verified unless the access says otherwise, its name when one is asked for.
 */
#ifndef PROBER_TLS_H
#define PROBER_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/settings.h"

/* --- what connections share -------------------------------------------- */

struct tls_context;
struct tls_contexts;

/* An empty store; OpenSSL is loaded for the first access that has `tls`, for
 * it costs 1.5 MB. NULL = no memory. */
struct tls_contexts *tls_contexts_create(void);

/* The context of this access, kept from before if its files are the same
 * still; borrowed, good until the next call. NULL: a file of ours is not
 * usable, and `trouble` holds the sentence that names it and says what to do.
 */
struct tls_context *tls_contexts_find(struct tls_contexts *contexts,
                                      const struct instance_access *access,
                                      char *trouble, size_t size);

/* NULL is fine. */
void tls_contexts_destroy(struct tls_contexts *contexts);

/* --- one conversation --------------------------------------------------- */

struct tls;

enum tls_state {
    TLS_HANDSHAKING,
    TLS_OPEN,   /* what we had to say is encrypted and in the output */
    TLS_CLOSED, /* the server said it will say no more */
    TLS_FAILED  /* tls_trouble says why */
};

/* Plain bytes of the server; the tls may not be destroyed inside. */
typedef void (*tls_plain_cb)(void *owner, const char *bytes, size_t length);

/* Begins: the first bytes for the server stand in the output at once. What we
 * want to say is copied, and wiped when it is encrypted. NULL: no memory, or
 * this host's OpenSSL is set to offer nothing that we may. */
struct tls *tls_create(struct tls_context *context,
                       const struct instance_access *access,
                       const uint8_t *words, size_t length);

/* Takes bytes of the server, in whatever slices. */
enum tls_state tls_feed(struct tls *tls, const char *bytes, size_t length,
                        tls_plain_cb on_plain, void *owner);

/* What is to be sent, owned by the tls; its length, 0 = nothing. It stays as
 * and where it is until tls_sent, which forgets it; what we have to say
 * meanwhile waits for the next tls_output, so ask again after tls_sent. After
 * a failure it holds our alert: a courtesy to the server's log. */
size_t tls_output(struct tls *tls, const uint8_t **bytes);
void tls_sent(struct tls *tls);

/* Whether the server sent anything at all. */
bool tls_has_heard(const struct tls *tls);

/* Why it failed, a sentence that stays the same from round to round and tells
 * wrong authority, wrong name, expired, missing certificate and the like
 * apart; "" if it did not. */
const char *tls_trouble(const struct tls *tls);

/* Whether it failed through us (no memory, a rule of this host's OpenSSL), so
 * that it says nothing of the server. */
bool tls_is_our_fault(const struct tls *tls);

/* notAfter of the server's certificate in seconds of the epoch; -1 = not
 * known. */
int64_t tls_certificate_end(const struct tls *tls);

/* NULL is fine. */
void tls_destroy(struct tls *tls);

#endif
