/*
 * settings_value.c - see settings_value.h.
 */
#include "supervisor/settings_value.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

#define NAME_LETTERS \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

const char *settings_value_shape(enum option_type type)
{
    switch (type) {
    case OPTION_DURATION:
        return "a duration such as 10s (units: ms, s, m, h)";
    case OPTION_COUNT:
        return "a whole number";
    case OPTION_SWITCH:
        return "true or false";
    case OPTION_NAME:
        return "1 to 64 of A-Z a-z 0-9 . _ - and no dot in front";
    case OPTION_ADDRESS:
        return "host:port, [v6]:port or unix:/path";
    case OPTION_LISTEN:
        return "an address such as 127.0.0.1:6060";
    case OPTION_SERVERS:
        return "host:port,host:port without spaces";
    case OPTION_NODE_PATH:
        return "a node's path such as /redis-sentinel";
    case OPTION_DIRECTORY:
        return "an absolute path of at most 95 bytes";
    case OPTION_LABELS:
    case OPTION_SECTION:
        return "a map of keys and values";
    case OPTION_INSTANCES:
        return "a list of instances";
    }
    return "?";
}

/* Says what shape was wanted. */
static int not_so(const struct option *option, char *why, size_t why_size)
{
    (void)text_format(why, why_size, "`%s` must be %s", option->name,
                      settings_value_shape(option->type)); /* fits */
    return -EINVAL;
}

static void write_bound(char *text, size_t size, const struct option *option,
                        uint64_t bound)
{
    if (option->type != OPTION_DURATION) {
        (void)text_format(text, size, "%" PRIu64, bound); /* fits */
    } else if (bound % 60000 == 0) {
        (void)text_format(text, size, "%" PRIu64 "m", bound / 60000);
    } else if (bound % 1000 == 0) {
        (void)text_format(text, size, "%" PRIu64 "s", bound / 1000);
    } else {
        (void)text_format(text, size, "%" PRIu64 "ms", bound);
    }
}

static int out_of_range(const struct option *option, char *why, size_t why_size)
{
    char lowest[32];
    char highest[32];

    write_bound(lowest, sizeof(lowest), option, option->lowest);
    write_bound(highest, sizeof(highest), option, option->highest);
    (void)text_format(why, why_size, "`%s` must be between %s and %s",
                      option->name, lowest, highest); /* fits */
    return -EINVAL;
}

static int set_duration(const struct option *option, void *field,
                        const char *text, char *why, size_t why_size)
{
    uint64_t value = 0;

    if (option->may_be_zero && strcmp(text, "0") == 0) {
        memcpy(field, &value, sizeof(value));
        return 0;
    }
    int error =
        parse_duration_ms(text, option->lowest, option->highest, &value);
    if (error == -ERANGE) {
        return out_of_range(option, why, why_size);
    }
    if (error != 0) {
        return not_so(option, why, why_size);
    }
    memcpy(field, &value, sizeof(value));
    return 0;
}

static int set_count(const struct option *option, void *field, const char *text,
                     char *why, size_t why_size)
{
    uint64_t value = 0;
    int error = parse_u64(text, option->lowest, option->highest, &value);

    if (error == -ERANGE) {
        return out_of_range(option, why, why_size);
    }
    if (error != 0) {
        return not_so(option, why, why_size);
    }
    uint32_t count = (uint32_t)value;
    memcpy(field, &count, sizeof(count));
    return 0;
}

static int set_switch(const struct option *option, void *field,
                      const char *text, char *why, size_t why_size)
{
    bool is_on = strcmp(text, "true") == 0;

    if (!is_on && strcmp(text, "false") != 0) {
        return not_so(option, why, why_size);
    }
    memcpy(field, &is_on, sizeof(is_on));
    return 0;
}

static bool is_name(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length < SETTINGS_NAME_BYTES && text[0] != '.' &&
           strspn(text, NAME_LETTERS) == length;
}

