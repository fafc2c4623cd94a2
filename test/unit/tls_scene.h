/*
 * tls_scene.h - the other end of TLS for unit tests: an OpenSSL server in
 * memory, with certificates made on the spot, in a private directory.
 */
#ifndef TEST_TLS_SCENE_H
#define TEST_TLS_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "model/verdict.h"
#include "prober/tls.h"

#define WORDS "*1\r\n$4\r\nPING\r\n"
#define ANSWER "+PONG\r\n"
#define DAY (24 * 60 * 60)
#define PLAIN_MOST 4096

/* A certificate and its key. */
struct pair {
    EVP_PKEY *key;
    X509 *certificate;
};

struct server {
    SSL *ssl;
    BIO *incoming;
    BIO *outgoing;
    int plain_length;
    char plain[PLAIN_MOST]; /* what it was told */
    const char *answer;     /* given once, when it was told something */
};

struct client {
    struct tls *tls;
    enum tls_state state;
    size_t plain_length;
    char plain[PLAIN_MOST];
};

/* --- certificates ------------------------------------------------------ */

static inline void add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

/* Valid from now + `begin` to now + `end` seconds; signed by `issuer`, or by
 * itself and then an authority. `names` as "DNS:a,IP:127.0.0.1", or NULL. */
static inline struct pair make_pair(const struct pair *issuer,
                                    const char *common_name, const char *names,
                                    long begin, long end)
{
    struct pair pair = {.key = EVP_EC_gen("P-256"), .certificate = X509_new()};
    X509 *certificate = pair.certificate;
    static long serial = 1;
    assert_non_null(pair.key);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), begin);
    X509_gmtime_adj(X509_getm_notAfter(certificate), end);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN",
                               MBSTRING_ASC, (const unsigned char *)common_name,
                               -1, -1, 0);
    X509_set_issuer_name(
        certificate, X509_get_subject_name(
                         issuer == NULL ? certificate : issuer->certificate));
    X509_set_pubkey(certificate, pair.key);
    if (issuer == NULL) {
        add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    }
    if (names != NULL) {
        add_extension(certificate, NID_subject_alt_name, names);
    }
    assert_true(X509_sign(certificate, issuer == NULL ? pair.key : issuer->key,
                          EVP_sha256()) > 0);
    return pair;
}

static inline void finish_pair(struct pair *pair)
{
    EVP_PKEY_free(pair->key);
    X509_free(pair->certificate);
}

static inline void write_certificate(const char *path, const char *mode,
                                     X509 *certificate)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    assert_int_equal(fclose(file), 0);
}

/* With a passphrase if there is one. */
static inline void write_key(const char *path, mode_t mode, EVP_PKEY *key,
                             const char *passphrase)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fchmod(fileno(file), mode), 0);
    assert_int_equal(
        PEM_write_PKCS8PrivateKey(file, key,
                                  passphrase == NULL ? NULL : EVP_aes_128_cbc(),
                                  NULL, 0, NULL, (void *)(uintptr_t)passphrase),
        1);
    assert_int_equal(fclose(file), 0);
}

/* --- the server's end -------------------------------------------------- */

static inline SSL_CTX *make_server_context(const struct pair *pair)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    assert_non_null(context);
    assert_int_equal(SSL_CTX_use_certificate(context, pair->certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, pair->key), 1);
    return context;
}

static inline void start_server(struct server *server, SSL_CTX *context)
{
    memset(server, 0, sizeof(*server));
    server->ssl = SSL_new(context);
    server->incoming = BIO_new(BIO_s_mem());
    server->outgoing = BIO_new(BIO_s_mem());
    SSL_set_bio(server->ssl, server->incoming, server->outgoing);
    SSL_set_accept_state(server->ssl);
}

static inline void run_server(struct server *server)
{
    int count = SSL_read(server->ssl, server->plain + server->plain_length,
                         PLAIN_MOST - server->plain_length);
    if (count > 0) {
        server->plain_length += count;
        if (server->answer != NULL) {
            assert_true(SSL_write(server->ssl, server->answer,
                                  (int)strlen(server->answer)) > 0);
            server->answer = NULL;
        }
    }
    ERR_clear_error();
}

static inline void finish_server(struct server *server)
{
    SSL_free(server->ssl);
}

/* --- between them ------------------------------------------------------ */

static inline void keep_plain(void *owner, const char *bytes, size_t length)
{
    struct client *client = owner;
    assert_true(length <= PLAIN_MOST - client->plain_length);
    memcpy(client->plain + client->plain_length, bytes, length);
    client->plain_length += length;
}

/* 0 to `most` - 1, the same in every run. */
static inline size_t dice(size_t most)
{
    static uint32_t seed = 1;
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8) % most;
}

/* Slices of 1 to `most` bytes, each in a block of its own, so that a
 * sanitizer sees its ends. */
static inline void feed_slices(struct client *client, const char *bytes,
                               size_t length, size_t most)
{
    while (length > 0) {
        size_t slice = 1 + dice(most);
        slice = slice < length ? slice : length;
        char *copy = malloc(slice);
        assert_non_null(copy);
        memcpy(copy, bytes, slice);
        client->state = tls_feed(client->tls, copy, slice, keep_plain, client);
        assert_int_equal(ERR_peek_error(), 0);
        free(copy);
        bytes += slice;
        length -= slice;
    }
}

