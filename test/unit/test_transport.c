/*
 * test_transport.c - what goes out whole although the socket takes it in
 * pieces, and what a server that closes too early costs.
 */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "prober/transport.h"

#define GREETING "first "
/* Far more than two loopback sockets hold. */
#define LOAD_BYTES (16U * 1024 * 1024)
#define PATIENCE_MS 20000

struct scene {
    uv_loop_t loop;
    uv_timer_t patience;
    uv_poll_t reader; /* of the server's end */
    int listener;
    int server;
    struct transport transport;
    struct transport_call call;
    uint8_t *load;
    size_t received;
    size_t wanted;
    bool is_intact; /* so far it is what was sent */
    bool is_sent;
    bool has_ended;
    int end_status;
    bool is_closed;
    char buffer[TRANSPORT_READ_BYTES];
};

/* What was sent, at this place. */
static uint8_t expected_at(const struct scene *scene, size_t place)
{
    size_t greeting = strlen(GREETING);
    return place < greeting ? (uint8_t)GREETING[place]
                            : scene->load[place - greeting];
}

static void finish(struct scene *scene)
{
    uv_close((uv_handle_t *)&scene->patience, NULL);
    if (uv_is_active((uv_handle_t *)&scene->reader)) {
        uv_close((uv_handle_t *)&scene->reader, NULL);
    }
    transport_close(&scene->transport);
}

static void handle_readable(uv_poll_t *poll, int status, int events)
{
    struct scene *scene = poll->data;
    static uint8_t bytes[64 * 1024];
    (void)events;
    assert_int_equal(status, 0);
    ssize_t count = read(scene->server, bytes, sizeof(bytes));
    assert_true(count > 0 || (count < 0 && errno == EAGAIN));
    for (ssize_t i = 0; i < count; i++) {
        scene->is_intact =
            scene->is_intact && bytes[i] == expected_at(scene, scene->received);
        scene->received++;
    }
    if (scene->received == scene->wanted) {
        finish(scene);
    }
}

static void on_sent(struct transport *transport)
{
    struct scene *scene = transport->owner;
    scene->is_sent = true;
}

static void on_bytes(struct transport *transport, const char *bytes,
                     size_t length)
{
    (void)transport;
    (void)bytes;
    (void)length;
    fail_msg("the server says nothing");
}

static void on_end(struct transport *transport, int status)
{
    struct scene *scene = transport->owner;
    assert_false(scene->has_ended);
    scene->has_ended = true;
    scene->end_status = status;
    finish(scene);
}

static void on_closed(struct transport *transport)
{
    struct scene *scene = transport->owner;
    assert_false(scene->is_closed);
    scene->is_closed = true;
}

static const struct transport_events events = {.on_sent = on_sent,
                                               .on_bytes = on_bytes,
                                               .on_end = on_end,
                                               .on_closed = on_closed};

static void handle_no_patience(uv_timer_t *timer)
{
    (void)timer;
    fail_msg("it took too long");
}

static struct scene *start(void)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    scene->is_intact = true;
    scene->load = malloc(LOAD_BYTES);
    assert_non_null(scene->load);
    for (size_t i = 0; i < LOAD_BYTES; i++) {
        scene->load[i] = (uint8_t)(i * 31 + i / 251);
    }
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    assert_int_equal(uv_timer_init(&scene->loop, &scene->patience), 0);
    assert_int_equal(
        uv_timer_start(&scene->patience, handle_no_patience, PATIENCE_MS, 0),
        0);
    transport_init(&scene->transport, &events, scene->buffer, scene);
    return scene;
}

static void listen_on_loopback(struct scene *scene, int backlog)
{
    struct sockaddr_in *address = (struct sockaddr_in *)&scene->call.address;
    scene->call.address_length = sizeof(*address);
    *address = (struct sockaddr_in){.sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    scene->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(scene->listener >= 0);
    assert_int_equal(bind(scene->listener, (struct sockaddr *)address,
                          scene->call.address_length),
                     0);
    assert_int_equal(listen(scene->listener, backlog), 0);
    assert_int_equal(getsockname(scene->listener, (struct sockaddr *)address,
                                 &scene->call.address_length),
                     0);
}

static void accept_and_read(struct scene *scene)
{
    scene->server =
        accept4(scene->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(scene->server >= 0);
    assert_int_equal(uv_poll_init(&scene->loop, &scene->reader, scene->server),
                     0);
    scene->reader.data = scene;
    assert_int_equal(
        uv_poll_start(&scene->reader, UV_READABLE, handle_readable), 0);
}

static void end_scene(struct scene *scene)
{
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    assert_true(scene->is_closed);
    (void)close(scene->listener);
    (void)close(scene->server);
    free(scene->load);
    free(scene);
}

/* Overwrites what was given, as the owner of a secret does. */
static void open_and_wipe(struct scene *scene)
{
    char first[] = GREETING;
    scene->call.bytes = (const uint8_t *)first;
    scene->call.length = strlen(first);
    assert_int_equal(
        transport_open(&scene->transport, &scene->loop, &scene->call), 0);
    memset(first, 'x', strlen(first));
}

/* --- tests ------------------------------------------------------------- */

static void more_than_the_socket_takes_arrives_in_order(void **state)
{
    (void)state;
    struct scene *scene = start();
    listen_on_loopback(scene, 1);
    open_and_wipe(scene);
    assert_true(scene->transport.is_sent);
    accept_and_read(scene);
    scene->wanted = strlen(GREETING) + LOAD_BYTES;
    size_t slice = LOAD_BYTES / 4;
    for (size_t at = 0; at < LOAD_BYTES; at += slice) {
        uint8_t *copy = malloc(slice);
        assert_non_null(copy);
        memcpy(copy, scene->load + at, slice);
        assert_int_equal(transport_send(&scene->transport, copy, slice), 0);
        free(copy);
    }
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(scene->received, scene->wanted);
    assert_true(scene->is_intact);
    assert_false(scene->has_ended);
    end_scene(scene);
}

static void what_is_on_its_way_when_we_close_is_given_up(void **state)
{
    (void)state;
    struct scene *scene = start();
    listen_on_loopback(scene, 1);
    open_and_wipe(scene);
    accept_and_read(scene);
    assert_int_equal(transport_send(&scene->transport, scene->load, LOAD_BYTES),
                     0);
    finish(scene);
    end_scene(scene); /* a letter kept would be a leak */
}

static void server_that_closed_ends_it_by_reading_not_by_sending(void **state)
{
    (void)state;
    struct scene *scene = start();
    listen_on_loopback(scene, 1);
    open_and_wipe(scene);
    accept_and_read(scene);
    assert_int_equal(uv_poll_stop(&scene->reader), 0);
    uv_close((uv_handle_t *)&scene->reader, NULL);
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(
        setsockopt(scene->server, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)),
        0);
    assert_int_equal(close(scene->server), 0);
    scene->server = -1;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(transport_send(&scene->transport, scene->load, 10), 0);
    }
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_true(scene->has_ended);
    end_scene(scene);
}

