/*
 * test_tls_contexts.c - files become contexts: each fault of a file is said
 * with its name, files that change are read again, and the store holds few.
 */
#include "tls_scene.h"

#include <errno.h>

#include "prober/tls_context.h"

static struct tls_context *find(struct scene *scene, char *trouble)
{
    trouble[0] = '\0';
    return tls_contexts_find(scene->contexts, &scene->access, trouble,
                             VERDICT_DETAIL_BYTES);
}

static void expect_complaint(struct scene *scene, const char *what,
                             const char *path, const char *why)
{
    char trouble[VERDICT_DETAIL_BYTES];
    char expected[VERDICT_DETAIL_BYTES];
    assert_true(
        text_format(expected, sizeof(expected), "%s %s %s", what, path, why));
    assert_null(find(scene, trouble));
    assert_string_equal(trouble, expected);
    assert_int_equal(ERR_peek_error(), 0);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* --- faults of files --------------------------------------------------- */

static void faults_of_authorities_are_said(void **state)
{
    struct scene *scene = *state;
    const char *what = "authorities file";
    write_text(scene->ca, "");
    expect_complaint(scene, what, scene->ca, "is empty");
    write_text(scene->ca, "these are no certificates\n");
    expect_complaint(scene, what, scene->ca, "holds no certificate in PEM");
    write_text(scene->ca, "-----BEGIN CERTIFICATE-----\nAAAA\n"
                          "-----END CERTIFICATE-----\n");
    expect_complaint(scene, what, scene->ca,
                     "holds something that cannot be read as PEM");
    assert_int_equal(truncate(scene->ca, 2 * 1024 * 1024), 0);
    expect_complaint(scene, what, scene->ca, "is bigger than 1 MiB");
    assert_int_equal(unlink(scene->ca), 0);
    expect_complaint(scene, what, scene->ca, "does not exist");
    assert_int_equal(mkdir(scene->ca, 0700), 0);
    expect_complaint(scene, what, scene->ca, "is no regular file");
    assert_int_equal(rmdir(scene->ca), 0);
    assert_int_equal(mkfifo(scene->ca, 0600), 0);
    expect_complaint(scene, what, scene->ca, "is no regular file");
}

static void faults_of_keys_are_said(void **state)
{
    struct scene *scene = *state;
    use_ours(scene);
    assert_int_equal(chmod(scene->key, 0640), 0);
    expect_complaint(scene, "key", scene->key,
                     "is open to others: chmod 600 it");
    assert_int_equal(unlink(scene->key), 0);
    assert_int_equal(symlink(scene->ca, scene->key), 0);
    expect_complaint(scene, "key", scene->key,
                     "is a link: name the file it leads to");
    assert_int_equal(unlink(scene->key), 0);
    expect_complaint(scene, "key", scene->key, "does not exist");
    write_key(scene->key, 0600, scene->ours.key, "secret");
    expect_complaint(scene, "key", scene->key,
                     "is encrypted: give one without a passphrase");
    write_key(scene->key, 0600, scene->right.key, NULL);
    expect_complaint(scene, "key", scene->key,
                     "does not belong to the certificate beside it");
    write_text(scene->key, "no key\n");
    expect_complaint(scene, "key", scene->key, "holds no private key in PEM");
}

static void faults_of_certificates_are_said(void **state)
{
    struct scene *scene = *state;
    use_ours(scene);
    write_text(scene->certificate, "no certificate\n");
    expect_complaint(scene, "certificate", scene->certificate,
                     "holds no certificate in PEM");
    assert_int_equal(unlink(scene->certificate), 0);
    expect_complaint(scene, "certificate", scene->certificate,
                     "does not exist");
}

static void content_of_a_key_is_never_told(void **state)
{
    struct scene *scene = *state;
    char trouble[VERDICT_DETAIL_BYTES];
    use_ours(scene);
    write_text(scene->key, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n"
                           "-----END PRIVATE KEY-----\n");
    assert_null(find(scene, trouble));
    assert_null(strstr(trouble, "c2Vj"));
    assert_non_null(strstr(trouble, scene->key));
}

static void links_of_authorities_and_certificates_are_followed(void **state)
{
    struct scene *scene = *state;
    char trouble[VERDICT_DETAIL_BYTES];
    char moved[96];
    name_file(scene, moved, "moved.pem");
    use_ours(scene);
    assert_int_equal(rename(scene->ca, moved), 0);
    assert_int_equal(symlink(moved, scene->ca), 0);
    assert_non_null(find(scene, trouble));
    assert_int_equal(unlink(moved), 0);
}

static void long_paths_keep_their_end(void **state)
{
    struct scene *scene = *state;
    char trouble[VERDICT_DETAIL_BYTES];
    memset(scene->access.tls_ca, 'x', SETTINGS_KEPT_BYTES - 1);
    memcpy(scene->access.tls_ca + 200, "/ca.pem", 8);
    assert_null(find(scene, trouble));
    assert_non_null(strstr(trouble, ".../ca.pem does not exist"));
    assert_true(strlen(trouble) <= 160);
}

static void unverified_needs_no_authorities(void **state)
{
    struct scene *scene = *state;
    char trouble[VERDICT_DETAIL_BYTES];
    scene->access.tls_ca[0] = '\0';
    scene->access.tls_verify = false;
    assert_non_null(find(scene, trouble));
}

/* --- several in a file ------------------------------------------------- */

static void every_authority_of_a_bundle_counts(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = make_server_context(&scene->right);
    write_certificate(scene->ca, "w", scene->stranger.certificate);
    write_certificate(scene->ca, "a", scene->authority.certificate);
    expect_open(scene, context);
    SSL_CTX_free(context);
}

static void write_revocation(struct scene *scene, X509 *revoked)
{
    X509_CRL *list = X509_CRL_new();
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *when = X509_gmtime_adj(NULL, -DAY);
    ASN1_TIME *next = X509_gmtime_adj(NULL, DAY);
    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(
        list, X509_get_subject_name(scene->authority.certificate));
    X509_CRL_set1_lastUpdate(list, when);
    X509_CRL_set1_nextUpdate(list, next);
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked));
    X509_REVOKED_set_revocationDate(entry, when);
    X509_CRL_add0_revoked(list, entry);
    assert_true(X509_CRL_sign(list, scene->authority.key, EVP_sha256()) > 0);
    FILE *file = fopen(scene->ca, "a");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509_CRL(file, list), 1);
    assert_int_equal(fclose(file), 0);
    X509_CRL_free(list);
    ASN1_TIME_free(when);
    ASN1_TIME_free(next);
}