/* Moves what each has to say to the other until neither has anything. */
static inline void let_talk(struct client *client, struct server *server,
                            size_t most)
{
    bool is_moving = true;
    while (is_moving) {
        const uint8_t *ours = NULL;
        char *theirs = NULL;
        size_t length = tls_output(client->tls, &ours);
        if (length > 0) {
            BIO_write(server->incoming, ours, (int)length);
            tls_sent(client->tls);
        }
        run_server(server);
        long answer = BIO_get_mem_data(server->outgoing, &theirs);
        if (answer > 0) {
            feed_slices(client, theirs, (size_t)answer, most);
            (void)BIO_reset(server->outgoing);
        }
        is_moving = length > 0 || answer > 0;
    }
}

/* --- the scene of a test ----------------------------------------------- */

struct scene {
    char directory[64];
    char ca[96];
    char certificate[96];
    char key[96];
    struct pair authority;
    struct pair stranger; /* an authority nobody named */
    struct pair right;
    struct pair ours;
    struct instance_access access;
    struct tls_contexts *contexts;
};

static inline void name_file(const struct scene *scene, char *path,
                             const char *name)
{
    assert_true(text_format(path, 96, "%s/%s", scene->directory, name));
}

static inline int make_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    (void)text_copy(scene->directory, sizeof(scene->directory),
                    "/tmp/sa-tls-XXXXXX");
    assert_non_null(mkdtemp(scene->directory));
    name_file(scene, scene->ca, "ca.pem");
    name_file(scene, scene->certificate, "c.pem");
    name_file(scene, scene->key, "c.key");
    scene->authority = make_pair(NULL, "ours", NULL, -DAY, DAY);
    scene->stranger = make_pair(NULL, "strange", NULL, -DAY, DAY);
    scene->right = make_pair(&scene->authority, "right",
                             "DNS:redis.internal,IP:127.0.0.1", -DAY, DAY);
    scene->ours = make_pair(&scene->authority, "us", NULL, -DAY, DAY);
    write_certificate(scene->ca, "w", scene->authority.certificate);
    write_certificate(scene->certificate, "w", scene->ours.certificate);
    write_key(scene->key, 0600, scene->ours.key, NULL);
    scene->access.has_tls = true;
    scene->access.tls_verify = true;
    (void)text_copy(scene->access.tls_ca, SETTINGS_KEPT_BYTES, scene->ca);
    scene->contexts = tls_contexts_create();
    *state = scene;
    return 0;
}

static inline int remove_scene(void **state)
{
    struct scene *scene = *state;
    tls_contexts_destroy(scene->contexts);
    finish_pair(&scene->authority);
    finish_pair(&scene->stranger);
    finish_pair(&scene->right);
    finish_pair(&scene->ours);
    (void)unlink(scene->ca);
    (void)unlink(scene->certificate);
    (void)unlink(scene->key);
    assert_int_equal(rmdir(scene->directory), 0);
    free(scene);
    return 0;
}

static inline void use_ours(struct scene *scene)
{
    (void)text_copy(scene->access.tls_cert, SETTINGS_KEPT_BYTES,
                    scene->certificate);
    (void)text_copy(scene->access.tls_key, SETTINGS_KEPT_BYTES, scene->key);
}

static inline void start_client(struct scene *scene, struct client *client)
{
    char trouble[VERDICT_DETAIL_BYTES] = "";
    memset(client, 0, sizeof(*client));
    struct tls_context *context = tls_contexts_find(
        scene->contexts, &scene->access, trouble, sizeof(trouble));
    assert_string_equal(trouble, "");
    assert_non_null(context);
    client->tls = tls_create(context, &scene->access, (const uint8_t *)WORDS,
                             strlen(WORDS));
    assert_non_null(client->tls);
}

/* A whole conversation with a server of this context. */
static inline void converse(struct scene *scene, struct client *client,
                            SSL_CTX *context, size_t most)
{
    struct server server;
    start_server(&server, context);
    server.answer = ANSWER;
    start_client(scene, client);
    let_talk(client, &server, most);
    if (client->state == TLS_OPEN) {
        assert_int_equal(server.plain_length, strlen(WORDS));
        assert_memory_equal(server.plain, WORDS, strlen(WORDS));
    }
    finish_server(&server);
}

/* The same, and freed: the trouble must begin so. */
static inline void expect_trouble(struct scene *scene, SSL_CTX *context,
                                  const char *expected)
{
    for (size_t most = 1; most <= 4096; most *= 64) {
        struct client client;
        converse(scene, &client, context, most);
        const char *trouble = tls_trouble(client.tls);
        assert_memory_equal(trouble, expected,
                            strlen(expected) < strlen(trouble)
                                ? strlen(expected)
                                : strlen(trouble) + 1);
        assert_int_equal(client.state, TLS_FAILED);
        assert_false(tls_is_our_fault(client.tls));
        assert_true(text_is_printable(trouble, VERDICT_DETAIL_BYTES - 1));
        tls_destroy(client.tls);
    }
}

static inline void expect_open(struct scene *scene, SSL_CTX *context)
{
    struct client client;
    converse(scene, &client, context, 4096);
    assert_string_equal(tls_trouble(client.tls), "");
    assert_int_equal(client.state, TLS_OPEN);
    tls_destroy(client.tls);
}

#endif
