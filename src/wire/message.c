/*
 * message.c - each message as bytes, field by field, and back.
 *
 * For each message with a body one put_ and one get_ function stand next to
 * each other; they must name the same fields in the same order, which the
 * round trip in test/unit and test/fuzz proves (those to and from a prober
 * stand in message_prober.c, the console's in message_console.c). Ranges are
 * checked where a field is read, so a message that was decoded can be used as
 * it is.
 */
#include "wire/message.h"

#include <assert.h>
#include <errno.h>

#include "wire/cursor.h"
#include "wire/message_console.h"
#include "wire/message_prober.h"

/* --- the table -------------------------------------------------------- */

struct message_row {
    enum message_kind kind;
    enum message_direction direction;
    const char *name;
};

#define MESSAGE_ROW(constant, number, direction, name) \
    {constant, direction, name},
static const struct message_row rows[] = {MESSAGE_TABLE(MESSAGE_ROW)};
#undef MESSAGE_ROW

static const struct message_row *find_row(unsigned kind)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((unsigned)rows[i].kind == kind) {
            return &rows[i];
        }
    }
    return NULL;
}

const char *message_name(enum message_kind kind)
{
    const struct message_row *row = find_row(kind);
    return row != NULL ? row->name : "?";
}

#define VERB_TEXT(constant, text) [constant] = (text),
static const char *const verb_names[] = {ORDER_VERB_TABLE(VERB_TEXT)};
#undef VERB_TEXT

const char *order_verb_name(enum order_verb verb)
{
    return (unsigned)verb < ORDER_VERB_COUNT ? verb_names[verb] : "?";
}

/* --- each message's fields -------------------------------------------- */

static void put_registration(struct cursor_writer *writer,
                             const struct registration *registration)
{
    cursor_put_u8(writer, registration->style);
    cursor_put_u8(writer, registration->when);
    cursor_put_u8(writer, registration->role);
    cursor_put_text(writer, registration->path);
}

static void get_registration(struct cursor_reader *reader,
                             struct registration *registration)
{
    registration->style = cursor_get_below(reader, REGISTRATION_CURATOR + 1);
    registration->when = cursor_get_below(reader, REGISTRATION_UP + 1);
    registration->role = cursor_get_below(reader, REGISTRATION_REPLICA + 1);
    cursor_get_shown(reader, registration->path);
}

static void put_publish_settings(
    struct cursor_writer *writer,
    const struct message_publish_settings *settings)
{
    cursor_put_u32(writer, settings->session_timeout_ms);
    cursor_put_u64(writer, settings->refresh_ms);
    cursor_put_text(writer, settings->credential_file);
    cursor_put_text(writer, settings->servers);
    cursor_put_text(writer, settings->run_dir);
}

static void get_publish_settings(struct cursor_reader *reader,
                                 struct message_publish_settings *settings)
{
    settings->session_timeout_ms = (uint32_t)cursor_get_some(reader, 4);
    settings->refresh_ms = cursor_get_u64(reader);
    cursor_get_text(reader, settings->credential_file);
    cursor_get_shown(reader, settings->servers);
    cursor_get_text(reader, settings->run_dir);
}

static void put_session(struct cursor_writer *writer,
                        const struct message_session *session)
{
    cursor_put_u8(writer, session->state);
    cursor_put_u64(writer, session->session_id);
    cursor_put_u32(writer, session->negotiated_ms);
    cursor_put_u64(writer, session->sessions);
    cursor_put_u64(writer, session->writes);
    cursor_put_u64(writer, session->transactions);
    cursor_put_u64(writer, session->failures);
    cursor_put_text(writer, session->server);
}

static void get_session(struct cursor_reader *reader,
                        struct message_session *session)
{
    session->state = cursor_get_below(reader, ZOOKEEPER_STATE_COUNT);
    session->session_id = cursor_get_u64(reader);
    session->negotiated_ms = cursor_get_u32(reader);
    session->sessions = cursor_get_u64(reader);
    session->writes = cursor_get_u64(reader);
    session->transactions = cursor_get_u64(reader);
    session->failures = cursor_get_u64(reader);
    cursor_get_shown(reader, session->server);
}

