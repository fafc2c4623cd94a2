/*
 * start.c - from the supervisor's settings to a session being looked for.
 *
 *     read the board -> take the lock -> (gate.c) -> open
 *
 * Each step may have to wait (for a supervisor in the middle of a store, a
 * predecessor not yet dead, a server after an outage), none waits for ever: the
 * lock as long as R; then a fresh session is opened and the predecessor's nodes
 * are taken over.
 */
#include "publisher/publisher.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/confine.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/secret.h"
#include "base/small_file.h"
#include "base/text.h"
#include "model/bounds.h"

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"
#define STAT_BYTES 1024
#define STAT_START_FIELD 22

/* Field 22 of /proc/self/stat; the second may hold spaces and brackets. */
static uint64_t own_start_ticks(void)
{
    char stat[STAT_BYTES];
    small_file_read_line("/proc/self/stat", stat, sizeof stat);
    char *at = strrchr(stat, ')');
    for (int field = 2; at != NULL && field < STAT_START_FIELD; field++) {
        at = strchr(at + 1, ' ');
    }
    uint64_t ticks = 0;
    if (at != NULL) {
        at[1 + strcspn(at + 1, " ")] = '\0';
        (void)parse_u64(at + 1, 0, UINT64_MAX, &ticks); /* else 0: unknown */
    }
    return ticks;
}

void publisher_save_session(struct publisher *publisher)
{
    if (publisher->lock_fd < 0) {
        int status = session_file_lock(publisher->run_dir, &publisher->lock_fd);
        if (status != 0) {
            return; /* the predecessor's file stays until it is gone */
        }
    }
    if (publisher->is_saved || publisher->session.id == 0) {
        return;
    }
    struct session_writer writer = {.boot_id = publisher->boot,
                                    .pid = (int32_t)getpid(),
                                    .start_ticks = own_start_ticks()};
    int status =
        session_file_write(publisher->run_dir, &writer, &publisher->session);
    publisher->is_saved = status == 0;
    if (status != 0) {
        log_event(LEVEL_ERROR, "session_file_failed",
                  LOG_TEXT("error", strerror(-status)));
    }
}

static bool find_saved(struct publisher *publisher, struct saved_session *saved)
{
    if (publisher->lock_fd < 0) {
        log_event(LEVEL_WARNING, "session_lock_held",
                  LOG_NUMBER("waited_ms", BOUNDS_REPLACE_MS));
        return false;
    }
    int status = session_file_read(publisher->run_dir, publisher->boot, saved);
    if (status != 0 && status != -ENOENT) {
        log_event(LEVEL_WARNING, "session_file_ignored",
                  LOG_TEXT("error", strerror(-status)));
    }
    return status == 0;
}

/* Wrong or missing, it is waited for: without it our nodes would be open to
 * all, or refused. */
static bool read_credential(struct publisher *publisher, struct secret *secret)
{
    char trouble[VERDICT_DETAIL_BYTES] = "";
    secret->text[0] = '\0';
    if (publisher->credential_file[0] == '\0') {
        return true;
    }
    int status =
        secret_read(secret, "credential file", publisher->credential_file,
                    trouble, sizeof trouble);
    bool is_bad = status != 0;
    if (is_bad != publisher->is_credential_bad) {
        publisher->is_credential_bad = is_bad;
        publisher_tell_trouble(publisher, "credential",
                               publisher->credential_file, trouble);
    }
    return !is_bad;
}

static void handle_credential(uv_timer_t *timer)
{
    publisher_open(timer->data);
}

