/*
 * tls_words.c - see tls_words.h. Numbers of alerts are those of RFC 8446.
 */
#include "prober/tls_words.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "base/text.h"
#include "base/trouble.h"

#define RECORD_ALERT 21
#define RECORD_HANDSHAKE 22
#define RECORD_VERSION 3 /* SSL 3.0 and all of TLS */

void tls_names_init(struct tls_names *names,
                    const struct instance_access *access)
{
    trouble_of_path(names->authorities, sizeof(names->authorities),
                    access->tls_ca);
    trouble_of_path(names->certificate, sizeof(names->certificate),
                    access->tls_cert);
    (void)text_copy(names->server, sizeof(names->server),
                    access->tls_server_name); /* cut if long */
}

/* --- the server's certificate ------------------------------------------ */

static void say_unknown(char *trouble, size_t size, const char *how,
                        const struct tls_names *names)
{
    if (names->authorities[0] == '\0') {
        (void)text_format(trouble, size,
                          "the server's certificate is %s an authority this "
                          "host trusts",
                          how);
    } else {
        (void)text_format(trouble, size,
                          "the server's certificate is %s an authority in %s",
                          how, names->authorities);
    }
}

/* What is wrong with the certificate itself; NULL: something rare. */
static const char *verify_fault(long result)
{
    switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "the server's certificate, or its authority's, has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "the server's certificate is not valid yet, or this host's "
               "clock is wrong";
    case X509_V_ERR_CERT_REVOKED:
        return "the server's certificate was revoked";
    case X509_V_ERR_CRL_HAS_EXPIRED:
        return "the revocation list among the authorities has expired";
    case X509_V_ERR_UNABLE_TO_GET_CRL:
        return "the authorities hold revocation lists, but none of the "
               "server's authority";
    case X509_V_ERR_INVALID_PURPOSE:
        return "the server's certificate is not one for servers";
    case X509_V_ERR_INVALID_CA:
        return "the server's certificate is signed by one that is no "
               "authority";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
        return "the server's certificate, or its authority's, has too small "
               "a key";
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return "the server's certificate is signed with too weak a digest";
    default:
        return NULL;
    }
}

static bool is_authority_unknown(long result)
{
    return result == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
           result == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
           result == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
           result == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
           result == X509_V_ERR_CERT_SIGNATURE_FAILURE ||
           result == X509_V_ERR_CERT_UNTRUSTED;
}

void tls_words_of_verify(char *trouble, size_t size, long result,
                         const struct tls_names *names)
{
    const char *fault = verify_fault(result);
    if (fault != NULL) {
        (void)text_copy(trouble, size, fault);
    } else if (result == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT) {
        say_unknown(trouble, size, "self-signed, not by", names);
    } else if (is_authority_unknown(result)) {
        say_unknown(trouble, size, "not signed by", names);
    } else if (result == X509_V_ERR_HOSTNAME_MISMATCH ||
               result == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        (void)text_format(trouble, size,
                          "the server's certificate is not for %s",
                          names->server);
    } else {
        /* Constants of OpenSSL, that need no loaded texts. */
        (void)text_format(trouble, size, "the server's certificate: %s",
                          X509_verify_cert_error_string(result));
    }
}

/* --- alerts ------------------------------------------------------------ */

/* What the server says of our certificate; NULL: the alert is not of it. */
static const char *certificate_fault(int alert)
{
    switch (alert) {
    case SSL_AD_BAD_CERTIFICATE:
        return "is bad";
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
        return "is of a kind it does not take";
    case SSL_AD_CERTIFICATE_REVOKED:
        return "was revoked";
    case SSL_AD_CERTIFICATE_EXPIRED:
        return "has expired";
    case SSL_AD_CERTIFICATE_UNKNOWN:
        return "cannot be accepted";
    case SSL_AD_UNKNOWN_CA:
        return "is of an authority it does not know";
    case SSL_AD_ACCESS_DENIED:
        return "gives no access";
    case SSL_AD_DECRYPT_ERROR:
        return "does not prove itself";
    default:
        return NULL;
    }
}

/* Before TLS 1.3 a missing certificate is an ordinary failed handshake. */
static bool is_for_want_of_ours(int alert, const struct tls_seen *seen,
                                const struct tls_names *names)
{
    return alert == SSL_AD_CERTIFICATE_REQUIRED ||
           (seen->has_asked && names->certificate[0] == '\0' &&
            (alert == SSL_AD_HANDSHAKE_FAILURE ||
             certificate_fault(alert) != NULL));
}

