/*
 * info.c - see info.h. One row per wanted field: its name and the function
 * that believes, or does not believe, its value.
 */
#include "prober/info.h"

#include <string.h>

#include "base/parse.h"
#include "base/text.h"

/* The longest value worth a look: a host name. */
#define VALUE_BYTES_MOST 255

/* `value` is ended by a NUL and holds none. */
typedef void (*info_take)(struct info *info, const char *value);

struct info_field {
    const char *name;
    info_take take;
};

static void take_role(struct info *info, const char *value)
{
    if (strcmp(value, "master") == 0) {
        info->role = ROLE_MASTER;
    } else if (strcmp(value, "slave") == 0) {
        info->role = ROLE_REPLICA;
    }
}

static void take_mode(struct info *info, const char *value)
{
    if (strcmp(value, "sentinel") == 0) {
        info->role = ROLE_SENTINEL;
    }
}

static void take_loading(struct info *info, const char *value)
{
    info->is_loading = strcmp(value, "1") == 0;
}

/* "37.24" is 3 tens. */
static void take_loaded(struct info *info, const char *value)
{
    char whole[4] = "";
    size_t digits = strspn(value, "0123456789");
    uint64_t percent = 0;
    if (digits < sizeof(whole)) {
        memcpy(whole, value, digits);
        if (parse_u64(whole, 0, 100, &percent) == 0) {
            info->loaded_tens = (uint8_t)(percent / 10);
        }
    }
}

static void take_shutdown(struct info *info, const char *value)
{
    (void)value; /* it counts down; that it is there is the news */
    info->is_shutting_down = true;
}

static void take_bgsave(struct info *info, const char *value)
{
    info->bgsave_failed = strcmp(value, "err") == 0;
}

static void take_aof(struct info *info, const char *value)
{
    info->aof_failed = strcmp(value, "err") == 0;
}

static void take_link(struct info *info, const char *value)
{
    if (strcmp(value, "up") == 0) {
        info->link = INFO_LINK_UP;
    } else if (strcmp(value, "down") == 0) {
        info->link = INFO_LINK_DOWN;
    }
}

static void take_syncing(struct info *info, const char *value)
{
    info->is_syncing = strcmp(value, "1") == 0;
}

static void take_offset(struct info *info, const char *value)
{
    info->has_offset = parse_u64(value, 0, UINT64_MAX, &info->offset) == 0;
}

static void take_master_host(struct info *info, const char *value)
{
    (void)text_escape(info->master_host, sizeof(info->master_host), value,
                      strlen(value)); /* cut is fine: it is for people */
}

static void take_master_port(struct info *info, const char *value)
{
    uint64_t port = 0;
    if (parse_u64(value, 1, UINT16_MAX, &port) == 0) {
        info->master_port = (uint16_t)port;
    }
}

static void take_process_id(struct info *info, const char *value)
{
    uint64_t process_id = 0;
    if (parse_u64(value, 1, INT32_MAX, &process_id) == 0) {
        info->process_id = (uint32_t)process_id;
    }
}

static void take_run_id(struct info *info, const char *value)
{
    size_t digits = strspn(value, "0123456789abcdef");
    if (digits == VERDICT_RUN_ID_BYTES - 1 && value[digits] == '\0') {
        (void)text_copy(info->run_id, sizeof(info->run_id), value); /* fits */
    }
}

static void take_version(struct info *info, const char *value)
{
    if (text_is_printable(value, sizeof(info->version) - 1)) {
        (void)text_copy(info->version, sizeof(info->version), value); /* fits */
    }
}

static const struct info_field info_fields[] = {
    {"redis_version", take_version},
    {"redis_mode", take_mode},
    {"process_id", take_process_id},
    {"run_id", take_run_id},
    {"shutdown_in_milliseconds", take_shutdown},
    {"loading", take_loading},
    {"loading_loaded_perc", take_loaded},
    {"rdb_last_bgsave_status", take_bgsave},
    {"aof_last_write_status", take_aof},
    {"role", take_role},
    {"master_host", take_master_host},
    {"master_port", take_master_port},
    {"master_link_status", take_link},
    {"master_sync_in_progress", take_syncing},
    {"slave_repl_offset", take_offset},
};

static const struct info_field *find_field(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(info_fields) / sizeof(info_fields[0]); i++) {
        const char *wanted = info_fields[i].name;
        if (strlen(wanted) == length && memcmp(wanted, name, length) == 0) {
            return &info_fields[i];
        }
    }
    return NULL;
}

static void read_line(struct info *info, const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    if (colon == NULL || colon == line) {
        return;
    }
    const struct info_field *field = find_field(line, (size_t)(colon - line));
    size_t value_length = length - (size_t)(colon - line) - 1;
    if (field == NULL || value_length > VALUE_BYTES_MOST ||
        memchr(colon, '\0', value_length + 1) != NULL) {
        return;
    }
    char value[VALUE_BYTES_MOST + 1];
    memcpy(value, colon + 1, value_length);
    value[value_length] = '\0';
    field->take(info, value);
}

void info_init(struct info *info)
{
    *info = (struct info){.loaded_tens = INFO_TENS_UNKNOWN};
    facts_init(&info->facts);
}

void info_read(struct info *info, const char *text, size_t length)
{
    size_t start = 0;
    while (start < length) {
        const char *line = text + start;
        const char *newline = memchr(line, '\n', length - start);
        size_t line_length =
            newline == NULL ? length - start : (size_t)(newline - line);
        start += line_length + 1;
        if (line_length > 0 && line[line_length - 1] == '\r') {
            line_length--;
        }
        read_line(info, line, line_length);
    }
}
