/*
 * finder.c - see finder.h.
 */
#include "supervisor/finder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
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

/* --- what is found is observed ------------------------------------------- */

/* Settings with the finds in them, allocated; NULL when nothing is new or
 * there is no memory. */
static struct settings *merge(const struct discovery *discovery,
                              const struct settings *settings)
{
    struct settings *merged = calloc(1, sizeof(*merged));

    if (merged == NULL || discovery_merge(settings, discovery->list,
                                          discovery->count, merged) != 0) {
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
        log_event(
            LEVEL_INFO, "server_found",
            LOG_TEXT("name", settings->instances[i].name),
            LOG_TEXT("addr", address_text(&settings->instances[i].addr).text));
    }
}

static void observe_finds(struct finder *finder)
{
    struct supervisor *supervisor = finder->supervisor;
    uint32_t before = supervisor->settings->instance_count;
    struct settings *merged = merge(&finder->discovery, supervisor->settings);
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

/* --- what is known ------------------------------------------------------- */

static struct finder_known *find_known(struct finder *finder,
                                       const struct address *address)
{
    for (uint32_t i = 0; i < finder->known_count; i++) {
        struct finder_known *known = &finder->known[i];
        if (address_equals(&known->found.address, address)) {
            return known;
        }
    }
    return NULL;
}

static bool is_among(const struct discovery *discovery,
                     const struct finder_known *known)
{
    for (uint32_t i = 0; i < discovery->count; i++) {
        if (address_equals(&discovery->list[i].address,
                           &known->found.address)) {
            return true;
        }
    }
    return false;
}

static void drop_missing(struct finder *finder,
                         const struct discovery *discovery)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < finder->known_count; i++) {
        if (is_among(discovery, &finder->known[i])) {
            finder->known[kept++] = finder->known[i];
        }
    }
    finder->known_count = kept;
}

/* A search that was cut short may have missed some: it only adds. */
static void remember(struct finder *finder, const struct discovery *discovery,
                     bool is_whole)
{
    if (is_whole) {
        drop_missing(finder, discovery);
    }
    for (uint32_t i = 0; i < discovery->count; i++) {
        struct finder_known *known =
            find_known(finder, &discovery->list[i].address);
        if (known == NULL && finder->known_count < DISCOVERY_MOST) {
            known = &finder->known[finder->known_count++];
            known->is_told = false;
        }
        if (known != NULL) {
            known->found = discovery->list[i];
        }
    }
}

/* --- what nobody watches ------------------------------------------------- */

static void count_unwatched(struct finder *finder)
{
    struct supervisor *supervisor = finder->supervisor;
    uint32_t count = 0;

    for (uint32_t i = 0; i < finder->known_count && finder->is_counting; i++) {
        struct finder_known *known = &finder->known[i];
        if (discovery_is_configured(supervisor->settings, &known->found)) {
            continue;
        }
        count++;
        if (!known->is_told) {
            known->is_told = true;
            log_event(
                LEVEL_INFO, "server_unwatched",
                LOG_TEXT("addr", address_text(&known->found.address).text),
                LOG_NUMBER("pid", known->found.pid),
                LOG_TEXT("advice", "list it, or set discover: on to "
                                   "watch what runs here, off to leave "
                                   "it at that"));
        }
    }
    supervisor->agent.unwatched_servers = count;
}

/* --- searching ----------------------------------------------------------- */

