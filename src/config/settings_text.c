/*
 * settings_text.c - settings_value.h's other direction: a field as a person
 * would write it, and what may be written there.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "config/settings_value.h"

/* The largest first; the last is worth 1. */
struct unit {
    const char *name;
    uint64_t worth;
};

static const struct unit durations[] = {
    {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
static const struct unit sizes[] = {
    {"gb", 1u << 30}, {"mb", 1u << 20}, {"kb", 1u << 10}, {"", 1}};

/* In the largest unit that leaves nothing over. */
static void write_measure(char *text, size_t size, const struct option *option,
                          uint64_t value)
{
    const struct unit *unit = option->type == OPTION_SIZE ? sizes : durations;

    if (value == 0) {
        (void)text_copy(text, size, "0"); /* fits, as below */
        return;
    }
    while (value % unit->worth != 0) {
        unit++;
    }
    (void)text_format(text, size, "%" PRIu64 "%s", value / unit->worth,
                      unit->name);
}

/* "auto, on or off". */
static void write_words(char *text, size_t size, const char *const *words)
{
    text[0] = '\0';
    for (size_t i = 0; words[i] != NULL; i++) {
        const char *before = i == 0 ? "" : words[i + 1] != NULL ? ", " : " or ";
        (void)text_append(text, size, "%s%s", before, words[i]); /* fits */
    }
}

static const char *shape_of(enum option_type type)
{
    switch (type) {
    case OPTION_DURATION:
        return "a duration such as 10s (units: ms, s, m, h)";
    case OPTION_SIZE:
        return "a size such as 64mb (bytes, or units of 1024: kb, mb, gb)";
    case OPTION_COUNT:
        return "a whole number";
    case OPTION_SWITCH:
        return "true or false";
    case OPTION_NAME:
        return "1 to 64 of A-Z a-z 0-9 . _ - and no dot in front";
    case OPTION_USER:
        return "1 to 128 printable ASCII characters without a space";
    case OPTION_SERVER_NAME:
        return "a host name such as redis.internal";
    case OPTION_ADDRESS:
        return "host:port, [v6]:port or unix:/path";
    case OPTION_LISTEN:
        return "an address such as 127.0.0.1:6060";
    case OPTION_SERVERS:
        return "host:port,host:port without spaces";
    case OPTION_HTTP_NAMES:
        return "host names such as db7.internal,db7 without spaces or ports";
    case OPTION_NODE_PATH:
        return "a node's path such as /services/redis";
    case OPTION_DIRECTORY:
        return "an absolute path of at most 95 bytes";
    case OPTION_FILE:
        return "a file's path of at most 255 bytes";
    case OPTION_PATTERN:
        return "a path, with * ? [] in its last part if need be";
    case OPTION_LABELS:
    case OPTION_SECTION:
        return "a map of keys and values";
    case OPTION_REGISTRATIONS:
        return "a list of registrations";
    case OPTION_INSTANCES:
        return "a list of instances";
    case OPTION_CHOICE:
        break; /* has words of its own */
    }
    return "?";
}

void settings_value_shape(const struct option *option, char *shape, size_t size)
{
    if (option->type == OPTION_CHOICE) {
        write_words(shape, size, option->words);
    } else {
        (void)text_copy(shape, size, shape_of(option->type)); /* fits */
    }
}

void settings_value_range(const struct option *option, char *range, size_t size)
{
    char lowest[32];
    char highest[32];

    range[0] = '\0';
    if (option->type == OPTION_COUNT) {
        (void)text_format(range, size, "between %" PRIu64 " and %" PRIu64,
                          option->lowest, option->highest); /* fits */
    } else if (option->type == OPTION_DURATION || option->type == OPTION_SIZE) {
        write_measure(lowest, sizeof(lowest), option, option->lowest);
        write_measure(highest, sizeof(highest), option, option->highest);
        (void)text_format(range, size, "%sbetween %s and %s",
                          option->may_be_zero ? "0 or " : "", lowest,
                          highest); /* fits */
    }
}

bool settings_value_text(const struct option *option, const void *home,
                         char *text, size_t size)
{
    const void *field = (const char *)home + option->offset;
    const struct address *address = field;
    const uint32_t *number = field;

    switch (option->type) {
    case OPTION_DURATION:
    case OPTION_SIZE:
        write_measure(text, size, option, *(const uint64_t *)field);
        return true;
    case OPTION_COUNT:
        (void)text_format(text, size, "%" PRIu32, *number); /* fits */
        return true;
    case OPTION_SWITCH:
        (void)text_copy(text, size, *(const bool *)field ? "true" : "false");
        return true;
    case OPTION_CHOICE:
        (void)text_copy(text, size, option->words[*number]); /* fits */
        return true;
    case OPTION_ADDRESS:
    case OPTION_LISTEN:
        (void)text_copy(text, size, address_text(address).text); /* shorter */
        return address->kind != ADDRESS_NONE;
    case OPTION_NAME:
    case OPTION_USER:
    case OPTION_SERVER_NAME:
    case OPTION_SERVERS:
    case OPTION_HTTP_NAMES:
    case OPTION_NODE_PATH:
    case OPTION_DIRECTORY:
    case OPTION_FILE:
    case OPTION_PATTERN:
        (void)text_copy(text, size, field); /* no longer than a path */
        return text[0] != '\0';
    case OPTION_LABELS:
    case OPTION_SECTION:
    case OPTION_REGISTRATIONS:
    case OPTION_INSTANCES:
        break; /* not values */
    }
    return false;
}
