/*
 * tls_context.c - see tls_context.h: what all conversations of an access
 * share, made once, for it is dear.
 *
 * OpenSSL learns of files only what tls_files read for it, and may never ask
 * for a passphrase: nobody sits there to type it. Its queue of errors is
 * empty when we leave. If it fails, it is for a file of ours or for memory.
 */
#include "prober/tls_context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "base/trouble.h"
#include "prober/tls.h"
#include "prober/tls_words.h"

/* Enough for our hello and a certificate: saves 12 KiB a conversation. */
#define SEND_FRAGMENT_BYTES 4096
#define SERVER_CHAIN_BYTES_MOST (48 * 1024)
#define OUR_CHAIN_MOST 16

/* One context in the making. */
struct making {
    SSL_CTX *ssl;
    struct tls_file files[TLS_FILE_COUNT]; /* "" = none */
    struct tls_stamp *stamps;
    char *trouble;
    size_t size;
    bool has_passphrase; /* one would have been needed */
};

static int complain(struct making *making, enum tls_context_file file,
                    const char *why)
{
    trouble_of_file(making->trouble, making->size, making->files[file].what,
                    making->files[file].path, why);
    return -EINVAL;
}

static int complain_of_memory(struct making *making)
{
    (void)text_copy(making->trouble, making->size,
                    "no memory for TLS"); /* fits */
    return -ENOMEM;
}

/* --- which files ------------------------------------------------------- */

static const char *system_path(const char *variable, const char *fallback)
{
    const char *path = getenv(variable);
    return path != NULL ? path : fallback;
}

/* OpenSSL looks the system's authorities up by itself. Their stamps are taken
 * all the same, so that it looks again when they have changed. */
static void name_files(struct tls_file *files, const char *ca,
                       const char *certificate, const char *key)
{
    bool is_ours = ca[0] != '\0';
    files[TLS_FILE_AUTHORITIES] = (struct tls_file){
        .what = "authorities file",
        .path = is_ours ? ca
                        : system_path(X509_get_default_cert_file_env(),
                                      X509_get_default_cert_file())};
    files[TLS_FILE_DIRECTORY] = (struct tls_file){
        .what = "directory of authorities",
        .path = is_ours ? ""
                        : system_path(X509_get_default_cert_dir_env(),
                                      X509_get_default_cert_dir())};
    files[TLS_FILE_CERTIFICATE] =
        (struct tls_file){.what = "certificate", .path = certificate};
    files[TLS_FILE_KEY] =
        (struct tls_file){.what = "key", .path = key, .is_secret = true};
}

/* --- reading PEM ------------------------------------------------------- */

/* Instead of a prompt on a terminal. */
static int refuse_passphrase(char *buffer, int size, int is_writing,
                             void *owner)
{
    struct making *making = owner;
    (void)buffer;
    (void)size;
    (void)is_writing;
    making->has_passphrase = true;
    return -1;
}

/* The content of a file as OpenSSL reads; give both to close_file. */
static int open_file(struct making *making, enum tls_context_file file,
                     struct tls_bytes *bytes, BIO **bio)
{
    int status =
        tls_file_read(&making->files[file], bytes, &making->stamps[file],
                      making->trouble, making->size);
    if (status != 0) {
        return status;
    }
    *bio = BIO_new_mem_buf(bytes->bytes, (int)bytes->length);
    if (*bio == NULL) {
        tls_bytes_wipe(bytes);
        return complain_of_memory(making);
    }
    return 0;
}

static void close_file(struct tls_bytes *bytes, BIO *bio)
{
    BIO_free(bio);
    tls_bytes_wipe(bytes);
}

/* --- whom to believe --------------------------------------------------- */

/* OpenSSL takes such a certificate and remembers that it could not make out
 * its parts, for want of memory too; it would never believe this authority. */
static bool is_broken_certificate(X509 *certificate)
{
    return (X509_get_extension_flags(certificate) & EXFLAG_INVALID) != 0 ||
           X509_get0_pubkey(certificate) == NULL;
}

static int add_infos(struct making *making, STACK_OF(X509_INFO) * infos)
{
    X509_STORE *store = SSL_CTX_get_cert_store(making->ssl);
    int certificates = 0;
    bool is_broken = false;
    unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN;

    for (int i = 0; i < sk_X509_INFO_num(infos); i++) {
        const X509_INFO *info = sk_X509_INFO_value(infos, i);
        if (info->x509 != NULL) {
            certificates += X509_STORE_add_cert(store, info->x509) == 1;
            is_broken |= is_broken_certificate(info->x509);
        }
        if (info->crl != NULL && X509_STORE_add_crl(store, info->crl) == 1) {
            flags |= X509_V_FLAG_CRL_CHECK;
        }
    }
    if (certificates == 0) {
        return complain(making, TLS_FILE_AUTHORITIES,
                        "holds no certificate in PEM");
    }
    if (is_broken) {
        return complain(making, TLS_FILE_AUTHORITIES,
                        "holds a certificate that is broken");
    }
    (void)X509_STORE_set_flags(store, flags); /* always 1 */
    return 0;
}

