/*
 * message.c - each message as bytes, field by field, and back.
 *
 * Two cursors do the work: a writer that refuses to run over its room and a
 * reader that turns bad at the first byte that is missing or out of range and
 * then reads zeros, so that a decoder is a plain list of fields with one
 * question at its end. For each message with a body one put_ and one get_
 * function stand next to each other; they must name the same fields in the
 * same order, which the round trip in test/unit and test/fuzz proves.
 */
#include "wire/message.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"

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

/* --- the cursors ------------------------------------------------------ */

struct writer {
    uint8_t *bytes;
    size_t room;
    size_t length;
    bool is_full;
};

struct reader {
    const uint8_t *bytes;
    size_t length;
    size_t at;
    bool is_bad;
};

static void put_bytes(struct writer *writer, const void *bytes, size_t length)
{
    if (writer->is_full || length > writer->room - writer->length) {
        writer->is_full = true;
        return;
    }
    memcpy(writer->bytes + writer->length, bytes, length);
    writer->length += length;
}

/* The lowest `width` bytes, the least first. */
static void put_number(struct writer *writer, uint64_t number, size_t width)
{
    uint8_t bytes[sizeof number];
    for (size_t i = 0; i < width; i++) {
        bytes[i] = (uint8_t)(number >> (8 * i));
    }
    put_bytes(writer, bytes, width);
}

static void put_u8(struct writer *writer, unsigned number)
{
    assert(number <= UINT8_MAX);
    put_number(writer, number, 1);
}

static void put_u32(struct writer *writer, uint32_t number)
{
    put_number(writer, number, 4);
}

static void put_u64(struct writer *writer, uint64_t number)
{
    put_number(writer, number, 8);
}

static void put_text_of(struct writer *writer, const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    assert(length < size);
    put_number(writer, length, 2);
    put_bytes(writer, text, length);
}

#define put_text(writer, field) put_text_of((writer), (field), sizeof(field))

static const uint8_t *get_bytes(struct reader *reader, size_t length)
{
    if (reader->is_bad || length > reader->length - reader->at) {
        reader->is_bad = true;
        return NULL;
    }
    const uint8_t *bytes = reader->bytes + reader->at;
    reader->at += length;
    return bytes;
}

static uint64_t get_number(struct reader *reader, size_t width)
{
    const uint8_t *bytes = get_bytes(reader, width);
    uint64_t number = 0;
    for (size_t i = 0; bytes != NULL && i < width; i++) {
        number |= (uint64_t)bytes[i] << (8 * i);
    }
    return number;
}

static uint32_t get_u32(struct reader *reader)
{
    return (uint32_t)get_number(reader, 4);
}

static uint64_t get_u64(struct reader *reader)
{
    return get_number(reader, 8);
}

/* A value below `count`, else the reader turns bad. */
static unsigned get_below(struct reader *reader, unsigned count)
{
    unsigned value = (unsigned)get_number(reader, 1);
    if (value >= count) {
        reader->is_bad = true;
        return 0;
    }
    return value;
}

static bool get_bool(struct reader *reader)
{
    return get_below(reader, 2) == 1;
}

/* An id or a time-out: anything but 0. */
static uint64_t get_some(struct reader *reader, size_t width)
{
    uint64_t number = get_number(reader, width);
    reader->is_bad = reader->is_bad || number == 0;
    return number;
}

static void get_text_of(struct reader *reader, char *text, size_t size)
{
    size_t length = (size_t)get_number(reader, 2);
    const uint8_t *bytes = get_bytes(reader, length);
    if (bytes == NULL || length >= size || memchr(bytes, 0, length) != NULL) {
        reader->is_bad = true;
        return;
    }
    memcpy(text, bytes, length);
    text[length] = '\0';
}

/* Empty, or printable ASCII: it is shown to people and put into JSON. */
static void get_shown_of(struct reader *reader, char *text, size_t size)
{
    get_text_of(reader, text, size);
    if (!reader->is_bad && text[0] != '\0' && !text_is_printable(text, size)) {
        reader->is_bad = true;
    }
}

#define get_text(reader, field) get_text_of((reader), (field), sizeof(field))
#define get_shown(reader, field) get_shown_of((reader), (field), sizeof(field))

/* --- each message's fields -------------------------------------------- */

static void put_probe(struct writer *writer, const struct message_probe *probe)
{
    put_u64(writer, probe->task);
    put_u32(writer, probe->timeout_ms);
    put_u8(writer, probe->is_deep);
    put_u8(writer, probe->canary);
    put_text(writer, probe->addr);
}

static void get_probe(struct reader *reader, struct message_probe *probe)
{
    probe->task = get_some(reader, 8);
    probe->timeout_ms = (uint32_t)get_some(reader, 4);
    probe->is_deep = get_bool(reader);
    probe->canary = get_bool(reader);
    get_shown(reader, probe->addr);
}

static void put_verdict(struct writer *writer, const struct verdict *verdict)
{
    put_u8(writer, verdict->state);
    put_u8(writer, verdict->reason);
    put_u8(writer, verdict->readable);
    put_u8(writer, verdict->writable);
    put_u8(writer, verdict->role);
    put_u32(writer, verdict->conditions);
    put_text(writer, verdict->detail);
    put_text(writer, verdict->run_id);
    put_text(writer, verdict->version);
    put_text(writer, verdict->master);
}