void publisher_open(struct publisher *publisher)
{
    struct secret credential;
    if (!read_credential(publisher, &credential)) {
        (void)uv_timer_start(&publisher->wait, handle_credential,
                             PUBLISHER_CREDENTIAL_AGAIN_MS,
                             0); /* fails only without a callback */
        return;
    }
    struct saved_session saved;
    bool is_resuming = find_saved(publisher, &saved);
    struct zk_settings settings = {
        .servers = publisher->servers,
        .session_timeout_ms = publisher->session_timeout_ms,
        .resume = is_resuming ? &saved : NULL,
        .credential = credential.text[0] != '\0' ? credential.text : NULL,
        .on_note = publisher_on_note,
        .on_drained = publisher_on_drained,
        .owner = publisher};
    publisher->disconnected_ms = clock_monotonic_ms();
    publisher_recall_members(publisher);
    publisher_start_heartbeat(publisher);
    publisher_enter(publisher, ZOOKEEPER_CONNECTING);
    int status = zk_create(&publisher->loop, &settings, &publisher->zk);
    secret_wipe(&credential);
    if (status != 0) {
        publisher_leave(PUBLISHER_EXIT_SYSTEM, "libzookeeper does not start");
    }
    log_event(LEVEL_INFO, is_resuming ? "session_resuming" : "session_opening",
              LOG_TEXT("servers", publisher->servers));
    publisher_flush(publisher);
}

static void handle_wait(uv_timer_t *timer);

static void wait_again(struct publisher *publisher, uint64_t wait_ms)
{
    /* Fails only without a callback. */
    (void)uv_timer_start(&publisher->wait, handle_wait, wait_ms, 0);
}

/* False: another holds it, and it is too early to go without. */
static bool take_lock(struct publisher *publisher)
{
    int status = session_file_lock(publisher->run_dir, &publisher->lock_fd);
    if (status == 0) {
        return true;
    }
    if (status != -EAGAIN) {
        log_event(LEVEL_ERROR, "session_lock_failed",
                  LOG_TEXT("error", strerror(-status)));
        return true; /* a run directory we cannot use must not stop us */
    }
    uint64_t waited_ms = clock_monotonic_ms() - publisher->started_ms;
    return waited_ms >= BOUNDS_REPLACE_MS;
}

static void handle_wait(uv_timer_t *timer)
{
    struct publisher *publisher = timer->data;
    if (publisher->state != ZOOKEEPER_BOOT) {
        return;
    }
    if (!publisher->has_desk) {
        int status =
            desk_init(&publisher->desk, publisher->board, publisher->boot,
                      &(struct desk_registrations){
                          .list = publisher->registrations,
                          .count = publisher->registration_count},
                      clock_monotonic_ms());
        if (status == -EAGAIN) {
            wait_again(publisher, DESK_AGAIN_MS);
            return;
        }
        if (status != 0) {
            publisher_leave(PUBLISHER_EXIT_SETTINGS,
                            "the board names no usable paths");
        }
        publisher->has_desk = true;
    }
    if (publisher->lock_fd < 0 && !take_lock(publisher)) {
        wait_again(publisher, PUBLISHER_LOCK_AGAIN_MS);
        return;
    }
    if (publisher_follows(publisher, PUBLISHER_EXIT_UNAVAILABLE)) {
        publisher_wait_at_gate(publisher);
    } else {
        publisher_open(publisher);
    }
}

void publisher_start(struct publisher *publisher,
                     const struct message_publish_settings *settings)
{
    publisher->started_ms = clock_monotonic_ms();
    publisher->session_timeout_ms = settings->session_timeout_ms;
    publisher->refresh_ms = settings->refresh_ms;
    (void)text_copy(publisher->credential_file,
                    sizeof publisher->credential_file,
                    settings->credential_file); /* same size */
    (void)text_copy(publisher->run_dir, sizeof publisher->run_dir,
                    settings->run_dir); /* same size */
    confine_files(publisher->run_dir);  /* the library has no thread yet */
    if (servers_write(settings->servers, publisher->servers,
                      sizeof publisher->servers) != 0) {
        publisher_leave(PUBLISHER_EXIT_SETTINGS, "no usable server");
    }
    small_file_read_line(BOOT_ID_PATH, publisher->boot, sizeof publisher->boot);
    wait_again(publisher, 0);
}
