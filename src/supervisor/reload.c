/*
 * reload.c - SIGHUP, its checker and its answer; see reload.h.
 *
 *   SIGHUP -> checker -> its bytes -> settings -> refused, told
 *                   '-> its lines of complaint    '-> applied, told
 */
#include "supervisor/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "config/complaints.h"
#include "config/flags.h"
#include "supervisor/leaving.h"
#include "supervisor/scoreboard.h"
#include "config/settings_bounds.h"
#include "config/settings_bundle.h"
#include "config/settings_load.h"
#include "supervisor/supervisor.h"

/* No bundle is larger; what claims to be is not read. */
#define SHARED_BYTES_MOST (2u * SETTINGS_BUNDLE_BYTES_MOST)

/* --- telling ------------------------------------------------------------- */

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
    operator_desk_on_reload(&supervisor->operators, agent->config_error);
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
    operator_desk_on_reload(&supervisor->operators, NULL);
}

/* --- the checker's answer ------------------------------------------------ */

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

/* Lines of complaints: the first in /status, as many more as RELOAD_LINES_MOST
 * in the log. */
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

/* --- the checker's life -------------------------------------------------- */

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
    if (child_send(&reload->checker, &order) != 0) {
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
    manager_reloading(supervisor);
    if (supervisor->settings->file[0] == '\0') {
        tell_refused(supervisor, "this agent runs without a configuration");
        return;
    }
    reload->has_answer = false;
    reload->shared_fd = memfd_create("sentinel-check", MFD_CLOEXEC);
    int error = reload->shared_fd < 0 ? -errno : start_checker(reload);
    if (error == 0) {
        reload->is_checking = true;
        return;
    }
    tell_refused(supervisor, strerror(-error));
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