static void revocation_list_beside_the_authorities_counts(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = make_server_context(&scene->right);
    write_revocation(scene, scene->ours.certificate);
    expect_open(scene, context);
    write_certificate(scene->ca, "w", scene->authority.certificate);
    write_revocation(scene, scene->right.certificate);
    expect_trouble(scene, context, "the server's certificate was revoked");
    SSL_CTX_free(context);
}

/* --- the store --------------------------------------------------------- */

static void same_files_same_context(void **state)
{
    struct scene *scene = *state;
    char trouble[VERDICT_DETAIL_BYTES];
    use_ours(scene);
    struct tls_context *first = find(scene, trouble);
    (void)text_copy(scene->access.tls_server_name, SETTINGS_SERVER_NAME_BYTES,
                    "another.name");
    assert_ptr_equal(find(scene, trouble), first);
    scene->access.tls_verify = false;
    assert_ptr_not_equal(find(scene, trouble), first);
}

static void changed_files_are_read_again(void **state)
{
    struct scene *scene = *state;
    struct client client;
    struct server server;
    char next[96];
    SSL_CTX *context = make_server_context(&scene->right);
    name_file(scene, next, "next.pem");
    expect_open(scene, context);
    /* In use while its file is replaced: it stays as it was. */
    start_server(&server, context);
    start_client(scene, &client);
    write_certificate(next, "w", scene->stranger.certificate);
    assert_int_equal(rename(next, scene->ca), 0);
    expect_trouble(scene, context,
                   "the server's certificate is not signed by an authority");
    let_talk(&client, &server, 1000);
    assert_int_equal(client.state, TLS_OPEN);
    tls_destroy(client.tls);
    finish_server(&server);
    write_certificate(scene->ca, "w", scene->authority.certificate);
    expect_open(scene, context);
    SSL_CTX_free(context);
}

static void key_opened_to_others_meanwhile_is_refused(void **state)
{
    struct scene *scene = *state;
    char trouble[VERDICT_DETAIL_BYTES];
    use_ours(scene);
    assert_non_null(find(scene, trouble));
    assert_int_equal(chmod(scene->key, 0644), 0);
    expect_complaint(scene, "key", scene->key,
                     "is open to others: chmod 600 it");
    assert_int_equal(chmod(scene->key, 0600), 0);
    assert_non_null(find(scene, trouble));
}

/* Writes `count` files of one authority, named by number, and back again. */
static void with_each_file(struct scene *scene, int count, bool is_there)
{
    char name[16];
    char path[96];
    for (int i = 0; i < count; i++) {
        assert_true(text_format(name, sizeof(name), "%d.pem", i));
        name_file(scene, path, name);
        if (is_there) {
            write_certificate(path, "w", scene->authority.certificate);
        } else {
            assert_int_equal(unlink(path), 0);
        }
    }
}

