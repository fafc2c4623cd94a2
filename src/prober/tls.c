/*
 * tls.c - see tls.h. OpenSSL 3.0 between two memory BIOs: one that we fill
 * with the server's bytes, one that it fills with ours.
 *
 * HANDSHAKING -> OPEN -> CLOSED, or FAILED from any of them; the last two are
 * for good. A stranger's bytes are bounded before OpenSSL sees them, and its
 * queue of errors, which all conversations share, is empty when we leave.
 */
#include "prober/tls.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "model/verdict.h"
#include "prober/tls_context.h"
#include "prober/tls_words.h"

/* A chain of four certificates with RSA keys takes 6 KiB. */
#define HANDSHAKE_BYTES_MOST (64 * 1024)
/* Twice what replies may take: the rest is heads of records, or nonsense. */
#define CONVERSATION_BYTES_MOST (512 * 1024)
/* So much goes to OpenSSL at a time, a whole record. */
#define SLICE_BYTES (16 * 1024)
#define PLAIN_BYTES (16 * 1024)

struct tls {
    SSL *ssl;
    BIO *incoming; /* the ssl's */
    BIO *outgoing; /* the ssl's */
    BIO *sending;  /* ours: what tls_output showed */
    enum tls_state state;
    bool verify;
    bool is_our_fault;
    uint8_t *words; /* what we want to say; NULL once encrypted */
    size_t words_length;
    size_t taken; /* bytes of the server */
    struct tls_seen seen;
    struct tls_names names;
    int64_t certificate_end;
    char trouble[VERDICT_DETAIL_BYTES];
};

static void set_state(struct tls *tls, enum tls_state state)
{
    tls->state = state;
}

static void wipe_words(struct tls *tls)
{
    if (tls->words != NULL) {
        explicit_bzero(tls->words, tls->words_length);
        free(tls->words);
        tls->words = NULL;
    }
}

/* --- failing ----------------------------------------------------------- */

static void fail_saying(struct tls *tls, const char *trouble)
{
    (void)text_copy(tls->trouble, sizeof(tls->trouble), trouble);
    wipe_words(tls);
    set_state(tls, TLS_FAILED);
}

static void fail_of_ours(struct tls *tls, const char *trouble)
{
    tls->is_our_fault = true;
    fail_saying(tls, trouble);
}

static void fail(struct tls *tls)
{
    unsigned long cause = tls_error_take();
    long verified = SSL_get_verify_result(tls->ssl);
    bool is_refused =
        tls->verify && tls->state == TLS_HANDSHAKING && verified != X509_V_OK;
    char *trouble = tls->trouble;

    if (tls_error_is_ours(cause) || verified == X509_V_ERR_OUT_OF_MEM) {
        fail_of_ours(tls, "no memory for TLS");
    } else if (is_refused) {
        tls_words_of_verify(trouble, sizeof(tls->trouble), verified,
                            &tls->names);
    } else {
        tls_words_of_error(trouble, sizeof(tls->trouble), cause, &tls->seen,
                           &tls->names);
    }
    wipe_words(tls);
    set_state(tls, TLS_FAILED);
}

/* What OpenSSL's answer means: more bytes are needed, it closed, it failed. */
static void judge(struct tls *tls, int answer)
{
    switch (SSL_get_error(tls->ssl, answer)) {
    case SSL_ERROR_NONE:
    case SSL_ERROR_WANT_READ:
        break;
    case SSL_ERROR_ZERO_RETURN:
        if (tls->state == TLS_OPEN) {
            set_state(tls, TLS_CLOSED);
        } else {
            fail_saying(tls, "the server closed TLS before it was open");
        }
        break;
    default:
        fail(tls);
    }
}

/* --- talking ----------------------------------------------------------- */

static void say_words(struct tls *tls)
{
    int answer = tls->words_length == 0
                     ? 1
                     : SSL_write(tls->ssl, tls->words, (int)tls->words_length);
    if (answer <= 0) {
        judge(tls, answer);
    }
    wipe_words(tls);
}

static void shake_hands(struct tls *tls)
{
    int answer = SSL_do_handshake(tls->ssl);
    if (answer == 1) {
        set_state(tls, TLS_OPEN);
        say_words(tls);
    } else {
        judge(tls, answer);
    }
}

static void read_plain(struct tls *tls, tls_plain_cb on_plain, void *owner)
{
    char plain[PLAIN_BYTES];
    int count = 1;
    while (count > 0 && tls->state == TLS_OPEN) {
        count = SSL_read(tls->ssl, plain, sizeof(plain));
        if (count > 0) {
            on_plain(owner, plain, (size_t)count);
        }
    }
    if (count <= 0) {
        judge(tls, count);
    }
}

static bool take(struct tls *tls, const char *bytes, size_t length)
{
    size_t most = tls->state == TLS_HANDSHAKING ? HANDSHAKE_BYTES_MOST
                                                : CONVERSATION_BYTES_MOST;
    if (length > most - tls->taken) {
        fail_saying(tls, tls->state == TLS_HANDSHAKING
                             ? "the server's handshake is too long"
                             : "the server sends too much");
        return false;
    }
    tls->taken += length;
    for (size_t i = 0; i < length && tls->seen.first_count < TLS_FIRST_BYTES;
         i++) {
        tls->seen.first[tls->seen.first_count] = (uint8_t)bytes[i];
        tls->seen.first_count++;
    }
    if (BIO_write(tls->incoming, bytes, (int)length) != (int)length) {
        fail_of_ours(tls, "no memory for TLS");
        return false;
    }
    return true;
}

static bool is_alive(const struct tls *tls)
{
    return tls->state == TLS_HANDSHAKING || tls->state == TLS_OPEN;
}