/* Every certificate of the file is believed, an intermediate or the server's
 * own one as well; if revocation lists stand beside them, they count. */
static int load_authorities(struct making *making)
{
    struct tls_bytes bytes;
    BIO *bio = NULL;
    int status = open_file(making, TLS_FILE_AUTHORITIES, &bytes, &bio);
    if (status != 0) {
        return status;
    }
    STACK_OF(X509_INFO) *infos =
        PEM_X509_INFO_read_bio(bio, NULL, refuse_passphrase, making);
    if (infos == NULL) {
        status = complain(making, TLS_FILE_AUTHORITIES,
                          "holds something that cannot be read as PEM");
    } else {
        status = add_infos(making, infos);
        sk_X509_INFO_pop_free(infos, X509_INFO_free);
    }
    close_file(&bytes, bio);
    return status;
}

static int load_system(struct making *making)
{
    tls_file_stamp(&making->files[TLS_FILE_AUTHORITIES],
                   &making->stamps[TLS_FILE_AUTHORITIES]);
    tls_file_stamp(&making->files[TLS_FILE_DIRECTORY],
                   &making->stamps[TLS_FILE_DIRECTORY]);
    return SSL_CTX_set_default_verify_paths(making->ssl) == 1
               ? 0
               : complain_of_memory(making);
}

/* A store holds no thought of who we are, so any number of contexts may share
 * it; the last of them frees it. */
static void share_authorities(struct making *making,
                              const struct tls_context *donor)
{
    SSL_CTX_set1_cert_store(making->ssl, SSL_CTX_get_cert_store(donor->ssl));
    making->stamps[TLS_FILE_AUTHORITIES] = donor->stamps[TLS_FILE_AUTHORITIES];
    making->stamps[TLS_FILE_DIRECTORY] = donor->stamps[TLS_FILE_DIRECTORY];
}

/* --- who we are -------------------------------------------------------- */

static int use_certificate(struct making *making, X509 *certificate)
{
    if (SSL_CTX_use_certificate(making->ssl, certificate) == 1) {
        return 0;
    }
    return complain(making, TLS_FILE_CERTIFICATE,
                    "is refused by this host's OpenSSL: is its key too small?");
}

static int read_chain(struct making *making, BIO *bio)
{
    X509 *own = PEM_read_bio_X509(bio, NULL, refuse_passphrase, making);
    if (own == NULL) {
        return complain(making, TLS_FILE_CERTIFICATE,
                        "holds no certificate in PEM");
    }
    int status = use_certificate(making, own);
    X509_free(own);
    for (int i = 0; status == 0 && i < OUR_CHAIN_MOST; i++) {
        X509 *next = PEM_read_bio_X509(bio, NULL, refuse_passphrase, making);
        if (next == NULL) {
            break; /* the end, or a key: it has its own file */
        }
        if (SSL_CTX_add0_chain_cert(making->ssl, next) != 1) {
            X509_free(next);
            status = complain(making, TLS_FILE_CERTIFICATE,
                              "holds a chain this host's OpenSSL refuses");
        }
    }
    return status;
}

static int load_certificate(struct making *making)
{
    struct tls_bytes bytes;
    BIO *bio = NULL;
    int status = open_file(making, TLS_FILE_CERTIFICATE, &bytes, &bio);
    if (status != 0) {
        return status;
    }
    status = read_chain(making, bio);
    close_file(&bytes, bio);
    return status;
}

static int use_key(struct making *making, EVP_PKEY *key)
{
    if (key == NULL && making->has_passphrase) {
        return complain(making, TLS_FILE_KEY,
                        "is encrypted: give one without a passphrase");
    }
    if (key == NULL) {
        return complain(making, TLS_FILE_KEY, "holds no private key in PEM");
    }
    if (SSL_CTX_use_PrivateKey(making->ssl, key) != 1 ||
        SSL_CTX_check_private_key(making->ssl) != 1) {
        return complain(making, TLS_FILE_KEY,
                        "does not belong to the certificate beside it");
    }
    return 0;
}

