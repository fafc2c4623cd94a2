/*
 * test_talk.c - frames without a loop: whole or in slices, nonsense, silence,
 * and the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl/talk.h"
#include "sample_message.h"

#define SOON_MS 10000
#define SHORT_MS 20

struct line {
    struct talk talk;
    int ours;
    int theirs;
};

static int open_line(void **state)
{
    static struct line line;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return -1;
    }
    line.ours = ends[0];
    line.theirs = ends[1];
    talk_init(&line.talk, line.ours);
    *state = &line;
    return 0;
}

static int close_line(void **state)
{
    struct line *line = *state;
    (void)close(line->ours);   /* nothing is expected of it any more */
    (void)close(line->theirs); /* it may be closed already */
    return 0;
}

static size_t result_frame(uint32_t generation, uint8_t *bytes)
{
    size_t length = 0;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        if (sample_messages[i].kind == MESSAGE_RESULT) {
            assert_int_equal(frame_encode(&sample_messages[i], generation,
                                          bytes, FRAME_BYTES_MOST, &length),
                             0);
        }
    }
    assert_true(length > 0);
    return length;
}

static void say(const struct line *line, const uint8_t *bytes, size_t length)
{
    assert_int_equal(send(line->theirs, bytes, length, MSG_NOSIGNAL), length);
}

static int hear(struct line *line, struct message *message, uint64_t within_ms)
{
    return talk_receive(&line->talk, clock_monotonic_ms() + within_ms, message);
}

static void messages_come_one_after_the_other(void **state)
{
    struct line *line = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    struct message message;
    size_t length = result_frame(TALK_GENERATION, bytes);
    say(line, bytes, length);
    say(line, bytes, length);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hear(line, &message, SOON_MS), 0);
        assert_int_equal(message.kind, MESSAGE_RESULT);
        assert_int_equal(message.result.task, 77);
    }
    assert_int_equal(hear(line, &message, SHORT_MS), -ETIMEDOUT);
}

static void a_frame_in_slices_is_whole_in_the_end(void **state)
{
    struct line *line = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    struct message message;
    size_t length = result_frame(TALK_GENERATION, bytes);
    for (size_t i = 0; i + 1 < length; i += 40) {
        size_t left = length - 1 - i;
        say(line, bytes + i, left < 40 ? left : 40);
        assert_int_equal(hear(line, &message, 1), -ETIMEDOUT);
    }
    say(line, bytes + length - 1, 1);
    assert_int_equal(hear(line, &message, SOON_MS), 0);
    assert_int_equal(message.result.task, 77);
}

static void a_message_before_the_end_is_not_lost(void **state)
{
    struct line *line = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    struct message message;
    say(line, bytes, result_frame(TALK_GENERATION, bytes));
    (void)close(line->theirs); /* the end it is to see */
    assert_int_equal(hear(line, &message, SOON_MS), 0);
    assert_int_equal(hear(line, &message, SOON_MS), -EPIPE);
}

static void nonsense_is_refused_at_once(void **state)
{
    struct line *line = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    struct message message;
    memset(bytes, 0xff, sizeof bytes);
    say(line, bytes, sizeof bytes);
    assert_int_equal(hear(line, &message, SOON_MS), -EPROTO);
}

static void another_generation_is_refused(void **state)
{
    struct line *line = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    struct message message;
    say(line, bytes, result_frame(TALK_GENERATION + 1, bytes));
    assert_int_equal(hear(line, &message, SOON_MS), -EPROTO);
}

static void what_is_sent_arrives_and_an_end_is_told(void **state)
{
    struct line *line = *state;
    uint8_t bytes[FRAME_BYTES_MOST];
    struct message message;
    size_t used = 0;
    assert_int_equal(talk_send(&line->talk, &sample_messages[0]), 0);
    ssize_t count = recv(line->theirs, bytes, sizeof bytes, 0);
    assert_true(count > 0);
    assert_int_equal(frame_decode(sample_directions[0], TALK_GENERATION, bytes,
                                  (size_t)count, &message, &used),
                     0);
    assert_int_equal(used, count);
    (void)close(line->theirs); /* the end it is to see */
    assert_int_equal(talk_send(&line->talk, &sample_messages[0]), -EPIPE);
}

static void who_does_not_read_is_not_waited_for(void **state)
{
    struct line *line = *state;
    int status = 0;
    for (int i = 0; status == 0 && i < 100000; i++) {
        status = talk_send(&line->talk, &sample_messages[0]);
    }
    assert_true(status == -EAGAIN || status == -ENOBUFS);
}

#define LINE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, open_line, close_line)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINE_TEST(messages_come_one_after_the_other),
        LINE_TEST(a_frame_in_slices_is_whole_in_the_end),
        LINE_TEST(a_message_before_the_end_is_not_lost),
        LINE_TEST(nonsense_is_refused_at_once),
        LINE_TEST(another_generation_is_refused),
        LINE_TEST(what_is_sent_arrives_and_an_end_is_told),
        LINE_TEST(who_does_not_read_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
