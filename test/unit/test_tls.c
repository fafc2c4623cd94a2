/*
 * test_tls.c - TLS against a real server's end, in memory: in whatever slices
 * its bytes come, the same words; each trouble in its own sentence; whatever
 * a stranger sends, a bounded refusal.
 */
#include "tls_scene.h"

#include "model/verdict.h"

#define WORDS "*1\r\n$4\r\nPING\r\n"
#define ANSWER "+PONG\r\n"

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

static void name_file(const struct scene *scene, char *path, const char *name)
{
    assert_true(text_format(path, 96, "%s/%s", scene->directory, name));
}

static int make_scene(void **state)
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

static int remove_scene(void **state)
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

static void use_ours(struct scene *scene)
{
    (void)text_copy(scene->access.tls_cert, SETTINGS_KEPT_BYTES,
                    scene->certificate);
    (void)text_copy(scene->access.tls_key, SETTINGS_KEPT_BYTES, scene->key);
}

static void start_client(struct scene *scene, struct client *client)
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
static void converse(struct scene *scene, struct client *client,
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
static void expect_trouble(struct scene *scene, SSL_CTX *context,
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

static void expect_open(struct scene *scene, SSL_CTX *context)
{
    struct client client;
    converse(scene, &client, context, 4096);
    assert_string_equal(tls_trouble(client.tls), "");
    assert_int_equal(client.state, TLS_OPEN);
    tls_destroy(client.tls);
}

/* --- it works ---------------------------------------------------------- */

static void every_slicing_says_and_hears_the_same(void **state)
{
    struct scene *scene = *state;
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < 2; i++) {
        SSL_CTX *context = make_server_context(&scene->right);
        SSL_CTX_set_max_proto_version(context, versions[i]);
        SSL_CTX_set_min_proto_version(context, versions[i]);
        for (size_t most = 1; most <= 8192; most *= 8) {
            struct client client;
            converse(scene, &client, context, most);
            assert_int_equal(client.state, TLS_OPEN);
            assert_int_equal(client.plain_length, strlen(ANSWER));
            assert_memory_equal(client.plain, ANSWER, strlen(ANSWER));
            assert_string_equal(tls_trouble(client.tls), "");
            tls_destroy(client.tls);
        }
        SSL_CTX_free(context);
    }
}

static void certificate_end_is_told(void **state)
{
    struct scene *scene = *state;
    struct client client;
    SSL_CTX *context = make_server_context(&scene->right);
    struct tm end;
    assert_int_equal(
        ASN1_TIME_to_tm(X509_get0_notAfter(scene->right.certificate), &end), 1);
    start_client(scene, &client);
    assert_int_equal(tls_certificate_end(client.tls), -1);
    tls_destroy(client.tls);
    converse(scene, &client, context, 1);
    assert_int_equal(tls_certificate_end(client.tls), timegm(&end));
    tls_destroy(client.tls);
    SSL_CTX_free(context);
}

static void asked_for_name_and_address_are_found(void **state)
{
    struct scene *scene = *state;
    static const char *const good[] = {"redis.internal", "redis.internal.",
                                       "127.0.0.1", ""};
    SSL_CTX *context = make_server_context(&scene->right);
    for (size_t i = 0; i < 4; i++) {
        (void)text_copy(scene->access.tls_server_name,
                        SETTINGS_SERVER_NAME_BYTES, good[i]);
        expect_open(scene, context);
    }
    SSL_CTX_free(context);
}

static int note_name(SSL *ssl, int *alert, void *owner)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    (void)alert;
    (void)text_copy(owner, 64, name == NULL ? "none" : name);
    return SSL_TLSEXT_ERR_OK;
}