enum tls_state tls_feed(struct tls *tls, const char *bytes, size_t length,
                        tls_plain_cb on_plain, void *owner)
{
    ERR_clear_error();
    while (length > 0 && is_alive(tls)) {
        size_t slice = length < SLICE_BYTES ? length : SLICE_BYTES;
        if (take(tls, bytes, slice) && tls->state == TLS_HANDSHAKING) {
            shake_hands(tls);
        }
        if (tls->state == TLS_OPEN) {
            read_plain(tls, on_plain, owner);
        }
        bytes += slice;
        length -= slice;
    }
    ERR_clear_error();
    return tls->state;
}

/* --- beginning --------------------------------------------------------- */

static int64_t end_of(const X509 *certificate)
{
    struct tm end;
    if (certificate == NULL ||
        ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) {
        return -1;
    }
    return (int64_t)timegm(&end);
}

/* Comes for every certificate of the chain, and for every fault. */
static int handle_certificate(int is_good, X509_STORE_CTX *store)
{
    const SSL *ssl =
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls *tls = SSL_get_app_data(ssl);
    tls->certificate_end = end_of(X509_STORE_CTX_get0_cert(store));
    return is_good || !tls->verify;
}

/* Comes when the server asks for a certificate of ours; 1 = go on. */
static int handle_request(SSL *ssl, void *owner)
{
    struct tls *tls = owner;
    (void)ssl;
    tls->seen.has_asked = true;
    return 1;
}

/* Only a name may be told to the server beforehand, not an address; and
 * certificates name no dot at the end. */
static bool ask_for_name(SSL *ssl, const char *name)
{
    char host[SETTINGS_SERVER_NAME_BYTES];
    (void)text_copy(host, sizeof(host), name); /* fits */
    size_t length = strlen(host);
    if (length == 0) {
        return true;
    }
    if (address_is_numeric(host)) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    }
    if (host[length - 1] == '.') {
        host[length - 1] = '\0';
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) == 1 &&
           SSL_set_tlsext_host_name(ssl, host) == 1;
}

static bool make_bios(struct tls *tls)
{
    tls->incoming = BIO_new(BIO_s_mem());
    tls->outgoing = BIO_new(BIO_s_mem());
    tls->sending = BIO_new(BIO_s_mem());
    if (tls->incoming == NULL || tls->outgoing == NULL ||
        tls->sending == NULL) {
        BIO_free(tls->incoming);
        BIO_free(tls->outgoing);
        return false;
    }
    SSL_set_bio(tls->ssl, tls->incoming, tls->outgoing);
    return true;
}

static bool make_ssl(struct tls *tls, const struct tls_context *context,
                     const char *server_name)
{
    tls->ssl = SSL_new(context->ssl);
    if (tls->ssl == NULL || !make_bios(tls) ||
        !ask_for_name(tls->ssl, server_name) ||
        SSL_set_app_data(tls->ssl, tls) != 1) {
        return false;
    }
    SSL_set_verify(tls->ssl, SSL_VERIFY_PEER, handle_certificate);
    SSL_set_cert_cb(tls->ssl, handle_request, tls);
    SSL_set_connect_state(tls->ssl);
    return true;
}

static bool keep_words(struct tls *tls, const uint8_t *words, size_t length)
{
    tls->words = malloc(length + 1);
    if (tls->words == NULL) {
        return false;
    }
    memcpy(tls->words, words, length);
    tls->words_length = length;
    return true;
}

struct tls *tls_create(struct tls_context *context,
                       const struct instance_access *access,
                       const uint8_t *words, size_t length)
{
    struct tls *tls = calloc(1, sizeof(*tls));
    if (tls == NULL) {
        return NULL;
    }
    tls->verify = access->tls_verify;
    tls->certificate_end = -1;
    tls_names_init(&tls->names, access);
    ERR_clear_error();
    if (keep_words(tls, words, length) &&
        make_ssl(tls, context, access->tls_server_name)) {
        shake_hands(tls);
    } else {
        fail_of_ours(tls, "no memory for TLS");
    }
    ERR_clear_error();
    if (tls->state == TLS_FAILED) {
        tls_destroy(tls);
        return NULL;
    }
    return tls;
}

/* --- public ------------------------------------------------------------ */

size_t tls_output(struct tls *tls, const uint8_t **bytes)
{
    char *start = NULL;
    if (BIO_pending(tls->sending) == 0 && BIO_pending(tls->outgoing) > 0) {
        BIO *full = tls->outgoing;
        (void)BIO_up_ref(full); /* for SSL_set0_wbio frees its own */
        SSL_set0_wbio(tls->ssl, tls->sending);
        tls->outgoing = tls->sending;
        tls->sending = full;
    }
    long length = BIO_get_mem_data(tls->sending, &start);
    *bytes = (const uint8_t *)start;
    return length > 0 ? (size_t)length : 0;
}

void tls_sent(struct tls *tls)
{
    (void)BIO_reset(tls->sending); /* a memory BIO's cannot fail */
}

bool tls_has_heard(const struct tls *tls)
{
    return tls->taken > 0;
}

const char *tls_trouble(const struct tls *tls)
{
    return tls->trouble;
}

bool tls_is_our_fault(const struct tls *tls)
{
    return tls->is_our_fault;
}

int64_t tls_certificate_end(const struct tls *tls)
{
    return tls->certificate_end;
}

void tls_destroy(struct tls *tls)
{
    if (tls == NULL) {
        return;
    }
    wipe_words(tls);
    SSL_free(tls->ssl);
    BIO_free(tls->sending);
    free(tls);
}