static int load_key(struct making *making)
{
    struct tls_bytes bytes;
    BIO *bio = NULL;
    int status = open_file(making, TLS_FILE_KEY, &bytes, &bio);
    if (status != 0) {
        return status;
    }
    making->has_passphrase = false;
    EVP_PKEY *key =
        PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, making);
    status = use_key(making, key);
    EVP_PKEY_free(key);
    close_file(&bytes, bio);
    return status;
}

/* --- public ------------------------------------------------------------ */

/* Rules for every conversation. The host's own configuration of OpenSSL may
 * be stricter than ours, not laxer. */
static void set_rules(SSL_CTX *ssl)
{
    if (SSL_CTX_get_min_proto_version(ssl) < TLS1_2_VERSION) {
        (void)SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION); /* is known */
    }
    (void)SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                       SSL_OP_NO_COMPRESSION);
    (void)SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    (void)SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_max_send_fragment(ssl, SEND_FRAGMENT_BYTES);
    SSL_CTX_set_max_cert_list(ssl, SERVER_CHAIN_BYTES_MOST);
}

static int load(struct making *making, const struct instance_access *access,
                const struct tls_context *donor)
{
    int status = 0;
    if (donor != NULL) {
        share_authorities(making, donor);
    } else if (access->tls_ca[0] != '\0') {
        status = load_authorities(making);
    } else if (access->tls_verify) {
        status = load_system(making);
    }
    if (status == 0 && making->files[TLS_FILE_CERTIFICATE].path[0] != '\0') {
        status = load_certificate(making);
        status = status == 0 ? load_key(making) : status;
    }
    return status;
}

int tls_context_init(struct tls_context *context,
                     const struct instance_access *access,
                     const struct tls_context *donor, char *trouble,
                     size_t size)
{
    *context = (struct tls_context){.verify = access->tls_verify};
    (void)text_copy(context->ca, sizeof(context->ca), access->tls_ca);
    (void)text_copy(context->certificate, sizeof(context->certificate),
                    access->tls_cert);
    (void)text_copy(context->key, sizeof(context->key), access->tls_key);

    struct making making = {
        .stamps = context->stamps, .trouble = trouble, .size = size};
    name_files(making.files, access->tls_ca, access->tls_cert, access->tls_key);
    /* We speak in words of our own; OpenSSL's would cost 350 KiB. */
    ERR_clear_error();
    (void)OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_SSL_STRINGS |
                               OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS,
                           NULL); /* else SSL_CTX_new fails */
    making.ssl = SSL_CTX_new(TLS_client_method());
    if (making.ssl == NULL) {
        ERR_clear_error();
        return complain_of_memory(&making);
    }
    set_rules(making.ssl);
    int status = load(&making, access, donor);
    /* OpenSSL may swallow a want of memory, and the context then lacks a
     * cipher or an authority: it must not be kept. */
    if (ERR_GET_REASON(tls_error_take()) == ERR_R_MALLOC_FAILURE) {
        status = complain_of_memory(&making);
    }
    if (status != 0) {
        SSL_CTX_free(making.ssl);
        return status;
    }
    context->ssl = making.ssl;
    return 0;
}

bool tls_context_is_for(const struct tls_context *context,
                        const struct instance_access *access)
{
    return context->ssl != NULL && context->verify == access->tls_verify &&
           strcmp(context->ca, access->tls_ca) == 0 &&
           strcmp(context->certificate, access->tls_cert) == 0 &&
           strcmp(context->key, access->tls_key) == 0;
}

/* The first `count` of its files. */
static bool are_fresh(const struct tls_context *context, int count)
{
    struct tls_file files[TLS_FILE_COUNT];
    name_files(files, context->ca, context->certificate, context->key);
    for (int i = 0; i < count; i++) {
        struct tls_stamp now;
        tls_file_stamp(&files[i], &now);
        if (!tls_stamp_equals(&now, &context->stamps[i])) {
            return false;
        }
    }
    return true;
}

bool tls_context_is_fresh(const struct tls_context *context)
{
    return are_fresh(context, TLS_FILE_COUNT);
}

bool tls_context_may_lend(const struct tls_context *context,
                          const struct instance_access *access)
{
    bool has_any =
        context->ca[0] != '\0' || (context->verify && access->tls_verify);
    return context->ssl != NULL && has_any &&
           strcmp(context->ca, access->tls_ca) == 0 &&
           are_fresh(context, TLS_FILE_CERTIFICATE);
}

void tls_context_finish(struct tls_context *context)
{
    SSL_CTX_free(context->ssl);
    *context = (struct tls_context){.ssl = NULL};
}
