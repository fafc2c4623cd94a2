/*
 * test_channel.c - a channel against a peer that behaves, and against peers
 * that slice, flood, babble, fall silent or go away.
 *
 * The peer is the bare other end of the socket pair, written and read by the
 * test itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "sample_message.h"
#include "wire/channel.h"

#define GENERATION 3
#define PATIENCE_MS 10000

struct scene {
    uv_loop_t loop;
    uv_timer_t patience;
    struct channel channel;
    int peer;
    unsigned messages;
    unsigned ends;
    int end_status;
    bool is_closed;
    bool closes_in_message;
    struct message last;
    unsigned most_in_a_turn;
    unsigned in_this_turn;
};

/* --- the channel's owner ---------------------------------------------- */

static void handle_patience(uv_timer_t *timer)
{
    (void)timer;
    fail_msg("waited too long");
}

static void handle_closed(struct channel *channel)
{
    struct scene *scene = channel->owner;
    scene->is_closed = true;
}

static void handle_message(struct channel *channel,
                           const struct message *message)
{
    struct scene *scene = channel->owner;
    assert_false(scene->is_closed);
    scene->messages++;
    scene->in_this_turn++;
    scene->last = *message;
    if (scene->closes_in_message) {
        channel_close(channel, handle_closed);
    }
}

static void handle_end(struct channel *channel, int status)
{
    struct scene *scene = channel->owner;
    scene->ends++;
    scene->end_status = status;
}

static int make_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    if (scene == NULL ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 ||
        uv_loop_init(&scene->loop) != 0) {
        return -1;
    }
    uv_timer_init(&scene->loop, &scene->patience);
    uv_timer_start(&scene->patience, handle_patience, PATIENCE_MS, 0);
    uv_unref((uv_handle_t *)&scene->patience);
    scene->peer = ends[1];
    *state = scene;
    return channel_start(&scene->channel, &scene->loop, ends[0], FROM_PROBER,
                         GENERATION, handle_message, handle_end, scene);
}

static int drop_scene(void **state)
{
    struct scene *scene = *state;
    channel_close(&scene->channel, handle_closed);
    uv_close((uv_handle_t *)&scene->patience, NULL);
    uv_run(&scene->loop, UV_RUN_DEFAULT);
    int status = uv_loop_close(&scene->loop);
    if (scene->peer >= 0) {
        close(scene->peer);
    }
    free(scene);
    return status;
}

/* One turn of the loop, which may wait for something to happen. */
static void turn(struct scene *scene)
{
    scene->in_this_turn = 0;
    uv_run(&scene->loop, UV_RUN_ONCE);
    if (scene->in_this_turn > scene->most_in_a_turn) {
        scene->most_in_a_turn = scene->in_this_turn;
    }
}

static void turn_until_messages(struct scene *scene, unsigned count)
{
    while (scene->messages < count) {
        assert_int_equal(scene->ends, 0);
        turn(scene);
    }
}

static void turn_until_end(struct scene *scene)
{
    while (scene->ends == 0) {
        turn(scene);
    }
    uv_run(&scene->loop, UV_RUN_NOWAIT);
    assert_int_equal(scene->ends, 1);
}

/* --- the peer --------------------------------------------------------- */

static size_t hello_frame(uint8_t *bytes, uint32_t generation)
{
    const struct message hello = {.kind = MESSAGE_PROBER_HELLO,
                                  .format = MESSAGE_FORMAT};
    size_t length = 0;
    assert_int_equal(
        frame_encode(&hello, generation, bytes, FRAME_BYTES_MOST, &length), 0);
    return length;
}

static void peer_says(struct scene *scene, const void *bytes, size_t length)
{
    assert_int_equal(write(scene->peer, bytes, length), length);
}

static void peer_leaves(struct scene *scene)
{
    close(scene->peer);
    scene->peer = -1;
}

/* Reads what there is, without waiting; bytes read. */
static size_t peer_hears(struct scene *scene, uint8_t *bytes, size_t room)
{
    ssize_t count = recv(scene->peer, bytes, room, MSG_DONTWAIT);
    return count > 0 ? (size_t)count : 0;
}

static const struct message probe_message = {
    .kind = MESSAGE_PROBE,
    .probe = {.task = 1, .timeout_ms = 1000, .addr = "127.0.0.1:6379"},
};

/* --- receiving -------------------------------------------------------- */

static void a_message_arrives(void **state)
{
    struct scene *scene = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    size_t length = 0;
    assert_int_equal(frame_encode(&sample_messages[3], GENERATION, bytes,
                                  sizeof bytes, &length),
                     0);
    peer_says(scene, bytes, length);
    turn_until_messages(scene, 1);
    assert_int_equal(scene->last.kind, MESSAGE_RESULT);
    assert_string_equal(scene->last.result.verdict.version, "7.0.15");
}