static void put_published(struct cursor_writer *writer,
                          const struct message_published *published)
{
    cursor_put_u32(writer, published->instance);
    cursor_put_u64(writer, published->claim_version);
    cursor_put_u64(writer, published->since_wall_ms);
    cursor_put_u64(writer, published->czxid);
    cursor_put_u32(writer, (uint32_t)published->node_version);
    cursor_put_u64(writer, published->said_ms);
}

static void get_published(struct cursor_reader *reader,
                          struct message_published *published)
{
    published->instance = cursor_get_u32(reader);
    published->claim_version = cursor_get_u64(reader);
    published->since_wall_ms = cursor_get_u64(reader);
    published->czxid = cursor_get_u64(reader);
    published->node_version = (int32_t)cursor_get_u32(reader);
    published->said_ms = cursor_get_u64(reader);
    if (published->instance >= SETTINGS_INSTANCES_MOST) {
        reader->is_bad = true;
    }
}

static void put_alarm(struct cursor_writer *writer,
                      const struct message_alarm *alarm)
{
    cursor_put_u8(writer, alarm->is_raised);
    cursor_put_u64(writer, alarm->since_wall_ms);
    cursor_put_text(writer, alarm->what);
    cursor_put_text(writer, alarm->path);
    cursor_put_text(writer, alarm->detail);
}

static void get_alarm(struct cursor_reader *reader, struct message_alarm *alarm)
{
    alarm->is_raised = cursor_get_bool(reader);
    alarm->since_wall_ms = cursor_get_u64(reader);
    cursor_get_shown(reader, alarm->what);
    cursor_get_shown(reader, alarm->path);
    cursor_get_shown(reader, alarm->detail);
    reader->is_bad = reader->is_bad || alarm->what[0] == '\0';
}

static void put_check(struct cursor_writer *writer,
                      const struct message_check *check)
{
    cursor_put_text(writer, check->file);
}

static void get_check(struct cursor_reader *reader, struct message_check *check)
{
    cursor_get_text(reader, check->file);
}

static void put_checked(struct cursor_writer *writer,
                        const struct message_checked *checked)
{
    cursor_put_u8(writer, checked->is_good);
    cursor_put_u32(writer, checked->bytes);
}

static void get_checked(struct cursor_reader *reader,
                        struct message_checked *checked)
{
    checked->is_good = cursor_get_bool(reader);
    checked->bytes = cursor_get_u32(reader);
}

static bool is_hello(enum message_kind kind)
{
    return kind == MESSAGE_PROBER_HELLO || kind == MESSAGE_PUBLISHER_HELLO ||
           kind == MESSAGE_CONSOLE_HELLO;
}

/* Must be understood by every build: of what may come behind another format
 * nothing is read. */
static void get_format(struct cursor_reader *reader, uint32_t *format)
{
    if (reader->length == 0) {
        *format = MESSAGE_FORMAT_NONE;
        return;
    }
    *format = cursor_get_u32(reader);
    if (*format != MESSAGE_FORMAT && !reader->is_bad) {
        reader->at = reader->length;
    }
}

/* --- public ----------------------------------------------------------- */

/* A row for each message. NOLINTNEXTLINE(readability-function-size) */
static void put_message(struct cursor_writer *writer,
                        const struct message *message)
{
    switch (message->kind) {
    case MESSAGE_PROBE:
        message_put_probe(writer, &message->probe);
        break;
    case MESSAGE_RESULT:
        message_put_result(writer, &message->result);
        break;
    case MESSAGE_FOUND:
        message_put_found(writer, &message->found);
        break;
    case MESSAGE_RESOLVE:
        message_put_resolve(writer, &message->resolve);
        break;
    case MESSAGE_RESOLVED:
        message_put_resolved(writer, &message->resolved);
        break;
    case MESSAGE_SEARCHED:
        message_put_searched(writer, &message->searched);
        break;
    case MESSAGE_REGISTRATION:
        put_registration(writer, &message->registration);
        break;
    case MESSAGE_PUBLISH_SETTINGS:
        put_publish_settings(writer, &message->publish_settings);
        break;
    case MESSAGE_SESSION:
        put_session(writer, &message->session);
        break;
    case MESSAGE_PUBLISHED:
        put_published(writer, &message->published);
        break;
    case MESSAGE_ALARM:
        put_alarm(writer, &message->alarm);
        break;
    case MESSAGE_CHECK:
        put_check(writer, &message->check);
        break;
    case MESSAGE_CHECKED:
        put_checked(writer, &message->checked);
        break;
    case MESSAGE_PROBER_VITALS:
    case MESSAGE_PUBLISHER_VITALS:
    case MESSAGE_CONSOLE_VITALS:
        message_put_vitals(writer, &message->vitals);
        break;
    case MESSAGE_ORDER:
        message_put_order(writer, &message->order);
        break;
    case MESSAGE_ORDERED:
        message_put_ordered(writer, &message->ordered);
        break;
    case MESSAGE_PROBER_HELLO:
    case MESSAGE_PUBLISHER_HELLO:
    case MESSAGE_CONSOLE_HELLO: /* a hello's format: by the caller */
    case MESSAGE_RETIRE:
    case MESSAGE_LOOK:
    case MESSAGE_WITHDRAW:
    case MESSAGE_PART:
        break; /* the kind says it all */
    }
}

