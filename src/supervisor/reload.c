/*
 * reload.c - see reload.h.
 *
 *   SIGHUP -> checker -> its bytes -> settings -> refused, told
 *                                             '-> applied:
 *     new board and engine made, instances adopted by name
 *     old engine stopped: its probes reaped, its probers killed
 *     swapped; console and publisher replaced, the session resumed
 *     every instance probed at once
 *
 * Everything that can fail is done before the first thing that changes.
 */
#include "supervisor/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "supervisor/complaints.h"
#include "supervisor/flags.h"
#include "supervisor/helpers.h"
#include "supervisor/leaving.h"
#include "supervisor/listener.h"
#include "supervisor/scoreboard.h"
#include "supervisor/settings_bounds.h"
#include "supervisor/settings_bundle.h"
#include "supervisor/settings_change.h"
#include "supervisor/settings_load.h"
#include "supervisor/supervisor.h"

/* No bundle is larger; what claims to be is not read. */
#define SHARED_BYTES_MOST (2u * SETTINGS_BUNDLE_BYTES_MOST)

/* --- telling -----------------------------------------------------------------
 */

static void tell_refused(struct supervisor *supervisor, const char *why)
{
    struct board_agent *agent = &supervisor->agent;

    log_event(LEVEL_ERROR, "reload_refused", LOG_TEXT("why", why),
              LOG_TEXT("now", "the running configuration stays"));
    agent->is_config_bad = true;
    agent->reloads_refused++;
    (void)text_escape(agent->config_error, sizeof(agent->config_error), why,
                      strlen(why)); /* may be cut */
    manager_reloaded(supervisor);
    scoreboard_beat(supervisor);
}

static void tell_done(struct supervisor *supervisor)
{
    supervisor->agent.is_config_bad = false;
    supervisor->agent.config_error[0] = '\0';
    supervisor->agent.reloads++;
    manager_reloaded(supervisor);
    log_event(LEVEL_INFO, "reloaded",
              LOG_TEXT("config", supervisor->settings->file),
              LOG_NUMBER("instances", supervisor->settings->instance_count));
    settings_warn(supervisor->settings);
    settings_log_bounds(supervisor->settings,
                        supervisor->zookeeper.negotiated_ms);
    scoreboard_beat(supervisor);
}

/* --- applying
 * ----------------------------------------------------------------- */

/* -1: the address stays. Else the new socket, or another negative errno. */
static int open_new_listener(const struct settings *now,
                             const struct settings *then)
{
    if (strcmp(now->http_listen.text, then->http_listen.text) == 0) {
        return -1;
    }
    int fd = listener_open_tcp(&then->http_listen);
    return fd == -1 ? -EIO : fd;
}

static void adopt_by_name(struct supervisor *supervisor, struct engine *engine,
                          const struct settings *then)
{
    const struct settings *now = supervisor->settings;
    uint64_t now_ms = clock_monotonic_ms();

    engine_continue(engine, supervisor->engine);
    for (uint32_t i = 0; i < then->instance_count; i++) {
        for (uint32_t old = 0; old < now->instance_count; old++) {
            if (strcmp(now->instances[old].name, then->instances[i].name) ==
                0) {
                engine_adopt(engine, i,
                             engine_instance(supervisor->engine, old), now_ms);
                break;
            }
        }
    }
}

/* The old engine's probes are reaped and its probers killed; what they still
 * say is nobody's. */
static void replace_engine(struct supervisor *supervisor, struct engine *engine)
{
    supervisor_feed(supervisor, &(struct engine_event){.kind = ENGINE_STOP});
    engine_destroy(supervisor->engine);
    supervisor->engine = engine;
}

static void replace_settings(struct supervisor *supervisor,
                             struct settings *settings)
{
    settings_destroy(supervisor->settings);
    supervisor->settings = settings;
}

static int make_successors(struct supervisor *supervisor,
                           struct settings *settings, struct engine **engine,
                           struct board **board)
{
    int error = engine_create(settings, supervisor->tasks, clock_monotonic_ms(),
                              clock_wall_ms(), engine);

    if (error != 0) {
        return error;
    }
    error = board_create(settings->run_dir, supervisor->boot_id,
                         settings->instance_count, board);
    if (error != 0) {
        engine_destroy(*engine);
    }
    return error;
}