static void only_a_name_is_told_to_the_server(void **state)
{
    struct scene *scene = *state;
    char told[64];
    SSL_CTX *context = make_server_context(&scene->right);
    SSL_CTX_set_tlsext_servername_callback(context, note_name);
    SSL_CTX_set_tlsext_servername_arg(context, told);
    (void)text_copy(scene->access.tls_server_name, SETTINGS_SERVER_NAME_BYTES,
                    "redis.internal");
    expect_open(scene, context);
    assert_string_equal(told, "redis.internal");
    (void)text_copy(scene->access.tls_server_name, SETTINGS_SERVER_NAME_BYTES,
                    "127.0.0.1");
    expect_open(scene, context);
    assert_string_equal(told, "none");
    SSL_CTX_free(context);
}

static void close_notify_closes(void **state)
{
    struct scene *scene = *state;
    struct client client;
    struct server server;
    SSL_CTX *context = make_server_context(&scene->right);
    start_server(&server, context);
    start_client(scene, &client);
    let_talk(&client, &server, 100);
    assert_int_equal(client.state, TLS_OPEN);
    SSL_shutdown(server.ssl);
    let_talk(&client, &server, 1);
    assert_int_equal(client.state, TLS_CLOSED);
    assert_string_equal(tls_trouble(client.tls), "");
    assert_int_equal(tls_feed(client.tls, "x", 1, keep_plain, &client),
                     TLS_CLOSED);
    tls_destroy(client.tls);
    finish_server(&server);
    SSL_CTX_free(context);
}

static void output_stays_in_place_until_sent(void **state)
{
    struct scene *scene = *state;
    struct client client;
    struct server server;
    const uint8_t *first = NULL;
    const uint8_t *again = NULL;
    char *theirs = NULL;
    SSL_CTX *context = make_server_context(&scene->right);
    start_server(&server, context);
    start_client(scene, &client);
    size_t length = tls_output(client.tls, &first);
    assert_true(length > 0);
    BIO_write(server.incoming, first, (int)length);
    run_server(&server);
    long answer = BIO_get_mem_data(server.outgoing, &theirs);
    feed_slices(&client, theirs, (size_t)answer, 50);
    (void)BIO_reset(server.outgoing);
    assert_int_equal(client.state, TLS_OPEN);
    assert_int_equal(tls_output(client.tls, &again), length);
    assert_ptr_equal(first, again);
    tls_sent(client.tls);
    let_talk(&client, &server, 50);
    assert_int_equal(server.plain_length, strlen(WORDS));
    assert_int_equal(tls_output(client.tls, &again), 0);
    tls_destroy(client.tls);
    finish_server(&server);
    SSL_CTX_free(context);
}

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

/* --- what is no TLS ---------------------------------------------------- */

static void expect_refused(struct scene *scene, const char *bytes,
                           size_t length, size_t most, const char *expected)
{
    struct client client;
    start_client(scene, &client);
    feed_slices(&client, bytes, length, most);
    assert_int_equal(client.state, TLS_FAILED);
    assert_string_equal(tls_trouble(client.tls), expected);
    assert_int_equal(client.plain_length, 0);
    tls_destroy(client.tls);
}

static void other_protocols_are_recognised(void **state)
{
    struct scene *scene = *state;
    for (size_t most = 1; most < 100; most += 33) {
        expect_refused(scene, "HTTP/1.1 400 Bad Request\r\n", 26, most,
                       "the server is an HTTP server without TLS");
        expect_refused(scene, "-ERR max number of clients\r\n", 28, most,
                       "the server answers in plain text: its port is not one "
                       "for TLS");
        expect_refused(scene, "\0\1\2\3\4\5\6", 7, most,
                       "the server speaks something else than TLS");
    }
}

static void endless_handshake_is_cut(void **state)
{
    struct scene *scene = *state;
    /* Full records, each with the head of a ServerHello of 40 KiB. */
    size_t length = (size_t)96 * 1024;
    char *bytes = calloc(1, length);
    struct client client;
    assert_non_null(bytes);
    for (size_t at = 0; at + 5 < length; at += 5 + 16384) {
        memcpy(bytes + at, "\x16\x03\x03\x40\x00\x02\x00\xa0\x00", 9);
    }
    start_client(scene, &client);
    feed_slices(&client, bytes, length, 20000);
    assert_int_equal(client.state, TLS_FAILED);
    assert_true(tls_trouble(client.tls)[0] != '\0');
    assert_false(tls_is_our_fault(client.tls));
    tls_destroy(client.tls);
    free(bytes);
}