/* A row for each message. NOLINTNEXTLINE(readability-function-size) */
static void get_message(struct cursor_reader *reader, struct message *message)
{
    switch (message->kind) {
    case MESSAGE_PROBE:
        message_get_probe(reader, &message->probe);
        break;
    case MESSAGE_RESULT:
        message_get_result(reader, &message->result);
        break;
    case MESSAGE_FOUND:
        message_get_found(reader, &message->found);
        break;
    case MESSAGE_RESOLVE:
        message_get_resolve(reader, &message->resolve);
        break;
    case MESSAGE_RESOLVED:
        message_get_resolved(reader, &message->resolved);
        break;
    case MESSAGE_SEARCHED:
        message_get_searched(reader, &message->searched);
        break;
    case MESSAGE_REGISTRATION:
        get_registration(reader, &message->registration);
        break;
    case MESSAGE_PUBLISH_SETTINGS:
        get_publish_settings(reader, &message->publish_settings);
        break;
    case MESSAGE_SESSION:
        get_session(reader, &message->session);
        break;
    case MESSAGE_PUBLISHED:
        get_published(reader, &message->published);
        break;
    case MESSAGE_ALARM:
        get_alarm(reader, &message->alarm);
        break;
    case MESSAGE_CHECK:
        get_check(reader, &message->check);
        break;
    case MESSAGE_CHECKED:
        get_checked(reader, &message->checked);
        break;
    case MESSAGE_PROBER_VITALS:
    case MESSAGE_PUBLISHER_VITALS:
    case MESSAGE_CONSOLE_VITALS:
        message_get_vitals(reader, &message->vitals);
        break;
    case MESSAGE_ORDER:
        message_get_order(reader, &message->order);
        break;
    case MESSAGE_ORDERED:
        message_get_ordered(reader, &message->ordered);
        break;
    case MESSAGE_PROBER_HELLO:
    case MESSAGE_PUBLISHER_HELLO:
    case MESSAGE_CONSOLE_HELLO: /* a hello's format: by the caller */
    case MESSAGE_RETIRE:
    case MESSAGE_LOOK:
    case MESSAGE_WITHDRAW:
    case MESSAGE_PART:
        break; /* the kind says it all */
    }
}

int message_encode(const struct message *message, uint8_t *bytes, size_t room,
                   size_t *length)
{
    assert(find_row(message->kind) != NULL);
    struct cursor_writer writer = {.bytes = bytes, .room = room};
    if (is_hello(message->kind)) {
        cursor_put_u32(&writer, message->format);
    } else {
        put_message(&writer, message);
    }
    if (writer.is_full) {
        return -ENOBUFS;
    }
    *length = writer.length;
    return 0;
}

int message_decode(enum message_direction direction, uint8_t kind,
                   const uint8_t *bytes, size_t length, struct message *message)
{
    const struct message_row *row = find_row(kind);
    if (row == NULL || row->direction != direction) {
        return -EINVAL;
    }
    struct cursor_reader reader = {.bytes = bytes, .length = length};
    struct message decoded = {.kind = row->kind};
    if (is_hello(decoded.kind)) {
        get_format(&reader, &decoded.format);
    } else {
        get_message(&reader, &decoded);
    }
    if (reader.is_bad || reader.at != reader.length) {
        return -EPROTO;
    }
    *message = decoded;
    return 0;
}
