/*
 * doctor_reach.c - what the agent talks to: the servers, those that nobody
 * watches, ZooKeeper.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/doctor.h"
#include "ctl/dump.h"
#include "ctl/fetch.h"
#include "ctl/keeper.h"
#include "ctl/order.h"
#include "ctl/search.h"
#include "ctl/session.h"
#include "model/advice.h"

#define PROBES_MOST 16 /* a second each at worst */

/* --- the servers ---------------------------------------------------------- */

static enum finding finding_of(const char *state)
{
    if (strcmp(state, "up") == 0) {
        return FINDING_OK;
    }
    bool is_bad = strcmp(state, "down") == 0 || strcmp(state, "unknown") == 0;
    return is_bad ? FINDING_BAD : FINDING_WARNING;
}

/* What to do, by the reason's name. */
static const char *action_of(const char *reason)
{
    for (enum reason i = REASON_NONE; i < REASON_COUNT; i++) {
        if (strcmp(reason_name(i), reason) == 0) {
            return advice_action(i);
        }
    }
    return "";
}

/* As the agent tells it. */
static void look_at_told(struct doctor *doctor)
{
    const json_t *instances = fetch_member(doctor->status, "instances");
    size_t count = json_array_size(instances);
    size_t up = 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *instance = json_array_get(instances, i);
        const char *state = fetch_text(instance, "state");
        const char *detail = fetch_text(instance, "detail");
        enum finding finding = finding_of(state);
        up += finding == FINDING_OK;
        if (finding != FINDING_OK) {
            doctor_find(doctor, finding, "servers",
                        action_of(fetch_text(instance, "reason")),
                        "%s is %s: %s%s%s", fetch_text(instance, "name"), state,
                        fetch_text(instance, "reason"),
                        detail[0] != '\0' ? ", " : "", detail);
        }
    }
    doctor_find(doctor, FINDING_OK, "servers", "", "%zu of %zu are up", up,
                count);
}

/* A probe of our own, where no agent tells. */
static void probe_one(struct doctor *doctor, const char *name)
{
    struct options options = *doctor->options;
    struct order order;
    struct result result;
    options.target = name;
    options.config = doctor->file;
    if (order_make(&options, &order) != 0) {
        doctor_find(doctor, FINDING_BAD, "servers",
                    "see the line on standard error", "%s cannot be asked",
                    name);
        return;
    }
    session_probe(options.libexec, &order, &result);
    const struct verdict *verdict = &result.verdict;
    doctor_find(doctor, finding_of(state_name(verdict->state)), "servers",
                verdict->state == STATE_UP ? ""
                                           : advice_action(verdict->reason),
                "%s is %s: %s%s%s", name, state_name(verdict->state),
                reason_name(verdict->reason),
                verdict->detail[0] != '\0' ? ", " : "", verdict->detail);
}

static void probe_configured(struct doctor *doctor)
{
    struct dump dump;
    int count = 0;
    dump_init(&dump, doctor->dump);
    while (dump_next(&dump)) {
        if (strcmp(dump.path, "instances.name") == 0 && count++ < PROBES_MOST) {
            probe_one(doctor, dump.value);
        }
    }
    if (count == 0) {
        doctor_find(doctor, FINDING_OK, "servers", "", "none is configured");
    }
    if (count > PROBES_MOST) {
        doctor_find(doctor, FINDING_WARNING, "servers",
                    "sentinelctl probe NAME asks any of them",
                    "only %d of %d were asked", PROBES_MOST, count);
    }
}

void doctor_look_at_servers(struct doctor *doctor)
{
    if (doctor->status != NULL) {
        look_at_told(doctor);
    } else if (doctor->dump != NULL) {
        probe_configured(doctor);
    } else {
        doctor_find(doctor, FINDING_WARNING, "servers",
                    "say where the configuration is with --config FILE",
                    "none are known to be asked");
    }
}

/* --- those nobody watches --------------------------------------------------
 */

static bool is_at(const struct discovery_found *found, const char *text)
{
    struct address address;
    const char *why = NULL;
    return address_parse(text, false, &address, &why) == 0 &&
           discovery_list_is_at(found, &address);
}

static bool is_watched(const struct doctor *doctor,
                       const struct discovery_found *found)
{
    struct dump dump;
    const json_t *instances = fetch_member(doctor->status, "instances");
    for (size_t i = 0; i < json_array_size(instances); i++) {
        if (is_at(found, fetch_text(json_array_get(instances, i), "target"))) {
            return true;
        }
    }
    dump_init(&dump, doctor->dump != NULL ? doctor->dump : "");
    while (dump_next(&dump)) {
        if (strcmp(dump.path, "instances.addr") == 0 &&
            is_at(found, dump.value)) {
            return true;
        }
    }
    return false;
}

