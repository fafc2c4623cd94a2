/*
 * publisher.c - the wiring: board and channel in, ZooKeeper out.
 *
 *   state       settings  ZK_CONNECTED  all settled  ZK_DISCONNECTED withdraw
 *   boot        connect.  impossible    impossible   impossible      leave
 *   connecting  ignored   reconcile     impossible   stays           draining
 *   reconcile   ignored   reconcile     steady       suspended       draining
 *   steady      ignored   reconcile     stays        suspended       draining
 *   suspended   ignored   reconcile     impossible   stays           draining
 *   draining    ignored   stays         closes       stays           ignored
 *
 * "boot" ends in start.c, when the board was read, the lock taken or waited
 * for, and the credential read: then "connecting". After an outage "connecting"
 * begins in gate.c, without a handle: then "withdraw" leaves as in boot. A
 * look, an answer and a watch change no state by themselves: they lead to
 * `publisher_work`, which is nothing without a handle and while closing; what
 * belongs to an older connection is dropped by its ticket. Once closing has
 * begun, only its end or the deadline count.
 *
 * From every state the process leaves, by a code of exits.h, when the session
 * expires, is refused or is mad, when an answer is overdue (sooner in
 * "reconcile" than later), when there was no connection for too long
 * (PUBLISHER_CLOSED_MS if all servers refuse, PUBLISHER_CUT_OFF_MS, a session's
 * time), and when the supervisor is gone (then without a word to ZooKeeper: the
 * successor resumes the session).
 *
 * Every turn ends in `publisher_work`: whatever happened, compare what is
 * wanted with what was seen, ask, tell, and set the timer for what time will
 * change.
 */
#include "publisher/publisher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/deadman.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "wire/progress.h"

_Noreturn void publisher_leave(enum publisher_exit code, const char *why)
{
    log_event(code == PUBLISHER_EXIT_WITHDRAWN ? LEVEL_INFO : LEVEL_WARNING,
              "publisher_leaves", LOG_TEXT("why", why),
              LOG_NUMBER("code", code));
    _exit(code);
}

_Noreturn void publisher_lose_session(struct publisher *publisher,
                                      enum publisher_exit code, const char *why)
{
    if (publisher->lock_fd >= 0) {
        session_file_remove(publisher->run_dir);
    }
    publisher_leave(code, why);
}

void publisher_enter(struct publisher *publisher, enum zookeeper_state state)
{
    if (publisher->state == state) {
        return;
    }
    log_event(LEVEL_INFO, "session_state",
              LOG_TEXT("from", zookeeper_state_name(publisher->state)),
              LOG_TEXT("to", zookeeper_state_name(state)));
    publisher->state = state;
    publisher_tell_session(publisher);
}

/* --- work --------------------------------------------------------------- */

static void handle_next(uv_timer_t *timer);

static void set_next(struct publisher *publisher, uint64_t now_ms)
{
    uint64_t next_ms = desk_next_ms(&publisher->desk, now_ms);
    uint64_t tree_ms = tree_next_ms(publisher->desk.tree);
    if (tree_ms < next_ms) {
        next_ms = tree_ms;
    }
    if (next_ms == UINT64_MAX) {
        (void)uv_timer_stop(&publisher->next); /* always 0 */
        return;
    }
    /* Never 0: libuv 1.44.2 runs a timer that is due again before it looks for
     * answers, and so would wait for them for ever. */
    uint64_t wait_ms = next_ms > now_ms ? next_ms - now_ms : 1;
    (void)uv_timer_start(&publisher->next, handle_next, wait_ms,
                         0); /* fails only without a callback */
}

static void finish_withdrawal(struct publisher *publisher)
{
    publisher->is_closing = true;
    log_event(LEVEL_INFO, "nodes_withdrawn");
    if (zk_close(publisher->zk) != 0) {
        publisher_leave(PUBLISHER_EXIT_LATE, "no thread to close in");
    }
}

static void review_state(struct publisher *publisher)
{
    struct tree *tree = publisher->desk.tree;
    if (publisher->state == ZOOKEEPER_RECONCILE && tree_is_settled(tree)) {
        publisher_enter(publisher, ZOOKEEPER_STEADY);
        publisher_forget_members(publisher);
        publisher_start_refresh(publisher);
    }
    if (publisher->state == ZOOKEEPER_DRAINING && !publisher->is_closing &&
        tree_is_withdrawn(tree)) {
        finish_withdrawal(publisher);
    }
}

