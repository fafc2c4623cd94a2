/*
 * fuzz_tls.c - a server's bytes, in random slices, into TLS.
 *
 * Input: one byte of choices, one byte that seeds the slicing; then either
 * what the server sent (choice 1), or pairs of a distance and a bit mask, by
 * which the bytes of a real server, of TLS 1.2 or 1.3 (choice 2), are spoilt.
 *
 * Held: no crash, no leak, nothing left in OpenSSL's queue of errors, nothing
 * plain out of what was not sealed by the server, and a printable sentence
 * for each failure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/text.h"
#include "model/verdict.h"
#include "prober/tls.h"

#define WORDS "PING\r\n"
#define ANSWER "+PONG\r\n"
#define CHOICE_RAW 1
#define CHOICE_OLD 2
#define FLIGHTS_MOST 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct scene {
    struct tls *tls;
    SSL *server;
    BIO *incoming; /* of the server */
    BIO *outgoing;
    uint32_t seed;
    const uint8_t *faults; /* pairs, used up from the front */
    size_t fault_bytes;
    size_t plain_length;
};

static void demand(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void take_plain(void *owner, const char *bytes, size_t length)
{
    struct scene *scene = owner;
    demand(scene->plain_length + length <= strlen(ANSWER));
    demand(memcmp(&ANSWER[scene->plain_length], bytes, length) == 0);
    scene->plain_length += length;
}

/* Slices of 1 to 1024 bytes, each in a block of its own. */
static void feed(struct scene *scene, const uint8_t *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        scene->seed = scene->seed * 1664525u + 1013904223u;
        size_t slice = 1 + (scene->seed >> 22);
        slice = slice < size - at ? slice : size - at;
        char *copy = malloc(slice);
        demand(copy != NULL);
        memcpy(copy, data + at, slice);
        enum tls_state state =
            tls_feed(scene->tls, copy, slice, take_plain, scene);
        const char *trouble = tls_trouble(scene->tls);
        demand((state == TLS_FAILED) == (trouble[0] != '\0'));
        demand(trouble[0] == '\0' ||
               text_is_printable(trouble, VERDICT_DETAIL_BYTES - 1));
        demand(ERR_peek_error() == 0);
        free(copy);
        at += slice;
    }
}

/* --- a real server whose bytes are spoilt ------------------------------- */

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *made = X509_new();
    demand(made != NULL && key != NULL);
    (void)X509_set_version(made, X509_VERSION_3);
    (void)X509_gmtime_adj(X509_getm_notBefore(made), -60);
    (void)X509_gmtime_adj(X509_getm_notAfter(made), 24L * 60 * 60);
    (void)X509_set_pubkey(made, key);
    demand(X509_sign(made, key, EVP_sha256()) > 0);
    return made;
}

static SSL_CTX *make_server(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = make_certificate(key);
    demand(SSL_CTX_use_certificate(context, certificate) == 1 &&
           SSL_CTX_use_PrivateKey(context, key) == 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return context;
}

static void spoil(struct scene *scene, char *bytes, size_t length)
{
    size_t at = 0;
    while (scene->fault_bytes >= 2 && at + scene->faults[0] < length) {
        at += scene->faults[0];
        bytes[at] = (char)(bytes[at] ^ scene->faults[1]);
        at++;
        scene->faults += 2;
        scene->fault_bytes -= 2;
    }
}

static void run_server(struct scene *scene)
{
    char words[sizeof(WORDS)];
    if (SSL_read(scene->server, words, sizeof(words)) > 0) {
        (void)SSL_write(scene->server, ANSWER, (int)strlen(ANSWER));
        (void)SSL_shutdown(scene->server);
    }
    ERR_clear_error();
}

static void let_talk(struct scene *scene)
{
    for (int i = 0; i < FLIGHTS_MOST; i++) {
        const uint8_t *ours = NULL;
        char *theirs = NULL;
        size_t length = tls_output(scene->tls, &ours);
        (void)BIO_write(scene->incoming, ours, (int)length);
        tls_sent(scene->tls);
        run_server(scene);
        long count = BIO_get_mem_data(scene->outgoing, &theirs);
        spoil(scene, theirs, (size_t)count);
        feed(scene, (const uint8_t *)theirs, (size_t)count);
        (void)BIO_reset(scene->outgoing);
    }
}

static void talk_to_server(struct scene *scene, bool is_old)
{
    static SSL_CTX *context;
    if (context == NULL) {
        context = make_server();
    }
    scene->server = SSL_new(context);
    scene->incoming = BIO_new(BIO_s_mem());
    scene->outgoing = BIO_new(BIO_s_mem());
    SSL_set_bio(scene->server, scene->incoming, scene->outgoing);
    SSL_set_accept_state(scene->server);
    (void)SSL_set_max_proto_version(scene->server,
                                    is_old ? TLS1_2_VERSION : TLS1_3_VERSION);
    bool is_spoilt = scene->fault_bytes >= 2;
    let_talk(scene);
    demand(is_spoilt || scene->plain_length == strlen(ANSWER));
    SSL_free(scene->server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tls_contexts *contexts;
    const struct instance_access access = {.has_tls = true};
    char trouble[VERDICT_DETAIL_BYTES];
    if (size < 2) {
        return 0;
    }
    if (contexts == NULL) {
        contexts = tls_contexts_create();
    }
    struct tls_context *context =
        tls_contexts_find(contexts, &access, trouble, sizeof(trouble));
    demand(context != NULL);
    struct scene scene = {
        .seed = data[1], .faults = data + 2, .fault_bytes = size - 2};
    scene.tls =
        tls_create(context, &access, (const uint8_t *)WORDS, strlen(WORDS));
    demand(scene.tls != NULL);
    if ((data[0] & CHOICE_RAW) != 0) {
        feed(&scene, data + 2, size - 2);
        demand(scene.plain_length == 0);
    } else {
        talk_to_server(&scene, (data[0] & CHOICE_OLD) != 0);
    }
    tls_destroy(scene.tls);
    return 0;
}
