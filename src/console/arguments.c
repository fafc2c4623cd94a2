/*
 * arguments.c - one row an argument.
 */
#include "console/arguments.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "console/unescape.h"

/* Room for the longest value, and one byte more to see that it is longer. */
#define VALUE_BYTES (MAINT_REASON_BYTES + 1)

static int take_debug(struct arguments *arguments, const char *value)
{
    uint64_t level = 0;
    int status = parse_u64(value, 0, 2, &level);
    if (status == 0) {
        arguments->debug = (unsigned)level;
    }
    return status;
}

static int take_when(struct arguments *arguments, const char *value)
{
    arguments->wants_writable = strcmp(value, "writable") == 0;
    bool is_known = arguments->wants_writable || strcmp(value, "readable") == 0;
    return is_known ? 0 : -EINVAL;
}

static int take_text(struct arguments *arguments, const char *value)
{
    (void)value; /* the key alone says it */
    arguments->wants_text = true;
    return 0;
}

static int take_since(struct arguments *arguments, const char *value)
{
    int status = parse_u64(value, 0, UINT64_MAX, &arguments->since);
    arguments->has_since = status == 0;
    return status;
}

static int take_operator(struct arguments *arguments, const char *value)
{
    bool fits = text_copy(arguments->operator_name,
                          sizeof arguments->operator_name, value);
    return fits ? 0 : -EINVAL;
}

static int take_reason(struct arguments *arguments, const char *value)
{
    bool fits = text_copy(arguments->reason, sizeof arguments->reason, value);
    return fits ? 0 : -EINVAL;
}

static const struct argument {
    const char *key;
    int (*take)(struct arguments *arguments, const char *value);
} known[] = {
    {"debug", take_debug}, {"when", take_when},         {"since", take_since},
    {"text", take_text},   {"operator", take_operator}, {"reason", take_reason},
};

static const struct argument *find_argument(const char *key, size_t length)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].key) == length &&
            memcmp(known[i].key, key, length) == 0) {
            return &known[i];
        }
    }
    return NULL;
}

/* One "key=value" of `length` bytes. */
static int take_pair(struct arguments *arguments, const char *pair,
                     size_t length)
{
    char value[VALUE_BYTES];
    const char *equals = memchr(pair, '=', length);
    size_t key_length = equals != NULL ? (size_t)(equals - pair) : length;
    const struct argument *argument = find_argument(pair, key_length);
    if (argument == NULL) {
        return 0;
    }
    const char *raw = equals != NULL ? equals + 1 : pair + length;
    size_t raw_length = (size_t)(pair + length - raw);
    if (unescape_argument(raw, raw_length, value, sizeof value) != 0 ||
        argument->take(arguments, value) != 0) {
        return -EINVAL;
    }
    return 0;
}

int arguments_decode(const char *query, struct arguments *arguments)
{
    struct arguments found = {0};
    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        int status = take_pair(&found, query, length);
        if (status != 0) {
            return status;
        }
        query += length;
        query += *query == '&' ? 1 : 0;
    }
    *arguments = found;
    return 0;
}