void publisher_work(struct publisher *publisher)
{
    if (!publisher->has_desk || publisher->zk == NULL ||
        publisher->is_closing) {
        return;
    }
    struct tree *tree = publisher->desk.tree;
    uint64_t now_ms = clock_monotonic_ms();
    desk_look(&publisher->desk, now_ms, clock_wall_ms());
    desk_on_found(&publisher->desk, now_ms, clock_wall_ms());
    while (tree_next(tree, now_ms, &publisher->request)) {
        zk_submit(publisher->zk, tree, &publisher->request, now_ms);
    }
    publisher_await_answers(publisher);
    publisher_tell_notices(publisher);
    review_state(publisher);
    publisher_flush(publisher);
    if (!publisher->is_closing) {
        set_next(publisher, now_ms);
    }
}

static void handle_next(uv_timer_t *timer)
{
    publisher_work(timer->data);
}

/* --- ZooKeeper ---------------------------------------------------------- */

static void take_connected(struct publisher *publisher,
                           const struct zk_note *note)
{
    bool is_same = publisher->session.id == note->session.id;
    publisher->session = note->session;
    publisher->is_saved = publisher->is_saved && is_same;
    publisher->negotiated_ms = note->negotiated_ms;
    (void)text_copy(publisher->server, sizeof publisher->server,
                    note->server); /* same size */
    publisher->disconnected_ms = 0;
    publisher_start_silence(publisher);
    publisher->counters.sessions++;
    publisher_save_session(publisher);
    log_event(LEVEL_INFO, "session_connected", LOG_TEXT("server", note->server),
              LOG_NUMBER("negotiated_ms", note->negotiated_ms));
    tree_on_connected(publisher->desk.tree, note->session.id);
    if (publisher->state != ZOOKEEPER_DRAINING) {
        publisher_enter(publisher, ZOOKEEPER_RECONCILE);
    }
}

static void take_disconnected(struct publisher *publisher)
{
    if (publisher->disconnected_ms != 0) {
        return;
    }
    publisher->disconnected_ms = clock_monotonic_ms();
    publisher->server[0] = '\0';
    tree_on_suspended(publisher->desk.tree);
    if (publisher->state != ZOOKEEPER_DRAINING) {
        publisher_enter(publisher, ZOOKEEPER_SUSPENDED);
    }
}

static void take_multi(struct publisher *publisher, const struct zk_note *note,
                       uint64_t now_ms)
{
    if (note->outcome == TREE_OK) {
        publisher->counters.writes += note->count;
        publisher->counters.transactions++;
    }
    tree_on_multi(publisher->desk.tree, note->ticket, note->outcome,
                  note->stats, now_ms);
}

static void take_answer(struct publisher *publisher, const struct zk_note *note)
{
    struct tree *tree = publisher->desk.tree;
    uint64_t now_ms = clock_monotonic_ms();
    publisher->silent_looks = 0;
    if (zk_says_expired(note->code)) {
        publisher_lose_session(publisher, PUBLISHER_EXIT_EXPIRED,
                               "a request found no session");
    }
    bool is_failure = note->outcome != TREE_OK &&
                      note->outcome != TREE_NO_NODE &&
                      note->outcome != TREE_EXISTS;
    if (is_failure ||
        (note->request == TREE_MULTI && note->outcome != TREE_OK)) {
        publisher->counters.failures++;
        log_event(LEVEL_WARNING, "request_failed",
                  LOG_NUMBER("request", note->request),
                  LOG_TEXT("error", zk_code_name(note->code)));
    }
    if ((note->request == TREE_MULTI || note->request == TREE_PARENT) &&
        note->outcome == TREE_REFUSED) {
        publisher->refusal = note->code;
    }
    switch (note->request) {
    case TREE_LIST:
        tree_on_listed(tree, note->ticket, note->outcome,
                       (const char *const *)note->names, note->count, now_ms);
        break;
    case TREE_PARENT:
        publisher->counters.writes += note->outcome == TREE_OK;
        tree_on_parent(tree, note->ticket, note->outcome, now_ms);
        break;
    case TREE_READ:
        tree_on_read(tree, note->ticket, note->slot, note->outcome, note->bytes,
                     note->length, &note->stat, now_ms);
        break;
    case TREE_MULTI:
        take_multi(publisher, note, now_ms);
        break;
    }
}

void publisher_on_note(struct zk *zk, const struct zk_note *note)
{
    struct publisher *publisher = zk_owner(zk);
    switch (note->kind) {
    case ZK_CONNECTED:
        take_connected(publisher, note);
        break;
    case ZK_DISCONNECTED:
        take_disconnected(publisher);
        break;
    case ZK_EXPIRED:
        publisher_lose_session(publisher, PUBLISHER_EXIT_EXPIRED,
                               "session expired");
    case ZK_REFUSED:
        publisher_lose_session(publisher, PUBLISHER_EXIT_REFUSED,
                               "session refused");
    case ZK_MAD: /* says nothing of our session: its file stays */
        publisher_leave(PUBLISHER_EXIT_PROTOCOL, "that is no ZooKeeper");
    case ZK_CHANGED:
        tree_on_changed(publisher->desk.tree, note->path);
        break;
    case ZK_ANSWER:
        take_answer(publisher, note);
        break;
    case ZK_CLOSED:
        publisher_lose_session(publisher, PUBLISHER_EXIT_WITHDRAWN,
                               "withdrawn");
    }
}

