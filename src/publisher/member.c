/*
 * member.c - see member.h. One function a reader: the keys it looks for.
 */
#include "publisher/member.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "publisher/json.h"

/* --- who, and under which name ------------------------------------------- */

static bool is_when(enum registration_when when, const struct verdict *verdict)
{
    switch (when) {
    case REGISTRATION_READABLE:
        return verdict->readable == ABILITY_YES;
    case REGISTRATION_WRITABLE:
        return verdict->writable == ABILITY_YES;
    case REGISTRATION_UP:
        return verdict->state == STATE_UP;
    }
    return false;
}

static bool fits_role(enum registration_role role, enum role is)
{
    return role == REGISTRATION_ANY ||
           (role == REGISTRATION_MASTER && is == ROLE_MASTER) ||
           (role == REGISTRATION_REPLICA && is == ROLE_REPLICA);
}

bool member_belongs(const struct registration *registration,
                    const struct verdict *verdict)
{
    return verdict->state != STATE_MAINT && verdict->state != STATE_DRAINING &&
           is_when(registration->when, verdict) &&
           fits_role(registration->role, verdict->role);
}

static bool has_host(const struct address *address)
{
    return address->kind == ADDRESS_IPV4 || address->kind == ADDRESS_IPV6 ||
           address->kind == ADDRESS_NAME;
}

bool member_name(const struct board_settings *settings, char *name, size_t size)
{
    const struct address *address = board_settings_published(settings);
    if (!has_host(address) ||
        !text_format(name, size, "member_%s_%u", address->host,
                     (unsigned)address->port)) {
        return false;
    }
    for (char *at = strchr(name, ':'); at != NULL; at = strchr(at, ':')) {
        *at = '_';
    }
    return true;
}

/* --- bytes --------------------------------------------------------------- */

/* One member, and what of it is written. */
struct member {
    const struct member_scope *scope;
    const struct board_settings *settings;
    const struct address *address;
    uint64_t registered_wall_ms;
    uint32_t labels;
};

static bool put_id(json_t *object, const struct address *address)
{
    char id[ADDRESS_TEXT_BYTES];
    return text_format(id, sizeof id, "%s:%u", address->host,
                       (unsigned)address->port) &&
           json_put_text(object, "id", id);
}

static bool put_nerve(json_t *object, const struct member *member)
{
    return json_put_text(object, "host", member->address->host) &&
           json_put_number(object, "port", member->address->port) &&
           json_put_text(object, "name", member->settings->name) &&
           json_put_number(object, "weight", 1) &&
           json_put_labels(object, member->settings, member->labels);
}

static bool put_serverset(json_t *object, const struct member *member)
{
    json_t *endpoint = json_object();
    bool is_whole = endpoint != NULL &&
                    json_put_text(endpoint, "host", member->address->host) &&
                    json_put_number(endpoint, "port", member->address->port);
    json_t *metadata = json_object();
    is_whole = json_put(object, "serviceEndpoint", endpoint) && is_whole &&
               metadata != NULL &&
               json_put_text(metadata, "cluster", member->scope->cluster) &&
               json_put_text(metadata, "host", member->scope->host);
    return json_put(object, "metadata", metadata) && is_whole &&
           json_put(object, "additionalEndpoints", json_object()) &&
           json_put_number(object, "shard", 0) &&
           json_put_text(object, "status", "ALIVE");
}

static bool put_curator(json_t *object, const struct member *member)
{
    return json_put_text(object, "name", member->settings->name) &&
           put_id(object, member->address) &&
           json_put_text(object, "address", member->address->host) &&
           json_put_number(object, "port", member->address->port) &&
           json_put(object, "sslPort", json_null()) &&
           json_put(object, "payload", json_null()) &&
           json_put_number(object, "registrationTimeUTC",
                           member->registered_wall_ms) &&
           json_put_text(object, "serviceType", "DYNAMIC") &&
           json_put(object, "uriSpec", json_null());
}

static bool put_style(json_t *object, enum registration_style style,
                      const struct member *member)
{
    switch (style) {
    case REGISTRATION_NERVE:
        return put_nerve(object, member);
    case REGISTRATION_SERVERSET:
        return put_serverset(object, member);
    case REGISTRATION_CURATOR:
        return put_curator(object, member);
    case REGISTRATION_COMPAT:
        return put_nerve(object, member) && put_serverset(object, member) &&
               put_curator(object, member);
    }
    return false;
}

static int encode(const struct registration *registration,
                  const struct member *member, char *bytes, size_t room,
                  size_t *length)
{
    json_t *object = json_object();
    if (object == NULL || !put_style(object, registration->style, member)) {
        json_decref(object);
        return -ENOMEM;
    }
    return json_dump(object, bytes, room, length);
}

int member_encode(const struct registration *registration,
                  const struct member_scope *scope,
                  const struct board_settings *settings,
                  uint64_t registered_wall_ms, char *bytes, size_t room,
                  size_t *length)
{
    struct member member = {.scope = scope,
                            .settings = settings,
                            .address = board_settings_published(settings),
                            .registered_wall_ms = registered_wall_ms,
                            .labels = settings->label_count};
    if (!has_host(member.address)) {
        return -EINVAL;
    }
    int status = encode(registration, &member, bytes, room, length);
    if (status == -ENOBUFS) {
        member.labels = 0;
        status = encode(registration, &member, bytes, room, length);
    }
    return status;
}
