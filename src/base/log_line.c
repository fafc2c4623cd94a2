/*
 * log_line.c - see log_line.h. Pure: the time is an argument.
 */
#include "base/log_line.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Kept free at the end of a line: a closing quote, the longer of the marks,
 * a brace, a newline. */
#define LINE_RESERVE 16
#define CUT_MARK_LOGFMT " cut=true"
#define CUT_MARK_JSON ",\"cut\":true"

/* Whole or not at all. */
static void put(struct log_line *line, const char *piece, size_t length)
{
    if (line->is_cut ||
        line->length + length > sizeof line->bytes - LINE_RESERVE) {
        line->is_cut = true;
        return;
    }
    memcpy(line->bytes + line->length, piece, length);
    line->length += length;
}

static void put_text(struct log_line *line, const char *text)
{
    put(line, text, strlen(text));
}

/* Into the reserve, which is large enough for all that is put so. */
static void put_last(struct log_line *line, const char *piece)
{
    size_t length = strlen(piece);
    memcpy(line->bytes + line->length, piece, length);
    line->length += length;
}

/* --- values ----------------------------------------------------------- */

static bool needs_quotes(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte <= ' ' || byte > '~' || byte == '"' || byte == '=' ||
            byte == '\\') {
            return true;
        }
    }
    return text[0] == '\0';
}

/* JSON knows no \xNN: there the backslash is itself escaped, so that both
 * formats give a reader the same text. */
static void put_quoted_byte(struct log_line *line, unsigned char byte)
{
    char piece[8];
    int length = 0;
    if (byte == '"' || byte == '\\') {
        length = snprintf(piece, sizeof piece, "\\%c", byte);
    } else if (byte == '\n') {
        length = snprintf(piece, sizeof piece, "\\n");
    } else if (byte >= ' ' && byte <= '~') {
        length = snprintf(piece, sizeof piece, "%c", byte);
    } else if (line->format == FORMAT_JSON) {
        length = snprintf(piece, sizeof piece, "\\\\x%02x", byte);
    } else {
        length = snprintf(piece, sizeof piece, "\\x%02x", byte);
    }
    put(line, piece, (size_t)length);
}

/* What was opened is closed, even if the line is cut in between. */
static void put_quoted(struct log_line *line, const char *text)
{
    put_text(line, "\"");
    if (line->is_cut) {
        return;
    }
    for (const char *at = text; *at != '\0' && !line->is_cut; at++) {
        put_quoted_byte(line, (unsigned char)*at);
    }
    put_last(line, "\"");
}

static void put_plain(struct log_line *line, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        put(line, at, 1);
    }
}

static void put_value(struct log_line *line, const char *text)
{
    if (line->format == FORMAT_JSON || needs_quotes(text)) {
        put_quoted(line, text);
    } else {
        put_plain(line, text);
    }
}

static void put_number(struct log_line *line, int64_t number)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)number);
    put(line, digits, (size_t)length);
}

/* --- fields ------------------------------------------------------------ */

static void put_key(struct log_line *line, const char *key)
{
    bool is_json = line->format == FORMAT_JSON;
    if (line->has_fields) {
        put_text(line, is_json ? "," : " ");
    }
    put_text(line, is_json ? "\"" : "");
    put_text(line, key);
    put_text(line, is_json ? "\":" : "=");
}

void log_line_field(struct log_line *line, const struct log_field *field)
{
    size_t before = line->length;
    put_key(line, field->key);
    size_t value = line->length;
    bool is_key_whole = !line->is_cut;
    if (field->is_text) {
        put_value(line, field->text != NULL ? field->text : "");
    } else {
        put_number(line, field->number);
    }
    if (!is_key_whole || (line->is_cut && line->length == value)) {
        line->length = before;
    }
    line->has_fields = true;
}

static void put_time(struct log_line *line, uint64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc = {0};
    char text[64] = "?";
    if (gmtime_r(&seconds, &utc) != NULL) {
        size_t length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
        (void)snprintf(text + length, sizeof text - length, ".%03uZ",
                       (unsigned)(wall_ms % 1000)); /* fits */
    }
    log_line_field(line, &LOG_TEXT("ts", text));
}

/* --- the line ------------------------------------------------------------ */

/* As syslog numbers them, which the journal understands. */
static const char *priority(enum log_level level)
{
    switch (level) {
    case LEVEL_ERROR:
        return "<3>";
    case LEVEL_WARNING:
        return "<4>";
    case LEVEL_INFO:
        return "<6>";
    case LEVEL_DEBUG:
        return "<7>";
    }
    return "<5>";
}

void log_line_begin(struct log_line *line, const struct log_head *head)
{
    line->length = 0;
    line->is_cut = false;
    line->has_fields = false;
    line->format = head->format;
    if (head->is_journal) {
        put_text(line, priority(head->level));
    }
    if (line->format == FORMAT_JSON) {
        put_text(line, "{");
    }
    if (!head->is_journal) {
        put_time(line, head->wall_ms);
    }
    log_line_field(line, &LOG_TEXT("level", log_level_name(head->level)));
    log_line_field(line, &LOG_TEXT("program", head->program));
    log_line_field(line, &LOG_TEXT("event", head->event));
}

void log_line_end(struct log_line *line)
{
    bool is_json = line->format == FORMAT_JSON;
    if (line->is_cut) {
        put_last(line, is_json ? CUT_MARK_JSON : CUT_MARK_LOGFMT);
    }
    put_last(line, is_json ? "}\n" : "\n");
}
