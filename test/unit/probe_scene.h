/*
 * probe_scene.h - one slot, the room around it, and in the same loop a server
 * that answers what the test wants.
 */
#ifndef TEST_UNIT_PROBE_SCENE_H
#define TEST_UNIT_PROBE_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "base/text.h"
#include "prober/probe.h"

#define TASK 4711
#define PATIENCE_MS 20000

/* A server that answers PONG, or says nothing, and the room around a slot. */
struct scene {
    uv_loop_t loop;
    uv_tcp_t listener;
    const char *answer;   /* NULL: stays silent */
    const char *password; /* written when the first connection is closed
                             unanswered; NULL: it is not closed */
    uint64_t stall_ms; /* lost by our loop with the first request; 0 = none */
    unsigned connections;
    char heard[1024]; /* all requests, one after the other */
    uv_timer_t patience;
    uv_timer_t renewal; /* of the password, by a test */
    const char *renewed;
    struct probe_room room;
    struct progress progress;
    struct probe probe;
    uv_timer_t timer; /* of the probe */
    struct message_probe order;
    char buffer[TRANSPORT_READ_BYTES];
    struct result result;
    unsigned results;
    unsigned wanted;
    uint64_t inside; /* as the page said when the result came */
    uint32_t step;
    char directory[64];
    char password_file[128];
};

struct guest {
    uv_tcp_t tcp;
    struct scene *scene;
    char bytes[256];
};

/* --- the password ------------------------------------------------------ */

static void write_password(struct scene *scene, const char *text, mode_t mode)
{
    FILE *file = fopen(scene->password_file, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(scene->password_file, mode), 0);
}

static void give_password(struct scene *scene, const char *text, mode_t mode)
{
    (void)text_copy(scene->directory, sizeof(scene->directory),
                    "/tmp/probe-XXXXXX");
    assert_non_null(mkdtemp(scene->directory));
    (void)text_format(scene->password_file, sizeof(scene->password_file),
                      "%s/a.pw", scene->directory);
    (void)text_copy(scene->order.access.password_file,
                    sizeof(scene->order.access.password_file),
                    scene->password_file);
    write_password(scene, text, mode);
}

static void end_password(struct scene *scene)
{
    assert_int_equal(unlink(scene->password_file), 0);
    assert_int_equal(rmdir(scene->directory), 0);
}

/* --- the server -------------------------------------------------------- */

static void handle_guest_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void handle_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    struct guest *guest = handle->data;
    (void)size;
    *buffer = uv_buf_init(guest->bytes, sizeof(guest->bytes));
}

static void handle_request(uv_stream_t *stream, ssize_t count,
                           const uv_buf_t *unused)
{
    struct guest *guest = stream->data;
    const char *answer = guest->scene->answer;
    (void)unused;
    if (count > 0) {
        (void)text_append(guest->scene->heard, sizeof(guest->scene->heard),
                          "%.*s", (int)count, guest->bytes);
    }
    guest->scene->room.turns.stalled_ms += guest->scene->stall_ms;
    guest->scene->stall_ms = 0;
    if (count >= 0 && guest->scene->password != NULL) {
        write_password(guest->scene, guest->scene->password, 0600);
        guest->scene->password = NULL;
        count = UV_EOF;
    }
    if (count < 0) {
        uv_close((uv_handle_t *)stream, handle_guest_closed);
    } else if (answer != NULL) {
        uv_buf_t bytes =
            uv_buf_init((char *)(uintptr_t)answer, (unsigned)strlen(answer));
        assert_int_equal(uv_try_write(stream, &bytes, 1), strlen(answer));
    }
}

static void handle_connection(uv_stream_t *listener, int status)
{
    assert_int_equal(status, 0);
    struct guest *guest = calloc(1, sizeof(*guest));
    assert_non_null(guest);
    guest->scene = listener->data;
    guest->scene->connections++;
    guest->tcp.data = guest;
    assert_int_equal(uv_tcp_init(listener->loop, &guest->tcp), 0);
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&guest->tcp), 0);
    assert_int_equal(
        uv_read_start((uv_stream_t *)&guest->tcp, handle_alloc, handle_request),
        0);
}

static void listen_on_loopback(struct scene *scene)
{
    struct sockaddr_in address;
    int length = sizeof(address);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &address), 0);
    assert_int_equal(uv_tcp_init(&scene->loop, &scene->listener), 0);
    scene->listener.data = scene;
    assert_int_equal(
        uv_tcp_bind(&scene->listener, (struct sockaddr *)&address, 0), 0);
    assert_int_equal(
        uv_listen((uv_stream_t *)&scene->listener, 16, handle_connection), 0);
    assert_int_equal(uv_tcp_getsockname(&scene->listener,
                                        (struct sockaddr *)&address, &length),
                     0);
    assert_true(text_format(scene->order.addr, sizeof(scene->order.addr),
                            "127.0.0.1:%u", ntohs(address.sin_port)));
}

/* --- the room ---------------------------------------------------------- */

static void on_result(struct probe *probe, const struct result *result)
{
    struct scene *scene = probe->room->owner;
    scene->result = *result;
    scene->results++;
    scene->inside = atomic_load(&scene->progress.inside);
    scene->step = atomic_load(&scene->progress.step);
}

static void end_scene(struct scene *scene)
{
    uv_close((uv_handle_t *)&scene->timer, NULL);
    uv_close((uv_handle_t *)&scene->listener, NULL);
    uv_close((uv_handle_t *)&scene->patience, NULL);
}

static void on_idle(struct probe *probe)
{
    struct scene *scene = probe->room->owner;
    if (scene->results < scene->wanted) {
        scene->order.task++;
        probe_start(probe, &scene->order);
    } else {
        end_scene(scene);
    }
}

static void handle_no_patience(uv_timer_t *timer)
{
    (void)timer;
    fail_msg("the probe never became idle");
}

static struct scene *start(const char *answer)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    listen_on_loopback(scene);
    assert_int_equal(uv_timer_init(&scene->loop, &scene->patience), 0);
    assert_int_equal(
        uv_timer_start(&scene->patience, handle_no_patience, PATIENCE_MS, 0),
        0);
    scene->answer = answer;
    scene->wanted = 1;
    scene->order.task = TASK;
    scene->order.timeout_ms = 1000;
    scene->room = (struct probe_room){.loop = &scene->loop,
                                      .progress = &scene->progress,
                                      .buffer = scene->buffer,
                                      .owner = scene,
                                      .on_result = on_result,
                                      .on_idle = on_idle};
    assert_int_equal(flight_init_all(scene->room.flights), 0);
    assert_int_equal(uv_timer_init(&scene->loop, &scene->timer), 0);
    probe_init(&scene->probe, &scene->room, &scene->timer);
    return scene;
}

/* Until the last handle is closed: a handle left behind would hang here. */
static void run(struct scene *scene)
{
    probe_start(&scene->probe, &scene->order);
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    assert_int_equal(scene->results, scene->wanted);
    assert_int_equal(atomic_load(&scene->progress.inside), 0);
}

#endif
