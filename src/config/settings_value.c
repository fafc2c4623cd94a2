/*
 * settings_value.c - see settings_value.h.
 */
#include "config/settings_value.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

#define NAME_LETTERS \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

/* Where a setter says why it refused. */
struct reason {
    char *text;
    size_t size;
};

/* Says what shape was wanted. */
static int not_so(const struct option *option, const struct reason *why)
{
    char shape[SETTINGS_WHY_BYTES];

    settings_value_shape(option, shape, sizeof(shape));
    (void)text_format(why->text, why->size, "`%s` must be %s", option->name,
                      shape); /* may be cut */
    return -EINVAL;
}

static int out_of_range(const struct option *option, const struct reason *why)
{
    char range[96];

    settings_value_range(option, range, sizeof(range));
    (void)text_format(why->text, why->size, "`%s` must be %s", option->name,
                      range); /* fits */
    return -EINVAL;
}

/* A number with a unit: a duration or a size. */
static int set_measure(const struct option *option, uint64_t *field,
                       const char *text, const struct reason *why)
{
    uint64_t value = 0;
    int error = option->type == OPTION_SIZE
                    ? parse_size(text, 0, option->highest, &value)
                    : parse_duration_ms(text, 0, option->highest, &value);
    bool is_off = error == 0 && value == 0 && option->may_be_zero;

    if (error == -EINVAL) {
        return not_so(option, why);
    }
    if (error != 0 || (value < option->lowest && !is_off)) {
        return out_of_range(option, why);
    }
    *field = value;
    return 0;
}

static int set_count(const struct option *option, uint32_t *field,
                     const char *text, const struct reason *why)
{
    uint64_t value = 0;
    int error = parse_u64(text, option->lowest, option->highest, &value);

    if (error == -ERANGE) {
        return out_of_range(option, why);
    }
    if (error != 0) {
        return not_so(option, why);
    }
    *field = (uint32_t)value;
    return 0;
}

static int set_switch(const struct option *option, bool *field,
                      const char *text, const struct reason *why)
{
    /* As YAML's core schema has them. */
    bool is_on = strcmp(text, "true") == 0 || strcmp(text, "True") == 0 ||
                 strcmp(text, "TRUE") == 0;
    bool is_off = strcmp(text, "false") == 0 || strcmp(text, "False") == 0 ||
                  strcmp(text, "FALSE") == 0;

    if (!is_on && !is_off) {
        return not_so(option, why);
    }
    *field = is_on;
    return 0;
}

