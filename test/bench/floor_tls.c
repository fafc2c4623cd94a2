/*
 * floor_tls.c - the bare prober of floor.c over TLS: OpenSSL on the socket, a
 * full handshake each time, the server's certificate and name verified.
 *
 *     floor_tls [--deep] CA_FILE SERVER_NAME INTERVAL_MS PORT...
 *
 * Runs until it is killed.
 */
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

/* True when the call is to be made again as soon as there is more to read. */
static bool must_wait(SSL *tls, int status)
{
    int error = SSL_get_error(tls, status);

    if (error != SSL_ERROR_WANT_READ) {
        floor_fail("TLS");
    }
    return true;
}

/* Goes on with the handshake; when it is done, asks. */
static void shake_hands(struct floor *floor,
                        struct floor_connection *connection)
{
    SSL *tls = connection->tls;
    int status = SSL_connect(tls);

    if (status != 1 && must_wait(tls, status)) {
        return;
    }
    if (SSL_write(tls, floor->flight, (int)floor->flight_length) <= 0) {
        floor_fail("TLS write");
    }
}

static void begin(struct floor *floor, struct floor_connection *connection)
{
    SSL *tls = SSL_new(floor->tls_context);

    if (tls == NULL || SSL_set_fd(tls, connection->fd) != 1 ||
        SSL_set_tlsext_host_name(tls, floor->tls_server_name) != 1 ||
        SSL_set1_host(tls, floor->tls_server_name) != 1) {
        floor_fail("TLS begin");
    }
    connection->tls = tls;
    shake_hands(floor, connection);
    floor_wait_for_replies(floor, connection);
}

static void read_replies(struct floor *floor,
                         struct floor_connection *connection)
{
    SSL *tls = connection->tls;
    char bytes[16384];

    if (!SSL_is_init_finished(tls)) {
        shake_hands(floor, connection);
    }
    while (SSL_is_init_finished(tls)) {
        int length = SSL_read(tls, bytes, sizeof bytes);

        if (length <= 0 && must_wait(tls, length)) {
            return;
        }
        if (floor_take(&connection->replies, bytes, (size_t)length)) {
            SSL_free(tls);
            floor_close(connection);
            return;
        }
    }
}

static SSL_CTX *open_context(const char *ca_file)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (context == NULL ||
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_load_verify_locations(context, ca_file, NULL) != 1) {
        floor_fail("TLS context");
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return context;
}

int main(int argc, char **argv)
{
    static const struct floor_way way = {.on_connected = begin,
                                         .on_readable = read_replies};
    bool deep = argc > 1 && strcmp(argv[1], "--deep") == 0;
    int at = deep ? 2 : 1;

    if (argc < at + 4) {
        (void)fprintf(stderr, "usage: floor_tls [--deep] CA_FILE SERVER_NAME "
                              "INTERVAL_MS PORT...\n");
        return 64;
    }
    struct floor floor = {.way = &way, .tls_context = open_context(argv[at])};
    floor.tls_server_name = argv[at + 1];
    floor_run(&floor, strtol(argv[at + 2], NULL, 10), deep, argv + at + 3,
              argc - at - 3);
    return 0;
}