/* A full queue loses our SYN, so the first bytes have to wait: for ever, or
 * until we close. */
static void first_bytes_wait_for_the_connection_in_a_copy(void **state)
{
    (void)state;
    struct scene *scene = start();
    listen_on_loopback(scene, 0);
    int filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(filler, (struct sockaddr *)&scene->call.address,
                             scene->call.address_length),
                     0);
    open_and_wipe(scene);
    assert_false(scene->transport.is_sent);
    int first = accept4(scene->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(first >= 0);
    /* There is room now: the kernel sends the SYN again in a second. */
    scene->wanted = strlen(GREETING);
    while (!scene->is_sent) {
        assert_int_equal(uv_run(&scene->loop, UV_RUN_ONCE), 1);
    }
    accept_and_read(scene);
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_true(scene->is_intact);
    assert_int_equal(scene->received, scene->wanted);
    (void)close(first);
    (void)close(filler);
    end_scene(scene);
}

static void loopback_is_of_this_host(void **state)
{
    (void)state;
    const struct transport closed = {.fd = -1};
    struct transport_call call = {.address_length = sizeof(call.address)};
    struct sockaddr_in *four = (struct sockaddr_in *)&call.address;
    four->sin_family = AF_INET;
    four->sin_addr.s_addr = htonl(0x7f000105);
    assert_true(transport_is_local(&closed, &call));
    four->sin_addr.s_addr = htonl(0xc0000201);
    assert_false(transport_is_local(&closed, &call));
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&call.address;
    six->sin6_family = AF_INET6;
    six->sin6_addr = in6addr_loopback;
    assert_true(transport_is_local(&closed, &call));
    call.address.ss_family = AF_UNIX;
    assert_true(transport_is_local(&closed, &call));
}

/* A socket bound to nothing has the address 0.0.0.0 for its own. */
static void the_address_at_our_own_end_is_of_this_host(void **state)
{
    (void)state;
    const struct transport open = {
        .fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), .is_open = true};
    assert_true(open.fd >= 0);
    struct transport_call call = {.address_length = sizeof(call.address)};
    struct sockaddr_in *four = (struct sockaddr_in *)&call.address;
    four->sin_family = AF_INET;
    four->sin_addr.s_addr = htonl(INADDR_ANY);
    assert_true(transport_is_local(&open, &call));
    four->sin_addr.s_addr = htonl(0xc0000201);
    assert_false(transport_is_local(&open, &call));
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&call.address;
    six->sin6_family = AF_INET6;
    six->sin6_addr = in6addr_any;
    assert_false(transport_is_local(&open, &call));
    (void)close(open.fd);
}

static void an_address_at_our_own_end_may_be_ipv6(void **state)
{
    (void)state;
    const struct transport open = {
        .fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), .is_open = true};
    if (open.fd < 0) {
        (void)printf("# skip an_address_at_our_own_end_may_be_ipv6: no IPv6\n");
        skip();
    }
    struct transport_call call = {.address_length = sizeof(call.address)};
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&call.address;
    six->sin6_family = AF_INET6;
    six->sin6_addr = in6addr_any;
    assert_true(transport_is_local(&open, &call));
    six->sin6_addr.s6_addr[0] = 0xfd;
    assert_false(transport_is_local(&open, &call));
    (void)close(open.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_than_the_socket_takes_arrives_in_order),
        cmocka_unit_test(what_is_on_its_way_when_we_close_is_given_up),
        cmocka_unit_test(server_that_closed_ends_it_by_reading_not_by_sending),
        cmocka_unit_test(first_bytes_wait_for_the_connection_in_a_copy),
        cmocka_unit_test(loopback_is_of_this_host),
        cmocka_unit_test(the_address_at_our_own_end_is_of_this_host),
        cmocka_unit_test(an_address_at_our_own_end_may_be_ipv6),
    };
    (void)signal(SIGPIPE, SIG_IGN); /* as every prober does */
    return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
