/*
 * test_tls_memory.c - OpenSSL's allocations fail in turn on our end of a
 * conversation: nothing crashes or leaks, and what is kept for the next one is
 * good, though OpenSSL swallows many a failure.
 */
#include "tls_scene.h"

/* One in so many is tried: all would take a minute. */
#define STEP 23
#define FLIGHTS 6

/* How many more may succeed; negative: all. */
static long left = -1;
static bool has_failed;

static bool may_allocate(void)
{
    if (left < 0) {
        return true;
    }
    if (left == 0) {
        has_failed = true;
        left = -1; /* one alone */
        return false;
    }
    left--;
    return true;
}

static void *give(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return may_allocate() ? malloc(size) : NULL;
}

static void *give_more(void *block, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return may_allocate() ? realloc(block, size) : NULL;
}

static void take_back(void *block, const char *file, int line)
{
    (void)file;
    (void)line;
    free(block);
}

/* What the server says to what we say. Its memory is not ours: none of it
 * fails. */
static long let_server_speak(struct client *client, struct server *server,
                             char **theirs)
{
    const uint8_t *ours = NULL;
    size_t length = tls_output(client->tls, &ours);
    long rest = left;
    left = -1;
    (void)BIO_reset(server->outgoing);
    BIO_write(server->incoming, ours, (int)length);
    run_server(server);
    long count = BIO_get_mem_data(server->outgoing, theirs);
    left = rest;
    tls_sent(client->tls);
    return count;
}

static void talk(struct scene *scene, struct client *client,
                 struct tls_context *context, struct server *server)
{
    client->tls = tls_create(context, &scene->access, (const uint8_t *)WORDS,
                             strlen(WORDS));
    for (int i = 0; i < FLIGHTS && client->tls != NULL; i++) {
        char *theirs = NULL;
        long count = let_server_speak(client, server, &theirs);
        client->state =
            tls_feed(client->tls, theirs, (size_t)count, keep_plain, client);
    }
}

/* One conversation whose allocation `number` fails. False: it has no so
 * many. */
static bool fails_well(struct scene *scene, SSL_CTX *context, long number)
{
    struct client client = {.state = TLS_HANDSHAKING};
    struct server server;
    char trouble[VERDICT_DETAIL_BYTES] = "";
    start_server(&server, context);
    server.answer = ANSWER;
    has_failed = false;
    left = number;
    struct tls_context *made = tls_contexts_find(
        scene->contexts, &scene->access, trouble, sizeof(trouble));
    if (made != NULL) {
        talk(scene, &client, made, &server);
    }
    left = -1;
    assert_true((made == NULL) == (trouble[0] != '\0'));
    if (client.tls != NULL) {
        assert_true((client.state == TLS_FAILED) ==
                    (tls_trouble(client.tls)[0] != '\0'));
    }
    assert_int_equal(ERR_peek_error(), 0);
    tls_destroy(client.tls);
    finish_server(&server);
    return has_failed;
}

/* What was kept is good: the next conversation opens. */
static bool goes_on(struct scene *scene, SSL_CTX *context)
{
    struct client client;
    converse(scene, &client, context, 4096);
    bool is_open = client.state == TLS_OPEN;
    tls_destroy(client.tls);
    tls_contexts_destroy(scene->contexts);
    scene->contexts = tls_contexts_create();
    return is_open;
}

static void any_allocation_may_fail(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = make_server_context(&scene->right);
    use_ours(scene);
    long number = 0;
    long spoilt = 0;
    while (fails_well(scene, context, number)) {
        spoilt += !goes_on(scene, context);
        number += STEP;
    }
    /* OpenSSL 3.0 has one place in SSL_CTX_new where it goes on with less
     * than it should, and does not tell; the end of the prober mends that. */
    assert_true(spoilt <= 1);
    assert_true(number > 1000);
    SSL_CTX_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_allocation_may_fail, make_scene,
                                        remove_scene),
    };
    if (CRYPTO_set_mem_functions(give, give_more, take_back) != 1) {
        return 1;
    }
    return cmocka_run_group_tests_name("tls memory", tests, NULL, NULL);
}