static void judge_search(struct doctor *doctor, const struct search *search)
{
    uint32_t watched = 0;
    for (uint32_t i = 0; i < search->count; i++) {
        const struct discovery_found *found = &search->list[i];
        bool is_known = is_watched(doctor, found);
        watched += is_known;
        if (!is_known) {
            doctor_find(doctor, FINDING_WARNING, "unwatched",
                        "sentinelctl discover -o yaml prints what to add",
                        "a %s runs at %s, and nobody watches it",
                        role_name(found->role),
                        address_text(&found->address).text);
        }
    }
    if (search->end.hidden > 0) {
        doctor_find(doctor, FINDING_WARNING, "unwatched", "try it as root",
                    "%" PRIu32 " processes are not ours to look into",
                    search->end.hidden);
    }
    doctor_find(doctor, FINDING_OK, "unwatched", "",
                "%" PRIu32 " of %" PRIu32 " servers found here are watched",
                watched, search->count);
}

void doctor_look_for_unwatched(struct doctor *doctor)
{
    char trouble[2048];
    struct search *search = calloc(1, sizeof *search);
    if (search == NULL) {
        return;
    }
    if (search_run(doctor->options->libexec, search, trouble, sizeof trouble) ==
        0) {
        judge_search(doctor, search);
    } else {
        doctor_find(doctor, FINDING_BAD, "unwatched",
                    "look at the programs above", "the search failed: %s",
                    trouble);
    }
    free(search);
}

/* --- ZooKeeper -------------------------------------------------------------
 */

static void judge_try(struct doctor *doctor, const struct keeper *keeper,
                      const struct capture *capture)
{
    json_t *told = json_loads(capture->text, 0, NULL);
    if (capture->code == 0 && json_is_object(told)) {
        doctor_find(doctor, FINDING_OK, "zookeeper", "",
                    "a scratch node below %s was made, written, read and "
                    "removed in %" PRId64 " ms",
                    fetch_text(told, "path"),
                    (int64_t)fetch_number(told, "took_ms", 0));
    } else {
        doctor_find(doctor, FINDING_BAD, "zookeeper",
                    "look at servers, credential and the ACL of the root",
                    "%s: %.*s", keeper->servers,
                    (int)strcspn(capture->text, "\n"), capture->text);
    }
    json_decref(told);
}

/* The running agent's own session. */
static void look_at_session(struct doctor *doctor)
{
    const json_t *zookeeper = fetch_member(doctor->status, "zookeeper");
    const char *state = fetch_text(zookeeper, "state");
    if (doctor->status == NULL || strcmp(state, "off") == 0) {
        return;
    }
    bool is_steady = strcmp(state, "steady") == 0;
    doctor_find(doctor, is_steady ? FINDING_OK : FINDING_WARNING, "zookeeper",
                is_steady ? "" : "wait a little; then look at the agent's log",
                "the agent's session is %s%s%s", state, is_steady ? " at " : "",
                is_steady ? fetch_text(zookeeper, "server") : "");
}

void doctor_look_at_zookeeper(struct doctor *doctor)
{
    struct keeper keeper;
    struct capture capture;
    const struct options *options = doctor->options;
    bool is_known =
        keeper_read(doctor->dump != NULL ? doctor->dump : "", &keeper);
    if (!keeper_overrule(options, &keeper)) {
        is_known = false;
    }
    look_at_session(doctor);
    if (!is_known && options->zookeeper == NULL) {
        bool is_off = doctor->dump != NULL || doctor->status != NULL;
        doctor_find(doctor, is_off ? FINDING_OK : FINDING_WARNING, "zookeeper",
                    is_off ? "" : "say where it is with --zookeeper HOST:PORT",
                    is_off ? "none is configured: nothing is published"
                           : "not known");
        return;
    }
    int status = keeper_ask(options, &keeper, "--try", SPAWN_SPEECH, &capture);
    if (status != 0) {
        doctor_find(doctor, FINDING_BAD, "zookeeper",
                    "look at the programs above",
                    "sentinel-publisher gave no answer: %s", strerror(-status));
        return;
    }
    judge_try(doctor, &keeper, &capture);
    capture_finish(&capture);
}