static void conversations_outlive_the_least_used_context(void **state)
{
    struct scene *scene = *state;
    enum { FILES = 80 };
    struct client clients[FILES];
    char name[16];
    SSL_CTX *context = make_server_context(&scene->right);
    with_each_file(scene, FILES, true);
    for (int i = 0; i < FILES; i++) {
        assert_true(text_format(name, sizeof(name), "%d.pem", i));
        name_file(scene, scene->access.tls_ca, name);
        start_client(scene, &clients[i]);
    }
    for (int i = 0; i < FILES; i++) {
        struct server server;
        start_server(&server, context);
        let_talk(&clients[i], &server, 1000);
        assert_int_equal(clients[i].state, TLS_OPEN);
        tls_destroy(clients[i].tls);
        finish_server(&server);
    }
    with_each_file(scene, FILES, false);
    SSL_CTX_free(context);
}

static void context_asked_for_often_stays(void **state)
{
    struct scene *scene = *state;
    enum { FILES = 80 };
    char trouble[VERDICT_DETAIL_BYTES];
    char name[16];
    with_each_file(scene, FILES, true);
    struct tls_context *often = find(scene, trouble);
    for (int i = 0; i < FILES; i++) {
        assert_true(text_format(name, sizeof(name), "%d.pem", i));
        name_file(scene, scene->access.tls_ca, name);
        assert_ptr_not_equal(find(scene, trouble), often);
        (void)text_copy(scene->access.tls_ca, SETTINGS_KEPT_BYTES, scene->ca);
        assert_ptr_equal(find(scene, trouble), often);
    }
    with_each_file(scene, FILES, false);
}

/* As many as one authorities file takes in a row: it is read once. */
static void authorities_are_read_once_for_all_who_name_them(void **state)
{
    struct scene *scene = *state;
    char trouble[VERDICT_DETAIL_BYTES];
    use_ours(scene);
    struct tls_context *first = find(scene, trouble);
    X509_STORE *store = SSL_CTX_get_cert_store(first->ssl);
    scene->access.tls_verify = false;
    struct tls_context *second = find(scene, trouble);
    assert_ptr_not_equal(second, first);
    assert_ptr_equal(SSL_CTX_get_cert_store(second->ssl), store);
    /* Another content is no longer shared, and read once again. */
    write_certificate(scene->ca, "a", scene->stranger.certificate);
    second = find(scene, trouble);
    assert_ptr_not_equal(SSL_CTX_get_cert_store(second->ssl), store);
    scene->access.tls_verify = true;
    first = find(scene, trouble);
    assert_ptr_equal(SSL_CTX_get_cert_store(first->ssl),
                     SSL_CTX_get_cert_store(second->ssl));
}

static void authorities_of_the_system_are_lent_to_who_verifies_only(
    void **state)
{
    struct scene *scene = *state;
    char trouble[VERDICT_DETAIL_BYTES];
    scene->access.tls_ca[0] = '\0';
    X509_STORE *store = SSL_CTX_get_cert_store(find(scene, trouble)->ssl);
    scene->access.tls_verify = false;
    assert_ptr_not_equal(SSL_CTX_get_cert_store(find(scene, trouble)->ssl),
                         store);
    scene->access.tls_verify = true;
    use_ours(scene);
    assert_ptr_equal(SSL_CTX_get_cert_store(find(scene, trouble)->ssl), store);
}

static void store_that_was_never_used_costs_nothing(void **state)
{
    (void)state;
    tls_contexts_destroy(tls_contexts_create());
    tls_contexts_destroy(NULL);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_scene, remove_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(faults_of_authorities_are_said),
        TEST(faults_of_keys_are_said),
        TEST(faults_of_certificates_are_said),
        TEST(content_of_a_key_is_never_told),
        TEST(links_of_authorities_and_certificates_are_followed),
        TEST(long_paths_keep_their_end),
        TEST(unverified_needs_no_authorities),
        TEST(every_authority_of_a_bundle_counts),
        TEST(revocation_list_beside_the_authorities_counts),
        TEST(same_files_same_context),
        TEST(changed_files_are_read_again),
        TEST(key_opened_to_others_meanwhile_is_refused),
        TEST(conversations_outlive_the_least_used_context),
        TEST(context_asked_for_often_stays),
        TEST(authorities_are_read_once_for_all_who_name_them),
        TEST(authorities_of_the_system_are_lent_to_who_verifies_only),
        cmocka_unit_test(store_that_was_never_used_costs_nothing),
    };
    return cmocka_run_group_tests_name("tls contexts", tests, NULL, NULL);
}