static void say_alert(char *trouble, size_t size, int alert,
                      const struct tls_names *names)
{
    switch (alert) {
    case SSL_AD_PROTOCOL_VERSION:
        (void)text_copy(trouble, size, "the server speaks no TLS 1.2 or newer");
        break;
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_INSUFFICIENT_SECURITY:
        (void)text_copy(trouble, size,
                        "the server accepts no cipher or key of those we "
                        "offer");
        break;
    case SSL_AD_UNRECOGNIZED_NAME:
        (void)text_format(trouble, size, "the server knows no name %s",
                          names->server[0] != '\0' ? names->server
                                                   : "that we gave it");
        break;
    default:
        (void)text_format(trouble, size, "the server sent the TLS alert \"%s\"",
                          SSL_alert_desc_string_long(alert));
    }
}

static void words_of_alert(char *trouble, size_t size, int alert,
                           const struct tls_seen *seen,
                           const struct tls_names *names)
{
    const char *fault = certificate_fault(alert);
    if (is_for_want_of_ours(alert, seen, names)) {
        (void)text_format(
            trouble, size, "the server asks for a client certificate%s",
            names->certificate[0] != '\0' ? ", and was given none it takes"
                                          : ": configure tls cert and key");
    } else if (fault != NULL && names->certificate[0] != '\0') {
        (void)text_format(trouble, size,
                          "the server says our certificate %s %s",
                          names->certificate, fault);
    } else {
        say_alert(trouble, size, alert, names);
    }
}

/* --- what is no TLS ---------------------------------------------------- */

static bool is_record(const struct tls_seen *seen)
{
    return seen->first_count < 2 || ((seen->first[0] == RECORD_HANDSHAKE ||
                                      seen->first[0] == RECORD_ALERT) &&
                                     seen->first[1] == RECORD_VERSION);
}

static void words_of_stranger(char *trouble, size_t size,
                              const struct tls_seen *seen)
{
    const char *what = "speaks something else than TLS";
    char first[TLS_FIRST_BYTES + 1] = "";
    memcpy(first, seen->first, seen->first_count);
    if (strncmp(first, "HTTP/", TLS_FIRST_BYTES) == 0) {
        what = "is an HTTP server without TLS";
    } else if (text_is_printable(first, TLS_FIRST_BYTES)) {
        what = "answers in plain text: its port is not one for TLS";
    }
    (void)text_format(trouble, size, "the server %s", what);
}

/* --- the queue of errors ----------------------------------------------- */

/* OpenSSL's reason for an alert it received is the alert plus 1000. */
static int alert_of(unsigned long error)
{
    int reason = ERR_GET_REASON(error);
    bool is_alert = ERR_GET_LIB(error) == ERR_LIB_SSL &&
                    reason >= SSL_AD_REASON_OFFSET &&
                    reason <= SSL_AD_REASON_OFFSET + UINT8_MAX;
    return is_alert ? reason - SSL_AD_REASON_OFFSET : -1;
}

static const char *error_fault(unsigned long error)
{
    switch (ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
        return "the server speaks no TLS 1.2 or newer";
    case SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED:
        return "the server's TLS is too old: it has no secure renegotiation";
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_EE_KEY_TOO_SMALL:
        return "the server's key is too small";
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
        return "the server's handshake is too long";
    default:
        return NULL;
    }
}

void tls_words_of_error(char *trouble, size_t size, unsigned long error,
                        const struct tls_seen *seen,
                        const struct tls_names *names)
{
    int alert = alert_of(error);
    const char *fault = error_fault(error);
    if (!is_record(seen)) {
        words_of_stranger(trouble, size, seen);
    } else if (alert >= 0) {
        words_of_alert(trouble, size, alert, seen, names);
    } else if (fault != NULL) {
        (void)text_copy(trouble, size, fault);
    } else {
        (void)text_format(trouble, size,
                          "the server breaks the rules of TLS (openssl errstr "
                          "%08lX)",
                          error);
    }
}

bool tls_error_is_ours(unsigned long error)
{
    int reason = ERR_GET_REASON(error);
    return error == 0 || reason == ERR_R_MALLOC_FAILURE ||
           reason == ERR_R_INTERNAL_ERROR ||
           (ERR_GET_LIB(error) == ERR_LIB_SSL &&
            (reason == SSL_R_NO_PROTOCOLS_AVAILABLE ||
             reason == SSL_R_NO_CIPHERS_AVAILABLE));
}

unsigned long tls_error_take(void)
{
    unsigned long cause = ERR_get_error();
    unsigned long next = cause;
    while (next != 0) {
        next = ERR_get_error();
        if (ERR_GET_REASON(next) == ERR_R_MALLOC_FAILURE) {
            cause = next;
        }
    }
    return cause;
}
