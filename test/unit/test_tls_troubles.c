/*
 * test_tls_troubles.c - each way TLS can fail with a server that speaks it has
 * a sentence of its own, whatever the slices its bytes come in.
 */
#include "tls_scene.h"

/* --- the server's certificate ------------------------------------------ */

struct bad {
    const char *names;
    long begin;
    long end;
    enum { BY_OURS, BY_STRANGER, BY_ITSELF } by;
    const char *server_name;
    const char *expected;
};

static void bad_certificates_are_told_apart(void **state)
{
    struct scene *scene = *state;
    static const struct bad rows[] = {
        {NULL, -2 * DAY, -DAY, BY_OURS, "",
         "the server's certificate, or its authority's, has expired"},
        {NULL, DAY, 2 * DAY, BY_OURS, "",
         "the server's certificate is not valid yet, or this host's clock"},
        {NULL, -DAY, DAY, BY_STRANGER, "",
         "the server's certificate is not signed by an authority in /tmp/sa-"},
        {NULL, -DAY, DAY, BY_ITSELF, "",
         "the server's certificate is self-signed, not by an authority in /"},
        {"DNS:other", -DAY, DAY, BY_OURS, "redis.internal",
         "the server's certificate is not for redis.internal"},
        {"DNS:other,IP:127.0.0.2", -DAY, DAY, BY_OURS, "127.0.0.1",
         "the server's certificate is not for 127.0.0.1"},
        {"DNS:red*.internal", -DAY, DAY, BY_OURS, "redis.internal",
         "the server's certificate is not for redis.internal"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct bad *row = &rows[i];
        const struct pair *issuers[] = {&scene->authority, &scene->stranger,
                                        NULL};
        struct pair pair = make_pair(issuers[row->by], "bad", row->names,
                                     row->begin, row->end);
        SSL_CTX *context = make_server_context(&pair);
        (void)text_copy(scene->access.tls_server_name,
                        SETTINGS_SERVER_NAME_BYTES, row->server_name);
        scene->access.tls_verify = true;
        expect_trouble(scene, context, row->expected);
        scene->access.tls_verify = false;
        expect_open(scene, context);
        SSL_CTX_free(context);
        finish_pair(&pair);
    }
}

static void end_of_an_expired_certificate_is_told(void **state)
{
    struct scene *scene = *state;
    struct pair pair =
        make_pair(&scene->authority, "old", NULL, -2 * DAY, -DAY);
    SSL_CTX *context = make_server_context(&pair);
    struct client client;
    struct tm end;
    assert_int_equal(
        ASN1_TIME_to_tm(X509_get0_notAfter(pair.certificate), &end), 1);
    converse(scene, &client, context, 100);
    assert_int_equal(client.state, TLS_FAILED);
    assert_int_equal(tls_certificate_end(client.tls), timegm(&end));
    tls_destroy(client.tls);
    SSL_CTX_free(context);
    finish_pair(&pair);
}

static void own_certificate_of_the_server_may_be_named(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = make_server_context(&scene->right);
    write_certificate(scene->ca, "w", scene->right.certificate);
    expect_open(scene, context);
    SSL_CTX_free(context);
}

static void system_authorities_do_not_know_ours(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = make_server_context(&scene->right);
    scene->access.tls_ca[0] = '\0';
    expect_trouble(scene, context,
                   "the server's certificate is not signed by an authority "
                   "this host trusts");
    SSL_CTX_free(context);
}

/* --- alerts and versions ----------------------------------------------- */

static SSL_CTX *make_demanding(struct scene *scene, int version)
{
    SSL_CTX *context = make_server_context(&scene->right);
    SSL_CTX_set_max_proto_version(context, version);
    SSL_CTX_set_verify(context,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context),
                        scene->authority.certificate);
    return context;
}

static void client_certificate_is_shown_or_missed(void **state)
{
    struct scene *scene = *state;
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < 2; i++) {
        SSL_CTX *context = make_demanding(scene, versions[i]);
        scene->access.tls_cert[0] = '\0';
        scene->access.tls_key[0] = '\0';
        expect_trouble(scene, context,
                       "the server asks for a client certificate: configure "
                       "tls cert and key");
        use_ours(scene);
        expect_open(scene, context);
        SSL_CTX_free(context);
    }
}

static void client_certificate_of_a_stranger_is_named(void **state)
{
    struct scene *scene = *state;
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    struct pair bad = make_pair(&scene->stranger, "us", NULL, -DAY, DAY);
    write_certificate(scene->certificate, "w", bad.certificate);
    write_key(scene->key, 0600, bad.key, NULL);
    use_ours(scene);
    for (size_t i = 0; i < 2; i++) {
        SSL_CTX *context = make_demanding(scene, versions[i]);
        expect_trouble(scene, context,
                       "the server says our certificate /tmp/sa-tls-");
        SSL_CTX_free(context);
    }
    finish_pair(&bad);
}

static void old_versions_are_refused(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = make_server_context(&scene->right);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    expect_trouble(scene, context, "the server speaks no TLS 1.2 or newer");
    SSL_CTX_free(context);
}

static void no_common_cipher_is_told(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = make_server_context(&scene->right);
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    assert_int_equal(SSL_CTX_set_cipher_list(context, "AES128-GCM-SHA256"), 1);
    expect_trouble(scene, context,
                   "the server accepts no cipher or key of those we offer");
    SSL_CTX_free(context);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_scene, remove_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bad_certificates_are_told_apart),
        TEST(end_of_an_expired_certificate_is_told),
        TEST(own_certificate_of_the_server_may_be_named),
        TEST(system_authorities_do_not_know_ours),
        TEST(client_certificate_is_shown_or_missed),
        TEST(client_certificate_of_a_stranger_is_named),
        TEST(old_versions_are_refused),
        TEST(no_common_cipher_is_told),
    };
    return cmocka_run_group_tests_name("tls troubles", tests, NULL, NULL);
}