static void a_message_in_single_bytes_arrives_once(void **state)
{
    struct scene *scene = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    size_t length = hello_frame(bytes, GENERATION);
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(scene->messages, 0);
        peer_says(scene, bytes + i, 1);
        turn(scene);
    }
    assert_int_equal(scene->messages, 1);
}

static void a_flood_is_taken_in_bounded_turns(void **state)
{
    enum { FRAMES = 20000 };
    struct scene *scene = *state;
    uint8_t frame[FRAME_BYTES_MOST];
    size_t length = hello_frame(frame, GENERATION);
    uint8_t *flood = malloc(FRAMES * length);
    assert_non_null(flood);
    for (size_t i = 0; i < FRAMES; i++) {
        memcpy(flood + i * length, frame, length);
    }
    assert_int_equal(fcntl(scene->peer, F_SETFL, O_NONBLOCK), 0);
    size_t sent = 0;
    while (scene->messages < FRAMES) {
        ssize_t count =
            write(scene->peer, flood + sent, FRAMES * length - sent);
        sent += count > 0 ? (size_t)count : 0;
        turn(scene);
    }
    free(flood);
    assert_int_equal(scene->messages, FRAMES);
    assert_in_range(scene->most_in_a_turn, CHANNEL_TURN_BYTES / length / 2,
                    CHANNEL_TURN_BYTES / length + 1);
}

static void the_end_of_the_stream_is_told_once(void **state)
{
    struct scene *scene = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    peer_says(scene, bytes, hello_frame(bytes, GENERATION));
    peer_leaves(scene);
    turn_until_end(scene);
    assert_int_equal(scene->messages, 1);
    assert_int_equal(scene->end_status, 0);
    assert_int_equal(channel_send(&scene->channel, &probe_message), -EPIPE);
    assert_int_equal(channel_flush(&scene->channel), -EPIPE);
}

static void half_a_frame_at_the_end_is_just_the_end(void **state)
{
    struct scene *scene = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    peer_says(scene, bytes, hello_frame(bytes, GENERATION) - 1);
    peer_leaves(scene);
    turn_until_end(scene);
    assert_int_equal(scene->messages, 0);
    assert_int_equal(scene->end_status, 0);
}

static void garbage_ends_the_channel(void **state)
{
    struct scene *scene = *state;
    peer_says(scene, "GET / HTTP/1.1\r\n\r\n", 18);
    turn_until_end(scene);
    assert_int_equal(scene->end_status, -EPROTO);
}

static void a_good_message_before_garbage_still_counts(void **state)
{
    struct scene *scene = *state;
    uint8_t bytes[FRAME_BYTES_MOST + 8];
    size_t length = hello_frame(bytes, GENERATION);
    memset(bytes + length, 0xff, 8);
    peer_says(scene, bytes, length + 8);
    turn_until_end(scene);
    assert_int_equal(scene->messages, 1);
    assert_int_equal(scene->end_status, -EPROTO);
}

static void another_generation_ends_the_channel(void **state)
{
    struct scene *scene = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    peer_says(scene, bytes, hello_frame(bytes, GENERATION + 1));
    turn_until_end(scene);
    assert_int_equal(scene->messages, 0);
    assert_int_equal(scene->end_status, -ESTALE);
}

static void a_message_of_the_other_way_ends_the_channel(void **state)
{
    struct scene *scene = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    size_t length = 0;
    assert_int_equal(
        frame_encode(&probe_message, GENERATION, bytes, sizeof bytes, &length),
        0);
    peer_says(scene, bytes, length);
    turn_until_end(scene);
    assert_int_equal(scene->end_status, -EINVAL);
}

static void closing_inside_a_message_stops_the_rest(void **state)
{
    struct scene *scene = *state;
    uint8_t bytes[3 * FRAME_BYTES_MOST];
    size_t length = 0;
    for (int i = 0; i < 3; i++) {
        length += hello_frame(bytes + length, GENERATION);
    }
    scene->closes_in_message = true;
    peer_says(scene, bytes, length);
    while (!scene->is_closed) {
        turn(scene);
    }
    assert_int_equal(scene->messages, 1);
    assert_int_equal(scene->ends, 0);
    assert_int_equal(channel_send(&scene->channel, &probe_message), -EPIPE);
}

/* --- sending ---------------------------------------------------------- */

