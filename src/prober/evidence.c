/*
 * evidence.c - see evidence.h.
 */
#include "prober/evidence.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

struct error_row {
    const char *prefix;
    enum evidence_error error;
};

#define EVIDENCE_ROW(constant, text) {text, constant},
static const struct error_row error_rows[] = {
    EVIDENCE_ERROR_TABLE(EVIDENCE_ROW)};
#undef EVIDENCE_ROW

static bool text_is(const struct reply_part *part, const char *wanted)
{
    return part->length == strlen(wanted) &&
           memcmp(part->text, wanted, part->length) == 0;
}

/* The prefix must end where a word ends. */
static bool begins_with(const struct reply_part *part, const char *prefix)
{
    size_t length = strlen(prefix);
    return part->length >= length && memcmp(part->text, prefix, length) == 0 &&
           (part->length == length || part->text[length] == ' ');
}

static enum evidence_error classify_error(const struct reply_part *part)
{
    for (size_t i = 0; i < sizeof(error_rows) / sizeof(error_rows[0]); i++) {
        if (begins_with(part, error_rows[i].prefix)) {
            return error_rows[i].error;
        }
    }
    return ERROR_OTHER;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Figures change from round to round, and a node must not: each becomes one
 * '#'. Of a stranger's bytes, so before they are escaped, which makes figures
 * of its own. Returns the bytes written. */
static size_t mask_figures(char *target, size_t size, const char *bytes,
                           size_t length)
{
    size_t used = 0;
    for (size_t i = 0; i < length && used < size; i++) {
        bool goes_on = i > 0 && is_digit(bytes[i - 1]);
        if (!is_digit(bytes[i])) {
            target[used++] = bytes[i];
        } else if (!goes_on) {
            target[used++] = '#';
        }
    }
    return used;
}

static void note_complaint(struct evidence *evidence, enum command command,
                           const struct reply_part *part)
{
    if (evidence->complaint[0] != '\0') {
        return;
    }
    if (command == COMMAND_AUTH) { /* some answers to it quote the password */
        (void)text_copy(evidence->complaint, sizeof(evidence->complaint),
                        "AUTH was answered in words that are not known");
        return; /* it fits */
    }
    char masked[EVIDENCE_COMPLAINT_BYTES];
    char words[EVIDENCE_COMPLAINT_BYTES];
    size_t length = part->text == NULL ? 0
                                       : mask_figures(masked, sizeof(masked),
                                                      part->text, part->length);
    (void)text_escape(words, sizeof(words), masked,
                      length); /* cut is fine: it is for people */
    (void)text_format(evidence->complaint, sizeof(evidence->complaint),
                      "%s: %s", flight_command_name(command),
                      words[0] == '\0' ? "an odd reply" : words);
}

static void note_error(struct evidence *evidence, enum command command,
                       const struct reply_part *part)
{
    struct evidence_reply *reply = &evidence->replies[command];
    reply->answer = ANSWER_ERROR;
    reply->error = classify_error(part);
    if (reply->error == ERROR_OTHER) {
        note_complaint(evidence, command, part);
    }
}

static void note_role_name(struct evidence_role *role,
                           const struct reply_part *part)
{
    if (text_is(part, "master")) {
        role->role = ROLE_MASTER;
    } else if (text_is(part, "slave")) {
        role->role = ROLE_REPLICA;
    } else if (text_is(part, "sentinel")) {
        role->role = ROLE_SENTINEL;
    }
}

/* A replica says: "slave", master's host, master's port, link, offset. */
static void note_replica_part(struct evidence_role *role,
                              const struct reply_part *part)
{
    bool is_text = part->kind == REPLY_STRING;
    if (part->position == 1 && is_text) {
        (void)text_escape(role->master_host, sizeof(role->master_host),
                          part->text, part->length); /* cut is fine */
    } else if (part->position == 2 && part->kind == REPLY_INTEGER &&
               part->number > 0 && part->number <= UINT16_MAX) {
        role->master_port = (uint16_t)part->number;
    } else if (part->position == 3 && is_text) {
        role->is_connected = text_is(part, "connected");
    }
}

static void note_role_part(struct evidence *evidence,
                           const struct reply_part *part)
{
    struct evidence_role *role = &evidence->role;
    if (part->depth != 1) {
        return;
    }
    if (part->position == 0 && part->kind == REPLY_STRING) {
        note_role_name(role, part);
    } else if (role->role == ROLE_REPLICA) {
        note_replica_part(role, part);
    }
}

/* What each command is answered with when all is well. */
static bool is_expected(enum command command, const struct reply_part *part)
{
    switch (command) {
    case COMMAND_AUTH:
        return part->kind == REPLY_STATUS && text_is(part, "OK");
    case COMMAND_PING:
        return part->kind == REPLY_STATUS && text_is(part, "PONG");
    case COMMAND_ROLE:
        return part->kind == REPLY_ARRAY;
    case COMMAND_INFO:
    case COMMAND_CLUSTER:
        return part->kind == REPLY_STRING;
    case COMMAND_CANARY:
        return part->kind == REPLY_INTEGER;
    case COMMAND_COUNT:
        break;
    }
    return false;
}

void evidence_init(struct evidence *evidence, const struct flight *flight)
{
    struct evidence_known known = evidence->known;
    *evidence = (struct evidence){.end = EVIDENCE_AGENT, .known = known};
    info_init(&evidence->info);
    for (unsigned i = 0; i < flight->count; i++) {
        evidence->replies[flight->commands[i]].is_asked = true;
    }
    evidence->is_deep = evidence->replies[COMMAND_ROLE].is_asked;
}

void evidence_note(struct evidence *evidence, enum command command,
                   const struct reply_part *part)
{
    struct evidence_reply *reply = &evidence->replies[command];
    if (part->depth > 0) {
        if (command == COMMAND_ROLE) {
            note_role_part(evidence, part);
        }
    } else if (part->kind == REPLY_ERROR) {
        note_error(evidence, command, part);
    } else if (!is_expected(command, part)) {
        reply->answer = ANSWER_ODD;
        note_complaint(evidence, command, part);
    } else {
        reply->answer = ANSWER_GOOD;
        if (command == COMMAND_INFO) {
            info_read(&evidence->info, part->text, part->length);
        } else if (command == COMMAND_CLUSTER) {
            cluster_read(&evidence->cluster, part->text, part->length);
        }
    }
}

/* PING was answered in words of Redis. */
static bool is_redis(const struct evidence *evidence)
{
    const struct evidence_reply *ping = &evidence->replies[COMMAND_PING];
    return ping->answer == ANSWER_GOOD ||
           (ping->answer == ANSWER_ERROR && ping->error != ERROR_OTHER);
}

enum evidence_end evidence_end_of(const struct evidence *evidence,
                                  const struct flight *flight,
                                  unsigned answered, int status)
{
    if (status == -ENOMEM) {
        return EVIDENCE_AGENT;
    }
    bool is_info = status == -EMSGSIZE && answered < flight->count &&
                   flight->commands[answered] == COMMAND_INFO;
    return is_info && is_redis(evidence) ? EVIDENCE_LONG_INFO
                                         : EVIDENCE_PROTOCOL;
}

void evidence_close(struct evidence *evidence, const struct flight *flight,
                    unsigned answered, enum evidence_end end, int error)
{
    /* At every other end the peer had spoken as Redis does, as far as it
     * spoke: refused, unreachable and silent ones said nothing, and trouble of
     * our own takes nothing from what was said before it. */
    bool is_believed = end != EVIDENCE_PROTOCOL && end != EVIDENCE_TLS;
    for (unsigned i = is_believed ? answered : 0; i < flight->count; i++) {
        evidence->replies[flight->commands[i]].answer = ANSWER_NONE;
    }
    if (!is_believed) {
        info_init(&evidence->info);
        evidence->cluster = (struct cluster){.is_down = false};
    }
    if (evidence->replies[COMMAND_ROLE].answer != ANSWER_GOOD) {
        evidence->role = (struct evidence_role){.role = ROLE_UNKNOWN};
    }
    evidence->answered = answered;
    evidence->end = end;
    evidence->error = error;
}

bool evidence_has_error(const struct evidence *evidence,
                        enum evidence_error error)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (evidence->replies[i].answer == ANSWER_ERROR &&
            evidence->replies[i].error == error) {
            return true;
        }
    }
    return false;
}
