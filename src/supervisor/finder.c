/*
 * finder.c - see finder.h.
 */
#include "supervisor/finder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "supervisor/discovery_merge.h"
#include "supervisor/leaving.h"
#include "supervisor/reload.h"
#include "supervisor/supervisor.h"

bool finder_wants(const struct settings *settings)
{
    return settings->discover == DISCOVER_ON ||
           (settings->discover == DISCOVER_AUTO &&
            settings->instance_count == 0);
}

/* Settings with the finds in them, allocated; NULL when nothing is new or
 * there is no memory. */
static struct settings *merge(const struct finder *finder,
                              const struct settings *settings)
{
    struct settings *merged = calloc(1, sizeof(*merged));

    if (merged == NULL || discovery_merge(settings, finder->known,
                                          finder->known_count, merged) != 0) {
        free(merged);
        return NULL;
    }
    if (merged->instance_count == settings->instance_count) {
        settings_destroy(merged);
        return NULL;
    }
    return merged;
}

static void log_finds(const struct settings *settings, uint32_t from)
{
    for (uint32_t i = from; i < settings->instance_count; i++) {
        log_event(LEVEL_INFO, "server_found",
                  LOG_TEXT("name", settings->instances[i].name),
                  LOG_TEXT("addr", settings->instances[i].addr.text));
    }
}

static void observe_finds(struct finder *finder)
{
    struct supervisor *supervisor = finder->supervisor;
    uint32_t before = supervisor->settings->instance_count;
    struct settings *merged = merge(finder, supervisor->settings);
    char why[128] = "";

    if (merged == NULL) {
        return;
    }
    log_finds(merged, before);
    if (reload_apply(supervisor, merged, why, sizeof(why)) != 0) {
        log_event(LEVEL_ERROR, "finds_not_observed", LOG_TEXT("why", why));
        settings_destroy(merged);
    }
}

static bool is_known(const struct finder *finder,
                     const struct discovery_found *found)
{
    for (uint32_t i = 0; i < finder->known_count; i++) {
        if (strcmp(finder->known[i].address.text, found->address.text) == 0) {
            return true;
        }
    }
    return false;
}

/* A search that was cut short may have missed some: it only adds. */
static void remember(struct finder *finder, const struct discovery *discovery,
                     bool is_whole)
{
    if (is_whole) {
        finder->known_count = 0;
    }
    for (uint32_t i = 0; i < discovery->count; i++) {
        if (finder->known_count < DISCOVERY_MOST &&
            !is_known(finder, &discovery->list[i])) {
            finder->known[finder->known_count++] = discovery->list[i];
        }
    }
}

static void handle_done(struct discovery *discovery, int status)
{
    struct finder *finder = discovery->owner;
    bool is_running = finder->supervisor->state == SUPERVISOR_RUNNING;

    if (status != 0 && is_running) {
        log_event(LEVEL_WARNING, "search_incomplete",
                  LOG_TEXT("why", strerror(-status)));
    }
    finder->has_searched = true;
    if (is_running && finder->is_wanted) {
        remember(finder, discovery, status == 0);
        observe_finds(finder);
    }
    leaving_on_helper_gone(finder->supervisor);
}

static void handle_again(uv_timer_t *timer)
{
    struct finder *finder = timer->data;
    struct supervisor *supervisor = finder->supervisor;
    int error = discovery_start(&finder->discovery, &supervisor->loop,
                                supervisor->tasks, supervisor->programs->prober,
                                handle_done, finder);

    if (error != 0 && error != -EALREADY) {
        log_event(LEVEL_ERROR, "search_not_started",
                  LOG_TEXT("why", strerror(-error)));
        finder->has_searched = true; /* nobody waits for it */
    }
}

void finder_init(struct finder *finder, struct supervisor *supervisor,
                 uv_loop_t *loop)
{
    memset(finder, 0, sizeof(*finder));
    finder->supervisor = supervisor;
    (void)uv_timer_init(loop, &finder->again); /* cannot fail */
    finder->again.data = finder;
    finder->is_wanted = finder_wants(supervisor->settings);
}

void finder_configure(struct finder *finder, bool is_wanted)
{
    finder->is_wanted = is_wanted;
    if (!is_wanted) {
        finder->known_count = 0;
        (void)uv_timer_stop(&finder->again); /* cannot fail */
    } else if (!uv_is_active((uv_handle_t *)&finder->again)) {
        (void)uv_timer_start(&finder->again, handle_again, 0,
                             FINDER_AGAIN_MS); /* initialized */
    }
}

int finder_extend(const struct finder *finder, struct settings *settings)
{
    struct settings merged;
    int error =
        discovery_merge(settings, finder->known, finder->known_count, &merged);
    if (error == 0) {
        settings_finish(settings);
        *settings = merged;
    }
    return error;
}

bool finder_is_awaited(const struct finder *finder)
{
    return finder->is_wanted && !finder->has_searched;
}

void finder_stop(struct finder *finder)
{
    finder->is_wanted = false;
    (void)uv_timer_stop(&finder->again); /* cannot fail */
    discovery_stop(&finder->discovery);
}

bool finder_is_idle(const struct finder *finder)
{
    return !finder->discovery.is_searching;
}