static void garbage_after_the_handshake_fails(void **state)
{
    struct scene *scene = *state;
    struct client client;
    struct server server;
    SSL_CTX *context = make_server_context(&scene->right);
    start_server(&server, context);
    start_client(scene, &client);
    let_talk(&client, &server, 1000);
    feed_slices(&client, "\x17\x03\x03\x00\x20 this was never encrypted, no..",
                37, 5);
    assert_int_equal(client.state, TLS_FAILED);
    assert_memory_equal(tls_trouble(client.tls),
                        "the server breaks the rules of TLS", 34);
    tls_destroy(client.tls);
    finish_server(&server);
    SSL_CTX_free(context);
}

static void endless_talk_is_cut(void **state)
{
    struct scene *scene = *state;
    struct client client;
    struct server server;
    char *theirs = NULL;
    char nothing[PLAIN_MOST] = "";
    SSL_CTX *context = make_server_context(&scene->right);
    start_server(&server, context);
    start_client(scene, &client);
    let_talk(&client, &server, 1000);
    for (int i = 0; i < 1000 && client.state == TLS_OPEN; i++) {
        assert_true(SSL_write(server.ssl, nothing, sizeof(nothing)) > 0);
        long length = BIO_get_mem_data(server.outgoing, &theirs);
        client.plain_length = 0;
        feed_slices(&client, theirs, (size_t)length, 4096);
        (void)BIO_reset(server.outgoing);
    }
    assert_string_equal(tls_trouble(client.tls), "the server sends too much");
    tls_destroy(client.tls);
    finish_server(&server);
    SSL_CTX_free(context);
}

/* A conversation with one byte turned over never opens by mistake with other
 * words, and never crashes. */
static void turned_bytes_are_never_taken_for_words(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = make_server_context(&scene->right);
    for (int round = 0; round < 200; round++) {
        struct client client;
        struct server server;
        char *theirs = NULL;
        const uint8_t *ours = NULL;
        start_server(&server, context);
        start_client(scene, &client);
        size_t length = tls_output(client.tls, &ours);
        BIO_write(server.incoming, ours, (int)length);
        tls_sent(client.tls);
        run_server(&server);
        long answer = BIO_get_mem_data(server.outgoing, &theirs);
        theirs[rand() % answer] ^= (char)(1 << rand() % 8);
        feed_slices(&client, theirs, (size_t)answer, 300);
        assert_true(client.state != TLS_CLOSED);
        assert_int_equal(client.plain_length, 0);
        tls_destroy(client.tls);
        finish_server(&server);
    }
    SSL_CTX_free(context);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_scene, remove_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_slicing_says_and_hears_the_same),
        TEST(certificate_end_is_told),
        TEST(asked_for_name_and_address_are_found),
        TEST(only_a_name_is_told_to_the_server),
        TEST(close_notify_closes),
        TEST(output_stays_in_place_until_sent),
        TEST(bad_certificates_are_told_apart),
        TEST(end_of_an_expired_certificate_is_told),
        TEST(own_certificate_of_the_server_may_be_named),
        TEST(system_authorities_do_not_know_ours),
        TEST(client_certificate_is_shown_or_missed),
        TEST(client_certificate_of_a_stranger_is_named),
        TEST(old_versions_are_refused),
        TEST(no_common_cipher_is_told),
        TEST(other_protocols_are_recognised),
        TEST(endless_handshake_is_cut),
        TEST(garbage_after_the_handshake_fails),
        TEST(endless_talk_is_cut),
        TEST(turned_bytes_are_never_taken_for_words),
    };
    return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
