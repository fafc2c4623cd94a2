/*
 * tls_material.c - see tls_material.h.
 */
#include "prober/tls_material.h"

#include <errno.h>
#include <stdlib.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "base/trouble.h"

#define OUR_CHAIN_MOST 16

static const char *system_path(const char *variable, const char *fallback)
{
    const char *path = getenv(variable);
    return path != NULL ? path : fallback;
}

void tls_material_name(struct tls_file *files, const char *ca,
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

static int complain(struct tls_material *material, enum tls_material_file file,
                    const char *why)
{
    trouble_of_file(material->trouble, material->size,
                    material->files[file].what, material->files[file].path,
                    why);
    return -EINVAL;
}

int tls_material_complain_of_memory(struct tls_material *material)
{
    (void)text_copy(material->trouble, material->size,
                    "no memory for TLS"); /* fits */
    return -ENOMEM;
}

/* --- reading PEM ------------------------------------------------------- */

/* Instead of a prompt on a terminal. */
static int refuse_passphrase(char *buffer, int size, int is_writing,
                             void *owner)
{
    struct tls_material *material = owner;
    (void)buffer;
    (void)size;
    (void)is_writing;
    material->has_passphrase = true;
    return -1;
}

/* The content of a file as OpenSSL reads; give both to close_file. */
static int open_file(struct tls_material *material, enum tls_material_file file,
                     struct tls_bytes *bytes, BIO **bio)
{
    int status =
        tls_file_read(&material->files[file], bytes, &material->stamps[file],
                      material->trouble, material->size);
    if (status != 0) {
        return status;
    }
    *bio = BIO_new_mem_buf(bytes->bytes, (int)bytes->length);
    if (*bio == NULL) {
        tls_bytes_wipe(bytes);
        return tls_material_complain_of_memory(material);
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

static int add_infos(struct tls_material *material, STACK_OF(X509_INFO) * infos)
{
    X509_STORE *store = SSL_CTX_get_cert_store(material->ssl);
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
        return complain(material, TLS_FILE_AUTHORITIES,
                        "holds no certificate in PEM");
    }
    if (is_broken) {
        return complain(material, TLS_FILE_AUTHORITIES,
                        "holds a certificate that is broken");
    }
    (void)X509_STORE_set_flags(store, flags); /* always 1 */
    return 0;
}

int tls_material_load_authorities(struct tls_material *material)
{
    struct tls_bytes bytes;
    BIO *bio = NULL;
    int status = open_file(material, TLS_FILE_AUTHORITIES, &bytes, &bio);
    if (status != 0) {
        return status;
    }
    STACK_OF(X509_INFO) *infos =
        PEM_X509_INFO_read_bio(bio, NULL, refuse_passphrase, material);
    if (infos == NULL) {
        status = complain(material, TLS_FILE_AUTHORITIES,
                          "holds something that cannot be read as PEM");
    } else {
        status = add_infos(material, infos);
        sk_X509_INFO_pop_free(infos, X509_INFO_free);
    }
    close_file(&bytes, bio);
    return status;
}

int tls_material_load_system(struct tls_material *material)
{
    tls_file_stamp(&material->files[TLS_FILE_AUTHORITIES],
                   &material->stamps[TLS_FILE_AUTHORITIES]);
    tls_file_stamp(&material->files[TLS_FILE_DIRECTORY],
                   &material->stamps[TLS_FILE_DIRECTORY]);
    return SSL_CTX_set_default_verify_paths(material->ssl) == 1
               ? 0
               : tls_material_complain_of_memory(material);
}

/* --- who we are -------------------------------------------------------- */

static int use_certificate(struct tls_material *material, X509 *certificate)
{
    if (SSL_CTX_use_certificate(material->ssl, certificate) == 1) {
        return 0;
    }
    return complain(material, TLS_FILE_CERTIFICATE,
                    "is refused by this host's OpenSSL: is its key too small?");
}

static int read_chain(struct tls_material *material, BIO *bio)
{
    X509 *own = PEM_read_bio_X509(bio, NULL, refuse_passphrase, material);
    if (own == NULL) {
        return complain(material, TLS_FILE_CERTIFICATE,
                        "holds no certificate in PEM");
    }
    int status = use_certificate(material, own);
    X509_free(own);
    for (int i = 0; status == 0 && i < OUR_CHAIN_MOST; i++) {
        X509 *next = PEM_read_bio_X509(bio, NULL, refuse_passphrase, material);
        if (next == NULL) {
            break; /* the end, or a key: it has its own file */
        }
        if (SSL_CTX_add0_chain_cert(material->ssl, next) != 1) {
            X509_free(next);
            status = complain(material, TLS_FILE_CERTIFICATE,
                              "holds a chain this host's OpenSSL refuses");
        }
    }
    return status;
}

static int load_certificate(struct tls_material *material)
{
    struct tls_bytes bytes;
    BIO *bio = NULL;
    int status = open_file(material, TLS_FILE_CERTIFICATE, &bytes, &bio);
    if (status != 0) {
        return status;
    }
    status = read_chain(material, bio);
    close_file(&bytes, bio);
    return status;
}

static int use_key(struct tls_material *material, EVP_PKEY *key)
{
    if (key == NULL && material->has_passphrase) {
        return complain(material, TLS_FILE_KEY,
                        "is encrypted: give one without a passphrase");
    }
    if (key == NULL) {
        return complain(material, TLS_FILE_KEY, "holds no private key in PEM");
    }
    if (SSL_CTX_use_PrivateKey(material->ssl, key) != 1 ||
        SSL_CTX_check_private_key(material->ssl) != 1) {
        return complain(material, TLS_FILE_KEY,
                        "does not belong to the certificate beside it");
    }
    return 0;
}

static int load_key(struct tls_material *material)
{
    struct tls_bytes bytes;
    BIO *bio = NULL;
    int status = open_file(material, TLS_FILE_KEY, &bytes, &bio);
    if (status != 0) {
        return status;
    }
    material->has_passphrase = false;
    EVP_PKEY *key =
        PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, material);
    status = use_key(material, key);
    EVP_PKEY_free(key);
    close_file(&bytes, bio);
    return status;
}

int tls_material_load_identity(struct tls_material *material)
{
    int status = load_certificate(material);
    return status == 0 ? load_key(material) : status;
}
