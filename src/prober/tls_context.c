/*
 * tls_context.c - see tls_context.h: what all conversations of an access
 * share, made once, for it is dear.
 *
 * OpenSSL's queue of errors is empty when we leave. If it fails, it is for a
 * file of ours or for memory.
 */
#include "prober/tls_context.h"

#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/text.h"
#include "prober/tls.h"
#include "prober/tls_material.h"
#include "prober/tls_words.h"

/* Enough for our hello and a certificate: saves 12 KiB a conversation. */
#define SEND_FRAGMENT_BYTES 4096
#define SERVER_CHAIN_BYTES_MOST (48 * 1024)

/* A store holds no thought of who we are, so any number of contexts may share
 * it; the last of them frees it. */
static void share_authorities(struct tls_material *material,
                              const struct tls_context *donor)
{
    SSL_CTX_set1_cert_store(material->ssl, SSL_CTX_get_cert_store(donor->ssl));
    material->stamps[TLS_FILE_AUTHORITIES] =
        donor->stamps[TLS_FILE_AUTHORITIES];
    material->stamps[TLS_FILE_DIRECTORY] = donor->stamps[TLS_FILE_DIRECTORY];
}

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

static int load(struct tls_material *material,
                const struct instance_access *access,
                const struct tls_context *donor)
{
    int status = 0;
    if (donor != NULL) {
        share_authorities(material, donor);
    } else if (access->tls_ca[0] != '\0') {
        status = tls_material_load_authorities(material);
    } else if (access->tls_verify) {
        status = tls_material_load_system(material);
    }
    if (status == 0 && material->files[TLS_FILE_CERTIFICATE].path[0] != '\0') {
        status = tls_material_load_identity(material);
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

    struct tls_material material = {
        .stamps = context->stamps, .trouble = trouble, .size = size};
    tls_material_name(material.files, access->tls_ca, access->tls_cert,
                      access->tls_key);
    /* We speak in words of our own; OpenSSL's would cost 350 KiB. */
    ERR_clear_error();
    (void)OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_SSL_STRINGS |
                               OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS,
                           NULL); /* else SSL_CTX_new fails */
    material.ssl = SSL_CTX_new(TLS_client_method());
    if (material.ssl == NULL) {
        ERR_clear_error();
        return tls_material_complain_of_memory(&material);
    }
    set_rules(material.ssl);
    int status = load(&material, access, donor);
    /* OpenSSL may swallow a want of memory, and the context then lacks a
     * cipher or an authority: it must not be kept. */
    if (ERR_GET_REASON(tls_error_take()) == ERR_R_MALLOC_FAILURE) {
        status = tls_material_complain_of_memory(&material);
    }
    if (status != 0) {
        SSL_CTX_free(material.ssl);
        return status;
    }
    context->ssl = material.ssl;
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
    tls_material_name(files, context->ca, context->certificate, context->key);
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
