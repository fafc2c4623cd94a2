/*
 * gate.c - how a publisher waits for a server after an outage.
 *
 * The library asks all servers S/60 after they refused, for as long as it
 * lives: a fleet that waited by it stands at the door of a server within S/60
 * of its coming back. So a publisher that finds every server closed leaves
 * after a second (timers.c), and its successor, which reads on the board how it
 * ended, does not let the library at the servers before one of them serves. It
 * asks by itself (knock.h), with pauses by chance of up to S/6, so that a fleet
 * comes back spread over S/6.
 *
 * It only ever delays, and only while servers refuse. When one is silent, the
 * library has the word after one pause; when all stay closed as long as R, the
 * process leaves, as one without a connection does, and the next one is told
 * the servers' addresses anew.
 */
#include "publisher/publisher.h"

#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"

bool publisher_follows(const struct publisher *publisher,
                       enum publisher_exit code)
{
    struct board_service service;
    for (uint32_t i = 0; i < BOARD_SERVICES_MOST; i++) {
        if (board_read_service(publisher->board, i, &service) == 0 &&
            service.kind == SERVICE_PUBLISHER) {
            int status = service.last_exit_status;
            return WIFEXITED(status) && WEXITSTATUS(status) == (int)code;
        }
    }
    return false;
}

static uint32_t chance(struct publisher *publisher)
{
    uint32_t number = 0;
    (void)uv_random(&publisher->loop, NULL, &number, sizeof number, 0,
                    NULL); /* else 0: no jitter, no harm */
    return number;
}

static uint64_t pause_ms(struct publisher *publisher)
{
    uint64_t least_ms = publisher->session_timeout_ms / 60;
    uint64_t most_ms = publisher->session_timeout_ms / 6;
    if (most_ms > PUBLISHER_CUT_OFF_MS) {
        most_ms = PUBLISHER_CUT_OFF_MS;
    }
    return least_ms + chance(publisher) % (most_ms - least_ms + 1);
}

static void handle_doubt_over(uv_timer_t *timer)
{
    publisher_open(timer->data);
}

static void handle_pause_over(uv_timer_t *timer)
{
    struct publisher *publisher = timer->data;
    knock_start(&publisher->knock, chance(publisher));
}

static void handle_answer(struct knock *knock, enum knock_answer answer)
{
    struct publisher *publisher = knock->owner;
    uint64_t waited_ms = clock_monotonic_ms() - publisher->gated_ms;
    uv_timer_cb next = handle_pause_over;
    switch (answer) {
    case KNOCK_SERVED:
        publisher_open(publisher);
        return;
    case KNOCK_DOUBTFUL:
        next = handle_doubt_over;
        break;
    case KNOCK_CLOSED:
        if (waited_ms > PUBLISHER_CUT_OFF_MS) {
            publisher_leave(PUBLISHER_EXIT_UNAVAILABLE, "no server serves");
        }
        break;
    }
    (void)uv_timer_start(&publisher->wait, next, pause_ms(publisher),
                         0); /* fails only without a callback */
}

void publisher_wait_at_gate(struct publisher *publisher)
{
    publisher->gated_ms = clock_monotonic_ms();
    log_event(LEVEL_INFO, "session_waiting",
              LOG_TEXT("servers", publisher->servers));
    publisher_enter(publisher, ZOOKEEPER_CONNECTING);
    publisher_flush(publisher);
    knock_init(&publisher->knock, &publisher->loop, publisher->servers,
               handle_answer, publisher);
    knock_start(&publisher->knock, chance(publisher));
}