int reload_apply(struct supervisor *supervisor, struct settings *settings,
                 char *why, size_t size)
{
    const struct option *fixed =
        settings_find_fixed(supervisor->settings, settings);
    struct engine *engine = NULL;
    struct board *board = NULL;

    if (fixed != NULL) {
        (void)text_format(why, size,
                          "`%s` cannot change at run time: restart the agent",
                          fixed->name); /* may be cut */
        return -EINVAL;
    }
    int listen_fd = open_new_listener(supervisor->settings, settings);
    if (listen_fd < -1) {
        (void)text_format(why, size, "the console cannot listen on %s: %s",
                          settings->http_listen.text,
                          uv_strerror(listen_fd)); /* may be cut */
        return listen_fd;
    }
    int error = make_successors(supervisor, settings, &engine, &board);
    if (error != 0) {
        (void)text_format(why, size, "no room for the new configuration: %s",
                          uv_strerror(error)); /* may be cut */
        if (listen_fd >= 0) {
            (void)close(listen_fd); /* nobody has used it */
        }
        return error;
    }
    /* Helpers that are started from here on learn of it too. */
    log_set_level((enum log_level)settings->log_level);
    log_set_format((enum log_format)settings->log_format);
    adopt_by_name(supervisor, engine, settings);
    replace_engine(supervisor, engine);
    replace_settings(supervisor, settings);
    scoreboard_replace(supervisor, board);
    helpers_replace(supervisor, listen_fd);
    supervisor_feed(supervisor, &(struct engine_event){.kind = ENGINE_TIME});
    return 0;
}

/* --- the checker's answer ---------------------------------------------------
 */

/* The caller frees it; NULL when it is not there. Ends with a NUL. */
static uint8_t *read_shared(int fd, size_t length)
{
    uint8_t *bytes = length <= SHARED_BYTES_MOST ? malloc(length + 1) : NULL;

    if (bytes != NULL && pread(fd, bytes, length, 0) != (ssize_t)length) {
        free(bytes);
        return NULL;
    }
    if (bytes != NULL) {
        bytes[length] = '\0';
    }
    return bytes;
}

/* Lines of complaints: all in the log, the first in /status. */
static void tell_complaints(struct supervisor *supervisor, char *text)
{
    char *rest = text;
    const char *first = strsep(&rest, "\n");

    for (int i = 0; rest != NULL && rest[0] != '\0' && i < RELOAD_LINES_MOST;
         i++) {
        log_event(LEVEL_ERROR, "config_error",
                  LOG_TEXT("what", strsep(&rest, "\n")));
    }
    tell_refused(supervisor, first);
}

/* From the checker's bytes to settings as a start would have them. */
static int parse_good(const struct supervisor *supervisor, const uint8_t *bytes,
                      size_t length, struct settings *settings)
{
    struct complaints *complaints = calloc(1, sizeof(*complaints));
    struct settings_bundle bundle = {0};
    int error = -ENOMEM;

    if (complaints != NULL) {
        error = settings_bundle_decode(bytes, length, &bundle);
    }
    if (error == 0) {
        error = settings_parse(&bundle, settings, complaints);
    }
    if (error == 0) {
        error = flags_apply(supervisor->flags, settings);
    }
    settings_bundle_finish(&bundle);
    free(complaints);
    return error;
}

static void take_good(struct supervisor *supervisor, const uint8_t *bytes,
                      size_t length)
{
    struct settings *settings = calloc(1, sizeof(*settings));
    char why[256] = "what the checker read cannot be taken";
    bool is_search_wanted = false;
    int error = -ENOMEM;

    if (settings != NULL) {
        error = parse_good(supervisor, bytes, length, settings);
    }
    if (error == 0) {
        is_search_wanted = finder_wants(settings);
    }
    if (error == 0 && is_search_wanted) {
        error = finder_extend(&supervisor->finder, settings);
    }
    if (error == 0) {
        error = reload_apply(supervisor, settings, why, sizeof(why));
    }
    if (error != 0) {
        tell_refused(supervisor, why);
        settings_destroy(settings);
        return;
    }
    finder_configure(&supervisor->finder, is_search_wanted);
    tell_done(supervisor);
}

