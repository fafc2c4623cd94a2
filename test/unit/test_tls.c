/*
 * test_tls.c - TLS against a real server's end, in memory: in whatever slices
 * its bytes come, the same words; whatever a stranger sends, a bounded
 * refusal.
 */
#include "tls_scene.h"

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
    static const uint8_t head[] = {0x16, 3, 3, 0x40, 0, 2, 0, 0xa0, 0};
    size_t length = (size_t)96 * 1024;
    char *bytes = calloc(1, length);
    struct client client;
    assert_non_null(bytes);
    for (size_t at = 0; at + 5 < length; at += 5 + 16384) {
        memcpy(bytes + at, head, sizeof(head));
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
        theirs[dice((size_t)answer)] ^= (char)(1U << dice(8));
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
        TEST(other_protocols_are_recognised),
        TEST(endless_handshake_is_cut),
        TEST(garbage_after_the_handshake_fails),
        TEST(endless_talk_is_cut),
        TEST(turned_bytes_are_never_taken_for_words),
    };
    return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