static void handle_done(struct discovery *discovery, int status)
{
    struct finder *finder = discovery->owner;
    bool is_running = finder->supervisor->state == SUPERVISOR_RUNNING;

    if (status != 0 && is_running) {
        log_event(LEVEL_WARNING, "search_incomplete",
                  LOG_TEXT("why", strerror(-status)));
    }
    finder->has_searched = true;
    if (is_running && (finder->is_wanted || finder->is_counting)) {
        remember(finder, discovery, status == 0);
        count_unwatched(finder);
    }
    if (is_running && finder->is_wanted) {
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

static void search_every(struct finder *finder, uint64_t first_ms,
                         uint64_t again_ms)
{
    if (uv_timer_get_repeat(&finder->again) != again_ms ||
        !uv_is_active((uv_handle_t *)&finder->again)) {
        (void)uv_timer_start(&finder->again, handle_again, first_ms,
                             again_ms); /* initialized */
    }
}

void finder_init(struct finder *finder, struct supervisor *supervisor,
                 uv_loop_t *loop)
{
    finder->supervisor = supervisor;
    (void)uv_timer_init(loop, &finder->again); /* cannot fail */
    finder->again.data = finder;
    finder->is_wanted = finder_wants(supervisor->settings);
}

void finder_configure(struct finder *finder, bool is_wanted)
{
    finder->is_wanted = is_wanted;
    finder->is_counting =
        !is_wanted && finder->supervisor->settings->discover != DISCOVER_OFF;
    if (is_wanted) {
        search_every(finder, 0, FINDER_AGAIN_MS);
    } else if (finder->is_counting) {
        search_every(finder, FINDER_COUNT_FIRST_MS, FINDER_COUNT_AGAIN_MS);
    } else {
        finder->known_count = 0;
        (void)uv_timer_stop(&finder->again); /* cannot fail */
    }
    count_unwatched(finder);
}

/* --- carrying finds on --------------------------------------------------- */

/* It went so long ago that nobody waits for it. */
static bool is_forgotten(const struct instance *instance)
{
    const struct claim *claim = &instance->claim;
    uint64_t now_wall_ms = clock_wall_ms();

    return maint_uncovered(&instance->maint, claim->verdict.state) ==
               STATE_DOWN &&
           now_wall_ms > claim->since_wall_ms &&
           now_wall_ms - claim->since_wall_ms >= FINDER_FORGET_MS;
}

struct carried {
    struct discovery_found *list; /* owned; SETTINGS_INSTANCES_MOST */
    uint32_t count;
};

/* One that a search had found. */
static void carry(struct carried *carried, const char *name,
                  const struct address *addr, const struct instance *instance)
{
    if (carried->count == SETTINGS_INSTANCES_MOST) {
        return;
    }
    if (is_forgotten(instance)) {
        log_event(LEVEL_INFO, "server_forgotten", LOG_TEXT("name", name),
                  LOG_TEXT("addr", address_text(addr).text));
        return;
    }
    struct discovery_found *found = &carried->list[carried->count++];
    found->address = *addr;
    (void)text_copy(found->name, sizeof(found->name), name); /* as long */
}

/* Adds them all to the settings. 0 or -ENOMEM. */
static int put_down(struct carried *carried, struct settings *settings)
{
    struct settings merged;
    int error =
        discovery_merge(settings, carried->list, carried->count, &merged);

    if (error == 0) {
        settings_finish(settings);
        *settings = merged;
    }
    return error;
}

static int take_up(struct carried *carried)
{
    carried->count = 0;
    carried->list = calloc(SETTINGS_INSTANCES_MOST, sizeof(*carried->list));
    return carried->list == NULL ? -ENOMEM : 0;
}

/* Where it listens beside the address it is observed at. */
static void add_others(const struct finder *finder,
                       struct discovery_found *found)
{
    for (uint32_t i = 0; i < finder->known_count; i++) {
        const struct discovery_found *known = &finder->known[i].found;
        if (address_equals(&known->address, &found->address)) {
            memcpy(found->others, known->others, sizeof(found->others));
            found->other_count = known->other_count;
        }
    }
}

int finder_extend(const struct finder *finder, struct settings *settings)
{
    const struct supervisor *supervisor = finder->supervisor;
    const struct settings *now = supervisor->settings;
    struct carried carried;
    int error = take_up(&carried);

    if (error != 0) {
        return error;
    }
    for (uint32_t i = 0; i < now->instance_count; i++) {
        const struct instance_settings *own = &now->instances[i];
        if (own->is_found) {
            carry(&carried, own->name, &own->addr,
                  engine_instance(supervisor->engine, i));
        }
    }
    for (uint32_t i = 0; i < carried.count; i++) {
        add_others(finder, &carried.list[i]);
    }
    error = put_down(&carried, settings);
    free(carried.list);
    return error;
}

static void carry_record(void *context, const struct board_instance *record)
{
    const struct board_settings *shown = &record->settings;

    if (shown->is_found) {
        carry(context, shown->name, &shown->addr, &record->instance);
    }
}

static void pass_by(void *context, const struct event *event)
{
    (void)context;
    (void)event; /* adopted later, with the rest of the board */
}

void finder_restore(struct finder *finder)
{
    struct supervisor *supervisor = finder->supervisor;
    struct carried carried;

    if (!finder->is_wanted || take_up(&carried) != 0) {
        return;
    }
    struct board_adopter adopter = {
        .on_instance = carry_record, .on_event = pass_by, .context = &carried};
    if (board_adopt(supervisor->settings->run_dir, supervisor->boot_id,
                    &adopter) == 0 &&
        put_down(&carried, supervisor->settings) == 0) {
        log_event(LEVEL_INFO, "finds_restored",
                  LOG_NUMBER("servers", carried.count));
    } /* else the first search finds who is there */
    free(carried.list);
}

bool finder_is_awaited(const struct finder *finder)
{
    return finder->is_wanted && !finder->has_searched;
}

void finder_stop(struct finder *finder)
{
    finder->is_wanted = false;
    finder->is_counting = false;
    (void)uv_timer_stop(&finder->again); /* cannot fail */
    discovery_stop(&finder->discovery);
}

bool finder_is_idle(const struct finder *finder)
{
    return !finder->discovery.is_searching;
}