static void conclude(struct reload *reload)
{
    struct supervisor *supervisor = reload->supervisor;
    uint8_t *bytes = NULL;

    if (reload->has_answer) {
        bytes = read_shared(reload->shared_fd, reload->answer.bytes);
    }
    if (bytes == NULL) {
        tell_refused(supervisor, "the configuration could not be read in time");
    } else if (reload->answer.is_good) {
        take_good(supervisor, bytes, reload->answer.bytes);
    } else {
        tell_complaints(supervisor, (char *)bytes);
    }
    free(bytes);
}

/* --- the checker's life
 * -------------------------------------------------------- */

static void handle_message(struct child *child, const struct message *message)
{
    struct reload *reload = child->owner;

    reload->has_answer = true;
    reload->answer = message->checked;
}

static void handle_ended(struct child *child, int status)
{
    (void)status; /* without an answer it is a refusal all the same */
    child_kill(child);
}

static void handle_over(struct child *child)
{
    struct reload *reload = child->owner;
    bool is_again = reload->is_wanted_again;

    (void)uv_timer_stop(&reload->deadline); /* cannot fail */
    reload->is_checking = false;
    reload->is_wanted_again = false;
    if (reload->supervisor->state == SUPERVISOR_RUNNING) {
        conclude(reload);
    }
    (void)close(reload->shared_fd); /* memory only */
    if (is_again) {
        reload_request(reload);
    }
    leaving_on_helper_gone(reload->supervisor);
}

static void handle_deadline(uv_timer_t *timer)
{
    struct reload *reload = timer->data;

    child_kill(&reload->checker);
}

static int start_checker(struct reload *reload)
{
    struct supervisor *supervisor = reload->supervisor;
    struct child_spec spec = {
        .program = "/proc/self/exe",
        .name = "sentinel-agent",
        .role = "check",
        .service = SERVICE_CHECKER,
        .incoming = FROM_CHECKER,
        .generation = ++reload->generation,
        .shared_fd = reload->shared_fd,
        .on_message = handle_message,
        .on_ended = handle_ended,
        .on_over = handle_over,
    };
    struct message order = {.kind = MESSAGE_CHECK};
    int error = child_start(&reload->checker, &supervisor->loop,
                            supervisor->tasks, &spec, reload);

    if (error != 0) {
        return error;
    }
    (void)text_copy(order.check.file, sizeof(order.check.file),
                    supervisor->settings->file); /* the same size */
    if (channel_send(&reload->checker.channel, &order) != 0 ||
        channel_flush(&reload->checker.channel) != 0) {
        child_kill(&reload->checker);
    }
    return uv_timer_start(&reload->deadline, handle_deadline, RELOAD_CHECK_MS,
                          RELOAD_CHECK_MS); /* initialized: 0 */
}

void reload_init(struct reload *reload, struct supervisor *supervisor,
                 uv_loop_t *loop)
{
    *reload = (struct reload){.supervisor = supervisor, .shared_fd = -1};
    (void)uv_timer_init(loop, &reload->deadline); /* cannot fail */
    reload->deadline.data = reload;
}

void reload_request(struct reload *reload)
{
    struct supervisor *supervisor = reload->supervisor;

    if (supervisor->state != SUPERVISOR_RUNNING) {
        return;
    }
    if (reload->is_checking) {
        reload->is_wanted_again = true;
        return;
    }
    if (supervisor->settings->file[0] == '\0') {
        tell_refused(supervisor, "this agent runs without a configuration");
        return;
    }
    reload->has_answer = false;
    reload->shared_fd = memfd_create("sentinel-check", MFD_CLOEXEC);
    int error = reload->shared_fd < 0 ? -errno : start_checker(reload);
    if (error == 0) {
        reload->is_checking = true;
        manager_reloading(supervisor);
        return;
    }
    tell_refused(supervisor, uv_strerror(error));
    if (reload->shared_fd >= 0) {
        (void)close(reload->shared_fd); /* memory only */
    }
}

void reload_stop(struct reload *reload)
{
    reload->is_wanted_again = false;
    if (reload->is_checking) {
        child_kill(&reload->checker);
    }
}

bool reload_is_idle(const struct reload *reload)
{
    return !reload->is_checking;
}
