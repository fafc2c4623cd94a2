/*
 * log_fold.c - see log_fold.h.
 *
 * A line's key is a 64-bit FNV-1a of what is compared. Two lines of the same
 * key by chance, one in 2^64, would be taken for the same.
 */
#include "base/log_fold.h"

#include <string.h>

#include "base/text.h"

/* --- keys --------------------------------------------------------------- */

static void mix(uint64_t *key, const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < length; i++) {
        *key = (*key ^ byte[i]) * 0x100000001b3u;
    }
}

/* With its NUL, so that no text runs into the next. */
static void mix_text(uint64_t *key, const char *text)
{
    mix(key, text, strlen(text) + 1);
}

static bool is_never_the_same(const char *name)
{
    static const char *const names[] = {"pid", "prober", "request"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return length > 3 && strcmp(name + length - 3, "_ms") == 0;
}

static void mix_field(uint64_t *key, const struct log_field *field)
{
    mix_text(key, field->key);
    if (field->is_text) {
        mix_text(key, field->text != NULL ? field->text : "");
    } else if (!is_never_the_same(field->key)) {
        mix(key, &field->number, sizeof field->number);
    }
}

void log_fold_name(struct log_said *said, enum log_level level,
                   const char *event, const struct log_field *fields)
{
    uint64_t key = 0xcbf29ce484222325u;
    *said = (struct log_said){.level = level, .event = event, .fields = fields};
    mix(&key, &level, sizeof level);
    mix_text(&key, event);
    said->event_key = key != 0 ? key : 1;
    for (const struct log_field *field = fields; field->key != NULL; field++) {
        mix_field(&key, field);
    }
    said->line_key = key != 0 ? key : 1;
}

/* --- the two tables ----------------------------------------------------- */

static struct log_kind *find(struct log_kind *kinds, uint64_t key)
{
    for (size_t i = 0; i < LOG_FOLD_KINDS; i++) {
        if (kinds[i].key == key) {
            return &kinds[i];
        }
    }
    return NULL;
}

static struct log_kind *find_oldest(struct log_kind *kinds)
{
    struct log_kind *oldest = &kinds[0];
    for (size_t i = 1; i < LOG_FOLD_KINDS; i++) {
        if (kinds[i].since_ms < oldest->since_ms) {
            oldest = &kinds[i];
        }
    }
    return oldest;
}

static void forget(struct log_kind *kind)
{
    memset(kind, 0, sizeof *kind);
}

/* Good news and plain facts are counted only while nothing else is said: what
 * happened in between may be why they are said again. */
static bool is_trouble(enum log_level level)
{
    return level <= LEVEL_WARNING;
}

static bool is_over(const struct log_kind *kind, uint64_t next_key,
                    uint64_t now_ms)
{
    return now_ms - kind->since_ms >= LOG_FOLD_MS ||
           (next_key != 0 && next_key != kind->key && !is_trouble(kind->level));
}

/* Forgets what is over until one is found that has something to tell. Should
 * `next_key` then find no room, the oldest gives way. */
static bool take_over(struct log_kind *kinds, uint64_t next_key,
                      uint64_t now_ms, struct log_kind *told)
{
    for (size_t i = 0; i < LOG_FOLD_KINDS; i++) {
        struct log_kind *kind = &kinds[i];
        if (kind->key != 0 && is_over(kind, next_key, now_ms)) {
            *told = *kind;
            forget(kind);
            if (told->held > 0) {
                return true;
            }
        }
    }
    if (next_key == 0 || find(kinds, next_key) != NULL ||
        find(kinds, 0) != NULL) {
        return false;
    }
    struct log_kind *oldest = find_oldest(kinds);
    *told = *oldest;
    forget(oldest);
    return told->held > 0;
}

bool log_fold_take_told(struct log_fold *fold, const struct log_said *said,
                        uint64_t now_ms, struct log_kind *told)
{
    uint64_t line_key = said != NULL ? said->line_key : 0;
    bool is_counted = said != NULL && is_trouble(said->level);
    return take_over(fold->lines, line_key, now_ms, told) ||
           take_over(fold->events, is_counted ? said->event_key : 0, now_ms,
                     told);
}

bool log_fold_take_any(struct log_fold *fold, struct log_kind *told)
{
    return log_fold_take_told(fold, NULL, UINT64_MAX, told);
}

/* --- one line ------------------------------------------------------------ */

static void describe(struct log_kind *kind, const struct log_field *fields)
{
    bool fits = true;
    for (const struct log_field *field = fields; field->key != NULL && fits;
         field++) {
        const char *space = kind->fields[0] == '\0' ? "" : " ";
        if (field->is_text) {
            fits =
                text_append(kind->fields, sizeof kind->fields, "%s%s=%s", space,
                            field->key, field->text != NULL ? field->text : "");
        } else if (!is_never_the_same(field->key)) {
            fits = text_append(kind->fields, sizeof kind->fields, "%s%s=%lld",
                               space, field->key, (long long)field->number);
        }
    }
}

/* Under `key` in a free place: take_over has made sure that there is one. */
static struct log_kind *remember(struct log_kind *kinds, uint64_t key,
                                 const struct log_said *said, uint64_t now_ms)
{
    struct log_kind *kind = find(kinds, 0);
    if (kind == NULL) {
        return NULL;
    }
    kind->key = key;
    kind->level = said->level;
    kind->since_ms = now_ms;
    (void)text_copy(kind->event, sizeof kind->event,
                    said->event); /* cut, still of use */
    return kind;
}

static bool is_within_burst(struct log_fold *fold, const struct log_said *said,
                            uint64_t now_ms)
{
    struct log_kind *kind = find(fold->events, said->event_key);
    if (kind == NULL) {
        kind = remember(fold->events, said->event_key, said, now_ms);
    }
    if (kind == NULL) {
        return true;
    }
    kind->is_whole_event = true;
    if (kind->written >= LOG_FOLD_BURST) {
        kind->held++;
        return false;
    }
    kind->written++;
    return true;
}

bool log_fold_admits(struct log_fold *fold, const struct log_said *said,
                     uint64_t now_ms)
{
    struct log_kind *kind = find(fold->lines, said->line_key);
    if (kind != NULL) {
        kind->held++;
        return false;
    }
    if (is_trouble(said->level) && !is_within_burst(fold, said, now_ms)) {
        return false;
    }
    kind = remember(fold->lines, said->line_key, said, now_ms);
    if (kind != NULL) {
        describe(kind, said->fields);
    }
    return true;
}

void log_fold_forget(struct log_fold *fold, const struct log_said *said)
{
    struct log_kind *kind = find(fold->lines, said->line_key);
    if (kind != NULL) {
        forget(kind);
    }
}