static void what_is_sent_goes_out_with_the_flush_in_one_piece(void **state)
{
    struct scene *scene = *state;
    uint8_t bytes[4 * FRAME_BYTES_MOST];
    for (int i = 0; i < 3; i++) {
        assert_int_equal(channel_send(&scene->channel, &probe_message), 0);
    }
    assert_int_equal(peer_hears(scene, bytes, sizeof bytes), 0);
    assert_int_equal(channel_flush(&scene->channel), 0);
    size_t length = peer_hears(scene, bytes, sizeof bytes);
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        struct message message;
        size_t used = 0;
        assert_int_equal(frame_decode(TO_PROBER, GENERATION, bytes + at,
                                      length - at, &message, &used),
                         0);
        assert_string_equal(message.probe.addr, probe_message.probe.addr);
        at += used;
    }
    assert_int_equal(at, length);
}

static void a_peer_that_does_not_read_is_told_as_enobufs(void **state)
{
    struct scene *scene = *state;
    uint8_t frame[FRAME_BYTES_MOST];
    size_t length = 0;
    assert_int_equal(
        frame_encode(&probe_message, GENERATION, frame, sizeof frame, &length),
        0);
    int status = 0;
    size_t sent = 0;
    while (status == 0) {
        status = channel_send(&scene->channel, &probe_message);
        sent += status == 0 ? length : 0;
        assert_int_equal(channel_flush(&scene->channel), 0);
        assert_true(sent < 16 * CHANNEL_QUEUE_BYTES);
    }
    assert_int_equal(status, -ENOBUFS);
    assert_true(scene->channel.queue_length + scene->channel.flying_length <=
                CHANNEL_QUEUE_BYTES);
    assert_int_equal(scene->ends, 0);

    /* It wakes up: all that was taken arrives, in order and whole. */
    static uint8_t bytes[64 * 1024];
    size_t heard = 0;
    while (heard < sent) {
        heard += peer_hears(scene, bytes, sizeof bytes);
        uv_run(&scene->loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(heard, sent);
    assert_int_equal(peer_hears(scene, bytes, sizeof bytes), 0);
    assert_int_equal(scene->channel.queue_length, 0);
    assert_null(scene->channel.flying);
    assert_int_equal(channel_send(&scene->channel, &probe_message), 0);
}

static void a_write_to_a_peer_that_left_is_the_end_told_once(void **state)
{
    struct scene *scene = *state;
    peer_leaves(scene);
    assert_int_equal(channel_send(&scene->channel, &probe_message), 0);
    assert_int_equal(channel_flush(&scene->channel), 0);
    assert_int_equal(scene->ends, 0); /* never inside our own call */
    turn_until_end(scene);
}

static void closing_with_a_write_under_way_frees_everything(void **state)
{
    struct scene *scene = *state;
    while (scene->channel.flying == NULL) {
        assert_int_equal(channel_send(&scene->channel, &probe_message), 0);
        assert_int_equal(channel_flush(&scene->channel), 0);
    }
    assert_int_equal(channel_send(&scene->channel, &probe_message), 0);
    channel_close(&scene->channel, handle_closed);
    channel_close(&scene->channel, NULL);
    while (!scene->is_closed) {
        turn(scene);
    }
    assert_int_equal(scene->ends, 0);
    assert_null(scene->channel.flying);
    assert_null(scene->channel.queue);
}

static void a_descriptor_that_is_none_is_refused(void **state)
{
    struct scene *scene = *state;
    struct channel channel;
    assert_int_equal(channel_start(&channel, &scene->loop, -1, FROM_PROBER, 1,
                                   handle_message, handle_end, scene),
                     -EBADF);
}

#define SCENE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_scene, drop_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_message_arrives),
        SCENE_TEST(a_message_in_single_bytes_arrives_once),
        SCENE_TEST(a_flood_is_taken_in_bounded_turns),
        SCENE_TEST(the_end_of_the_stream_is_told_once),
        SCENE_TEST(half_a_frame_at_the_end_is_just_the_end),
        SCENE_TEST(garbage_ends_the_channel),
        SCENE_TEST(a_good_message_before_garbage_still_counts),
        SCENE_TEST(another_generation_ends_the_channel),
        SCENE_TEST(a_message_of_the_other_way_ends_the_channel),
        SCENE_TEST(closing_inside_a_message_stops_the_rest),
        SCENE_TEST(what_is_sent_goes_out_with_the_flush_in_one_piece),
        SCENE_TEST(a_peer_that_does_not_read_is_told_as_enobufs),
        SCENE_TEST(a_write_to_a_peer_that_left_is_the_end_told_once),
        SCENE_TEST(closing_with_a_write_under_way_frees_everything),
        SCENE_TEST(a_descriptor_that_is_none_is_refused),
    };
    return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
