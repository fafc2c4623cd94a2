/*
 * payload.c - jansson's home in the publisher: objects to bytes and back.
 *
 * jansson returns NULL for a text that is not UTF-8, so every text is reduced
 * to printable ASCII first; JSON_COMPACT | JSON_SORT_KEYS makes the bytes
 * deterministic (2.14).
 */
#include "publisher/payload.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "publisher/lease.h"

#define TEXT_BYTES 512
#define FORMAT_VERSION 1

/* What may be left out, in this order, when the whole is too long. */
enum { WITH_CONDITIONS, WITH_MASTER, WITH_LABELS, WITH_ALL };

/* Takes the new value; false for want of memory. */
static bool put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

static json_t *text_value(const char *text)
{
    char clean[TEXT_BYTES];
    size_t length = 0;
    for (; text[length] != '\0' && length < sizeof clean - 1; length++) {
        bool is_plain = text[length] >= ' ' && text[length] <= '~';
        clean[length] = is_plain ? text[length] : '?';
    }
    return json_stringn(clean, length);
}

static bool put_text(json_t *object, const char *key, const char *text)
{
    return put(object, key, text_value(text));
}

static bool put_number(json_t *object, const char *key, uint64_t number)
{
    uint64_t most = INT64_MAX;
    return put(object, key,
               json_integer((json_int_t)(number < most ? number : most)));
}

static bool put_labels(json_t *object, const struct instance_settings *settings,
                       uint32_t count)
{
    json_t *labels = json_object();
    bool is_whole = labels != NULL;
    for (uint32_t i = 0; is_whole && i < count; i++) {
        is_whole = put_text(labels, settings->labels[i].key,
                            settings->labels[i].value);
    }
    return put(object, "labels", labels) && is_whole;
}

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
    return put(object, "conditions", list) && is_whole;
}

static bool put_verdict(json_t *object, const struct verdict *verdict, int with)
{
    return put_conditions(object,
                          with >= WITH_CONDITIONS ? verdict->conditions : 0) &&
           put_text(object, "detail",
                    with >= WITH_ALL ? verdict->detail : "") &&
           put_text(object, "master",
                    with >= WITH_MASTER ? verdict->master : "") &&
           put_text(object, "readable", ability_name(verdict->readable)) &&
           put_text(object, "reason", reason_name(verdict->reason)) &&
           put_text(object, "role", role_name(verdict->role)) &&
           put_text(object, "run_id", verdict->run_id) &&
           put_text(object, "state", state_name(verdict->state)) &&
           put_text(object, "version", verdict->version) &&
           put_text(object, "writable", ability_name(verdict->writable));
}

/* Takes `object`. */
static int dump(json_t *object, char *bytes, size_t room, size_t *length)
{
    size_t size =
        json_dumpb(object, bytes, room, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(object);
    if (size == 0) {
        return -ENOMEM;
    }
    if (size > room || size > PAYLOAD_BYTES_MOST) {
        return -ENOBUFS;
    }
    *length = size;
    return 0;
}

static int encode_with(const struct payload_scope *scope,
                       const struct instance_settings *settings,
                       const struct payload_state *state, int with, char *bytes,
                       size_t room, size_t *length)
{
    json_t *object = json_object();
    const struct address *address = instance_settings_published(settings);
    uint32_t labels = with >= WITH_LABELS ? settings->label_count : 0;
    bool is_whole = object != NULL && put_text(object, "addr", address->text) &&
                    put_text(object, "agent", scope->agent) &&
                    put_text(object, "host", scope->host) &&
                    put_labels(object, settings, labels) &&
                    put_text(object, "name", settings->name) &&
                    put_number(object, "since", state->since_wall_ms) &&
                    put_number(object, "v", FORMAT_VERSION) &&
                    put_number(object, "valid_for_ms", state->valid_for_ms) &&
                    put_verdict(object, state->verdict, with);
    if (!is_whole) {
        json_decref(object);
        return -ENOMEM;
    }
    return dump(object, bytes, room, length);
}

int payload_encode_state(const struct payload_scope *scope,
                         const struct instance_settings *settings,
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
    bool is_whole = object != NULL && put_text(object, "boot", agent->boot) &&
                    put_number(object, "instances", agent->instances) &&
                    put_number(object, "round", agent->round) &&
                    put_number(object, "started", agent->started_wall_ms) &&
                    put_number(object, "v", FORMAT_VERSION) &&
                    put_text(object, "version", agent->version);
    if (!is_whole) {
        json_decref(object);
        return -ENOMEM;
    }
    return dump(object, bytes, room, length);
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
    if (length > PAYLOAD_BYTES_MOST) {
        return;
    }
    json_t *object = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, NULL);
    json_int_t since = json_integer_value(json_object_get(object, "since"));
    if (since >= 0) {
        found->since_wall_ms = (uint64_t)since;
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