static int set_choice(const struct option *option, uint32_t *field,
                      const char *text, const struct reason *why)
{
    for (uint32_t i = 0; option->words[i] != NULL; i++) {
        if (strcmp(option->words[i], text) == 0) {
            *field = i;
            return 0;
        }
    }
    return not_so(option, why);
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

/* ACL SETUSER takes no name with a space. */
static bool is_user(const char *text)
{
    return text_is_printable(text, SETTINGS_USER_BYTES - 1) &&
           strchr(text, ' ') == NULL;
}

static bool is_server_name(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length < SETTINGS_SERVER_NAME_BYTES &&
           text[0] != '.' && text[0] != '-' &&
           strspn(text, NAME_LETTERS) == length;
}

static int set_address(const struct option *option, struct address *field,
                       const char *text, const struct reason *why)
{
    const char *what = "";

    if (address_parse(text, false, field, &what) != 0) {
        (void)not_so(option, why);
        (void)text_append(why->text, why->size, ": %s", what); /* may be cut */
        return -EINVAL;
    }
    return 0;
}

static int set_listen(const struct option *option, struct address *field,
                      const char *text, const struct reason *why)
{
    struct address address;
    const char *what = "";
    bool is_good =
        address_parse(text, false, &address, &what) == 0 &&
        (address.kind == ADDRESS_IPV4 || address.kind == ADDRESS_IPV6);

    if (!is_good) {
        return not_so(option, why);
    }
    *field = address;
    return 0;
}

static bool is_servers(const char *text)
{
    char rest[SETTINGS_SERVERS_BYTES];
    char *next = rest;

    if (!text_copy(rest, sizeof(rest), text) || text[0] == '\0') {
        return false;
    }
    while (next != NULL) {
        struct address address;
        const char *what = "";
        const char *server = strsep(&next, ",");

        if (address_parse(server, false, &address, &what) != 0 ||
            address.kind == ADDRESS_UNIX) {
            return false;
        }
    }
    return true;
}

/* No address, no port, no pattern: what a browser says in Host. */
static bool is_http_names(const char *text)
{
    char rest[SETTINGS_HTTP_NAMES_BYTES];
    char *next = rest;
    bool is_good = text_copy(rest, sizeof(rest), text);

    while (is_good && next != NULL) {
        is_good = is_server_name(strsep(&next, ","));
    }
    return is_good;
}

/* A text's size with its NUL, and whether it is what the type wants. */
static size_t check_text(enum option_type type, const char *text, bool *is_good)
{
    switch (type) {
    case OPTION_NAME:
        *is_good = is_name(text);
        return SETTINGS_NAME_BYTES;
    case OPTION_USER:
        *is_good = is_user(text);
        return SETTINGS_USER_BYTES;
    case OPTION_SERVER_NAME:
        *is_good = is_server_name(text);
        return SETTINGS_SERVER_NAME_BYTES;
    case OPTION_SERVERS:
        *is_good = is_servers(text);
        return SETTINGS_SERVERS_BYTES;
    case OPTION_HTTP_NAMES:
        *is_good = is_http_names(text);
        return SETTINGS_HTTP_NAMES_BYTES;
    case OPTION_NODE_PATH:
        *is_good = is_node_path(text);
        return SETTINGS_PATH_BYTES;
    case OPTION_DIRECTORY:
        *is_good = is_directory_path(text);
        return SETTINGS_RUN_DIR_BYTES;
    case OPTION_FILE:
        *is_good = text_is_printable(text, SETTINGS_KEPT_BYTES - 1);
        return SETTINGS_KEPT_BYTES;
    case OPTION_PATTERN:
        *is_good = text_is_printable(text, SETTINGS_PATH_BYTES - 1);
        return SETTINGS_PATH_BYTES;
    case OPTION_DURATION:
    case OPTION_SIZE:
    case OPTION_COUNT:
    case OPTION_SWITCH:
    case OPTION_CHOICE:
    case OPTION_ADDRESS:
    case OPTION_LISTEN:
    case OPTION_LABELS:
    case OPTION_SECTION:
    case OPTION_REGISTRATIONS:
    case OPTION_INSTANCES:
        break; /* no texts */
    }
    *is_good = false;
    return 0;
}

static int set_text(const struct option *option, char *field, const char *text,
                    const struct reason *why)
{
    bool is_good = false;
    size_t size = check_text(option->type, text, &is_good);

    if (!is_good) {
        return not_so(option, why);
    }
    (void)text_copy(field, size, text); /* good is also short enough */
    return 0;
}

int settings_value_set(const struct option *option, void *home,
                       const char *text, char *why_text, size_t why_size)
{
    void *field = (char *)home + option->offset;
    struct reason why = {why_text, why_size};

    switch (option->type) {
    case OPTION_DURATION:
    case OPTION_SIZE:
        return set_measure(option, field, text, &why);
    case OPTION_COUNT:
        return set_count(option, field, text, &why);
    case OPTION_SWITCH:
        return set_switch(option, field, text, &why);
    case OPTION_CHOICE:
        return set_choice(option, field, text, &why);
    case OPTION_ADDRESS:
        return set_address(option, field, text, &why);
    case OPTION_LISTEN:
        return set_listen(option, field, text, &why);
    case OPTION_NAME:
    case OPTION_USER:
    case OPTION_SERVER_NAME:
    case OPTION_SERVERS:
    case OPTION_HTTP_NAMES:
    case OPTION_NODE_PATH:
    case OPTION_DIRECTORY:
    case OPTION_FILE:
    case OPTION_PATTERN:
        return set_text(option, field, text, &why);
    case OPTION_LABELS:
    case OPTION_SECTION:
    case OPTION_REGISTRATIONS:
    case OPTION_INSTANCES:
        break; /* no values: the walk goes into them */
    }
    return not_so(option, &why);
}