static void get_verdict(struct reader *reader, struct verdict *verdict)
{
    verdict->state = get_below(reader, STATE_COUNT);
    verdict->reason = get_below(reader, REASON_COUNT);
    verdict->readable = get_below(reader, ABILITY_COUNT);
    verdict->writable = get_below(reader, ABILITY_COUNT);
    verdict->role = get_below(reader, ROLE_COUNT);
    verdict->conditions = get_u32(reader);
    get_shown(reader, verdict->detail);
    get_shown(reader, verdict->run_id);
    get_shown(reader, verdict->version);
    get_shown(reader, verdict->master);
    if (verdict->state == STATE_NONE || verdict->writable == ABILITY_STALE ||
        verdict->conditions >> REASON_COUNT != 0) {
        reader->is_bad = true;
    }
}

static void put_result(struct writer *writer, const struct result *result)
{
    put_u64(writer, result->task);
    put_u8(writer, result->is_deep);
    put_verdict(writer, &result->verdict);
    for (size_t step = 0; step < STEP_COUNT; step++) {
        put_u32(writer, result->stage_us[step]);
    }
    put_u32(writer, result->redis_pid);
}

static void get_result(struct reader *reader, struct result *result)
{
    result->task = get_some(reader, 8);
    result->is_deep = get_bool(reader);
    get_verdict(reader, &result->verdict);
    for (size_t step = 0; step < STEP_COUNT; step++) {
        result->stage_us[step] = get_u32(reader);
    }
    result->redis_pid = get_u32(reader);
    reader->is_bad = reader->is_bad || result->redis_pid > INT32_MAX;
}

static void put_publish_settings(
    struct writer *writer, const struct message_publish_settings *settings)
{
    put_u32(writer, settings->session_timeout_ms);
    put_text(writer, settings->servers);
    put_text(writer, settings->run_dir);
}

static void get_publish_settings(struct reader *reader,
                                 struct message_publish_settings *settings)
{
    settings->session_timeout_ms = (uint32_t)get_some(reader, 4);
    get_shown(reader, settings->servers);
    get_text(reader, settings->run_dir);
}

static void put_session(struct writer *writer,
                        const struct message_session *session)
{
    put_u8(writer, session->state);
    put_u64(writer, session->session_id);
    put_u32(writer, session->negotiated_ms);
    put_u64(writer, session->sessions);
    put_u64(writer, session->writes);
    put_u64(writer, session->transactions);
    put_u64(writer, session->failures);
    put_text(writer, session->server);
}

static void get_session(struct reader *reader, struct message_session *session)
{
    session->state = get_below(reader, ZOOKEEPER_STATE_COUNT);
    session->session_id = get_u64(reader);
    session->negotiated_ms = get_u32(reader);
    session->sessions = get_u64(reader);
    session->writes = get_u64(reader);
    session->transactions = get_u64(reader);
    session->failures = get_u64(reader);
    get_shown(reader, session->server);
}

static void put_published(struct writer *writer,
                          const struct message_published *published)
{
    put_u32(writer, published->instance);
    put_u64(writer, published->claim_version);
    put_u64(writer, published->since_wall_ms);
    put_u64(writer, published->czxid);
    put_u32(writer, (uint32_t)published->node_version);
}

static void get_published(struct reader *reader,
                          struct message_published *published)
{
    published->instance = get_u32(reader);
    published->claim_version = get_u64(reader);
    published->since_wall_ms = get_u64(reader);
    published->czxid = get_u64(reader);
    published->node_version = (int32_t)get_u32(reader);
    if (published->instance >= SETTINGS_INSTANCES_MOST) {
        reader->is_bad = true;
    }
}

static void put_alarm(struct writer *writer, const struct message_alarm *alarm)
{
    put_u8(writer, alarm->is_raised);
    put_u64(writer, alarm->since_wall_ms);
    put_text(writer, alarm->what);
    put_text(writer, alarm->path);
    put_text(writer, alarm->detail);
}

static void get_alarm(struct reader *reader, struct message_alarm *alarm)
{
    alarm->is_raised = get_bool(reader);
    alarm->since_wall_ms = get_u64(reader);
    get_shown(reader, alarm->what);
    get_shown(reader, alarm->path);
    get_shown(reader, alarm->detail);
    reader->is_bad = reader->is_bad || alarm->what[0] == '\0';
}

/* --- public ----------------------------------------------------------- */

static void put_message(struct writer *writer, const struct message *message)
{
    switch (message->kind) {
    case MESSAGE_PROBE:
        put_probe(writer, &message->probe);
        break;
    case MESSAGE_RESULT:
        put_result(writer, &message->result);
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
    case MESSAGE_RETIRE:
    case MESSAGE_PROBER_HELLO:
    case MESSAGE_LOOK:
    case MESSAGE_WITHDRAW:
    case MESSAGE_PUBLISHER_HELLO:
    case MESSAGE_CONSOLE_HELLO:
        break; /* the kind says it all */
    }
}

static void get_message(struct reader *reader, struct message *message)
{
    switch (message->kind) {
    case MESSAGE_PROBE:
        get_probe(reader, &message->probe);
        break;
    case MESSAGE_RESULT:
        get_result(reader, &message->result);
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
    case MESSAGE_RETIRE:
    case MESSAGE_PROBER_HELLO:
    case MESSAGE_LOOK:
    case MESSAGE_WITHDRAW:
    case MESSAGE_PUBLISHER_HELLO:
    case MESSAGE_CONSOLE_HELLO:
        break; /* the kind says it all */
    }
}

int message_encode(const struct message *message, uint8_t *bytes, size_t room,
                   size_t *length)
{
    assert(find_row(message->kind) != NULL);
    struct writer writer = {.bytes = bytes, .room = room};
    put_message(&writer, message);
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
    struct reader reader = {.bytes = bytes, .length = length};
    struct message decoded = {.kind = row->kind};
    get_message(&reader, &decoded);
    if (reader.is_bad || reader.at != reader.length) {
        return -EPROTO;
    }
    *message = decoded;
    return 0;
}