/* As ZooKeeper's PathUtils.validatePath wants it, and printable. */
static bool is_node_path(const char *text)
{
    if (text[0] != '/' || !text_is_printable(text, SETTINGS_PATH_BYTES / 2)) {
        return false;
    }
    for (const char *part = text; *part == '/';) {
        size_t length = strcspn(part + 1, "/");
        bool is_dots = (length == 1 && part[1] == '.') ||
                       (length == 2 && strncmp(part + 1, "..", 2) == 0);
        if (length == 0 || is_dots) {
            return false;
        }
        part += 1 + length;
    }
    return true;
}

static bool is_directory_path(const char *text)
{
    return text[0] == '/' &&
           text_is_printable(text, SETTINGS_RUN_DIR_BYTES - 1);
}

static int set_address(const struct option *option, void *field,
                       const char *text, char *why, size_t why_size)
{
    struct address address;
    const char *what = "";

    if (address_parse(text, false, &address, &what) != 0) {
        (void)text_format(why, why_size, "`%s` must be %s: %s", option->name,
                          settings_value_shape(option->type), what); /* fits */
        return -EINVAL;
    }
    memcpy(field, &address, sizeof(address));
    return 0;
}

static int set_listen(const struct option *option, void *field,
                      const char *text, char *why, size_t why_size)
{
    struct address address;
    const char *what = "";
    bool is_good =
        address_parse(text, false, &address, &what) == 0 &&
        (address.kind == ADDRESS_IPV4 || address.kind == ADDRESS_IPV6);

    if (!is_good) {
        return not_so(option, why, why_size);
    }
    memcpy(field, &address, sizeof(address));
    return 0;
}

static int set_servers(const struct option *option, char *field,
                       const char *text, char *why, size_t why_size)
{
    char rest[SETTINGS_SERVERS_BYTES];
    char *next = rest;

    if (!text_copy(rest, sizeof(rest), text) || text[0] == '\0') {
        return not_so(option, why, why_size);
    }
    while (next != NULL) {
        struct address address;
        const char *what = "";
        const char *server = strsep(&next, ",");

        if (address_parse(server, false, &address, &what) != 0 ||
            address.kind == ADDRESS_UNIX) {
            return not_so(option, why, why_size);
        }
    }
    (void)text_copy(field, SETTINGS_SERVERS_BYTES, text); /* as `rest` */
    return 0;
}

static int set_text(const struct option *option, char *field, size_t size,
                    const char *text, bool is_good, char *why, size_t why_size)
{
    if (!is_good || !text_copy(field, size, text)) {
        return not_so(option, why, why_size);
    }
    return 0;
}

int settings_value_set(const struct option *option, void *base,
                       const char *text, bool is_quoted, char *why,
                       size_t why_size)
{
    void *field = (char *)base + option->offset;

    switch (option->type) {
    case OPTION_DURATION:
        return set_duration(option, field, text, why, why_size);
    case OPTION_COUNT:
        return is_quoted ? not_so(option, why, why_size)
                         : set_count(option, field, text, why, why_size);
    case OPTION_SWITCH:
        return is_quoted ? not_so(option, why, why_size)
                         : set_switch(option, field, text, why, why_size);
    case OPTION_NAME:
        return set_text(option, field, SETTINGS_NAME_BYTES, text, is_name(text),
                        why, why_size);
    case OPTION_ADDRESS:
        return set_address(option, field, text, why, why_size);
    case OPTION_LISTEN:
        return set_listen(option, field, text, why, why_size);
    case OPTION_SERVERS:
        return set_servers(option, field, text, why, why_size);
    case OPTION_NODE_PATH:
        return set_text(option, field, SETTINGS_PATH_BYTES, text,
                        is_node_path(text), why, why_size);
    case OPTION_DIRECTORY:
        return set_text(option, field, SETTINGS_RUN_DIR_BYTES, text,
                        is_directory_path(text), why, why_size);
    case OPTION_LABELS:
    case OPTION_SECTION:
    case OPTION_INSTANCES:
        break; /* no values: the walk goes into them */
    }
    return not_so(option, why, why_size);
}
