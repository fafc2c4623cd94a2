/*
 * payload.c - see payload.h.
 */
#include "publisher/payload.h"

#include <errno.h>
#include <string.h>

#include "publisher/json.h"
#include "publisher/lease.h"

#define FORMAT_VERSION 1

/* What may be left out, in this order, when the whole is too long. */
enum { WITH_CONDITIONS, WITH_MASTER, WITH_LABELS, WITH_ALL };

static int compare_texts(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static bool put_conditions(json_t *object, uint32_t conditions)
{
    const char *names[REASON_COUNT];
    size_t count = 0;
    for (unsigned reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
        if ((conditions & (1u << reason)) != 0) {
            names[count++] = reason_name((enum reason)reason);
        }
    }
    qsort(names, count, sizeof *names, compare_texts);
    json_t *list = json_array();
    bool is_whole = list != NULL;
    for (size_t i = 0; is_whole && i < count; i++) {
        is_whole = json_array_append_new(list, json_string(names[i])) == 0;
    }
    return json_put(object, "conditions", list) && is_whole;
}

static bool put_verdict(json_t *object, const struct verdict *verdict, int with)
{
    return put_conditions(object,
                          with >= WITH_CONDITIONS ? verdict->conditions : 0) &&
           json_put_text(object, "detail",
                         with >= WITH_ALL ? verdict->detail : "") &&
           json_put_text(object, "master",
                         with >= WITH_MASTER ? verdict->master : "") &&
           json_put_text(object, "readable", ability_name(verdict->readable)) &&
           json_put_text(object, "reason", reason_name(verdict->reason)) &&
           json_put_text(object, "role", role_name(verdict->role)) &&
           json_put_text(object, "run_id", verdict->run_id) &&
           json_put_text(object, "state", state_name(verdict->state)) &&
           json_put_text(object, "version", verdict->version) &&
           json_put_text(object, "writable", ability_name(verdict->writable));
}

static int encode_with(const struct payload_scope *scope,
                       const struct board_settings *settings,
                       const struct payload_state *state, int with, char *bytes,
                       size_t room, size_t *length)
{
    json_t *object = json_object();
    const struct address *address = board_settings_published(settings);
    uint32_t labels = with >= WITH_LABELS ? settings->label_count : 0;
    bool is_whole =
        object != NULL &&
        json_put_text(object, "addr", address_text(address).text) &&
        json_put_text(object, "agent", scope->agent) &&
        json_put_text(object, "host", scope->host) &&
        json_put_labels(object, settings, labels) &&
        json_put_text(object, "name", settings->name) &&
        json_put_number(object, "since", state->since_wall_ms) &&
        json_put_number(object, "v", FORMAT_VERSION) &&
        json_put_number(object, "valid_for_ms", state->valid_for_ms) &&
        put_verdict(object, state->verdict, with);
    if (!is_whole) {
        json_decref(object);
        return -ENOMEM;
    }
    return json_dump(object, bytes, room, length);
}

int payload_encode_state(const struct payload_scope *scope,
                         const struct board_settings *settings,
                         const struct payload_state *state, char *bytes,
                         size_t room, size_t *length)
{
    int status = -ENOBUFS;
    for (int with = WITH_ALL; status == -ENOBUFS && with >= WITH_CONDITIONS - 1;
         with--) {
        status = encode_with(scope, settings, state, with, bytes, room, length);
    }
    return status;
}

int payload_encode_agent(const struct payload_agent *agent, char *bytes,
                         size_t room, size_t *length)
{
    json_t *object = json_object();
    bool is_whole =
        object != NULL && json_put_text(object, "boot", agent->boot) &&
        json_put_number(object, "instances", agent->instances) &&
        json_put_number(object, "round", agent->round) &&
        json_put_number(object, "started", agent->started_wall_ms) &&
        json_put_number(object, "v", FORMAT_VERSION) &&
        json_put_text(object, "version", agent->version);
    if (!is_whole) {
        json_decref(object);
        return -ENOMEM;
    }
    return json_dump(object, bytes, room, length);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static bool is_lease_detail(const char *detail)
{
    return strcmp(detail, LEASE_DETAIL_EXPIRED) == 0 ||
           strcmp(detail, LEASE_DETAIL_NO_VERDICT) == 0;
}

void payload_decode(const char *bytes, size_t length, const char *agent,
                    struct payload_found *found)
{
    *found = (struct payload_found){0};
    if (length > PAYLOAD_READ_MOST) {
        return;
    }
    json_t *object = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, NULL);
    json_int_t since = json_integer_value(json_object_get(object, "since"));
    if (since >= 0) {
        found->since_wall_ms = (uint64_t)since;
    }
    json_int_t registered =
        json_integer_value(json_object_get(object, "registrationTimeUTC"));
    if (registered > 0) {
        found->registered_wall_ms = (uint64_t)registered;
    }
    found->is_ours =
        agent[0] != '\0' && strcmp(text_of(object, "agent"), agent) == 0;
    found->state = state_find(text_of(object, "state"));
    found->is_expired =
        found->state == STATE_UNKNOWN &&
        strcmp(text_of(object, "reason"), reason_name(REASON_AGENT)) == 0 &&
        is_lease_detail(text_of(object, "detail"));
    json_decref(object);
}