void publisher_on_drained(struct zk *zk)
{
    publisher_work(zk_owner(zk));
}

/* --- the supervisor ----------------------------------------------------- */

static void handle_too_late(uv_timer_t *timer)
{
    (void)timer; /* the process ends with it */
    publisher_leave(PUBLISHER_EXIT_LATE, "nodes not withdrawn in time");
}

/* We have published nothing, but a predecessor may have: its session's nodes
 * stay until that ends, and nobody may be told otherwise. */
static _Noreturn void leave_unconnected(const struct publisher *publisher)
{
    struct saved_session saved;
    if (session_file_read(publisher->run_dir, publisher->boot, &saved) == 0) {
        publisher_leave(PUBLISHER_EXIT_LATE,
                        "not connected: a predecessor's nodes stay behind");
    }
    publisher_leave(PUBLISHER_EXIT_WITHDRAWN, "nothing published yet");
}

static void withdraw(struct publisher *publisher)
{
    if (publisher->state == ZOOKEEPER_DRAINING) {
        return;
    }
    deadman_final(PUBLISHER_WITHDRAW_KILL_MS);
    if (publisher->zk == NULL) {
        leave_unconnected(publisher);
    }
    (void)uv_timer_start(&publisher->wait, handle_too_late,
                         PUBLISHER_WITHDRAW_MS,
                         0); /* fails only without a callback */
    tree_withdraw(publisher->desk.tree);
    publisher_enter(publisher, ZOOKEEPER_DRAINING);
    publisher_work(publisher);
}

static void take_registration(struct publisher *publisher,
                              const struct registration *registration)
{
    if (publisher->started_ms == 0 &&
        publisher->registration_count < SETTINGS_REGISTRATIONS_MOST) {
        publisher->registrations[publisher->registration_count++] =
            *registration;
    }
}

static void handle_message(struct channel *channel,
                           const struct message *message)
{
    struct publisher *publisher = channel->owner;
    /* The channel lets nothing else of our direction through. */
    if (message->kind == MESSAGE_REGISTRATION) {
        take_registration(publisher, &message->registration);
    } else if (message->kind == MESSAGE_PUBLISH_SETTINGS) {
        if (publisher->started_ms == 0) {
            publisher_start(publisher, &message->publish_settings);
        }
    } else if (message->kind == MESSAGE_LOOK) {
        publisher_work(publisher);
    } else if (message->kind == MESSAGE_WITHDRAW) {
        withdraw(publisher);
    }
}

static void handle_end(struct channel *channel, int status)
{
    (void)channel; /* the process ends with it */
    if (status == -EPROTO || status == -EINVAL || status == -ESTALE) {
        publisher_leave(PUBLISHER_EXIT_PROTOCOL, "nonsense on the channel");
    }
    publisher_leave(PUBLISHER_EXIT_ORPHAN, "the supervisor is gone");
}

static void open_board(struct publisher *publisher)
{
    int status = board_open(HELPER_FD_SHARED, &publisher->board);
    if (status == -ESTALE) {
        publisher_leave(PUBLISHER_EXIT_ANOTHER_BUILD,
                        "the board is of another build");
    }
    if (status != 0) {
        publisher_leave(PUBLISHER_EXIT_SYSTEM, "no board");
    }
}

int publisher_run(uint32_t generation)
{
    struct publisher *publisher = calloc(1, sizeof *publisher);
    if (publisher == NULL) {
        return PUBLISHER_EXIT_SYSTEM;
    }
    publisher->lock_fd = -1;
    publisher->state = ZOOKEEPER_BOOT;
    if (deadman_start() != 0 || uv_loop_init(&publisher->loop) != 0) {
        publisher_leave(PUBLISHER_EXIT_SYSTEM, "no loop");
    }
    open_board(publisher);
    publisher_start_timers(publisher);
    if (channel_start(&publisher->channel, &publisher->loop, HELPER_FD_CHANNEL,
                      TO_PUBLISHER, generation, handle_message, handle_end,
                      publisher) != 0) {
        publisher_leave(PUBLISHER_EXIT_SYSTEM, "no channel");
    }
    publisher_tell_hello(publisher);
    memory_forget_start();
    (void)uv_run(&publisher->loop, UV_RUN_DEFAULT); /* left by _exit alone */
    return PUBLISHER_EXIT_SYSTEM;
}
