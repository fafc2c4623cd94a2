/*
 * info.c - see info.h. One row per wanted field: its name and the function
 * that believes, or does not believe, its value; or the fact it is, as the
 * table of facts has it.
 *
 * INFO has some 200 lines, of which we want one in five. A line is compared
 * with the names of its own length only: three, mostly none.
 */
#include "prober/info.h"

#include <assert.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "prober/pairs.h"

/* The longest value worth a look: a host name. */
#define VALUE_BYTES_MOST 255
#define NAME_BYTES_MOST 31

/* `value` is ended by a NUL and holds none. */
typedef void (*info_take)(struct info *info, const char *value);

struct info_field {
    const char *name;
    info_take take; /* NULL: the value is the number of `fact` */
    enum fact fact;
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
    for (int mode = MODE_UNKNOWN + 1; mode < MODE_COUNT; mode++) {
        if (strcmp(value, mode_name((enum mode)mode)) == 0) {
            info->facts.mode = (enum mode)mode;
        }
    }
    if (info->facts.mode == MODE_SENTINEL) {
        info->role = ROLE_SENTINEL; /* its INFO has no role */
    }
}

static void take_loading(struct info *info, const char *value)
{
    info->is_loading = strcmp(value, "1") == 0;
}

/* "37.24" is 37 percent, and 3 tens. */
static void take_loaded(struct info *info, const char *value)
{
    char whole[4] = "";
    size_t digits = strspn(value, "0123456789");
    uint64_t percent = 0;
    if (digits < sizeof(whole)) {
        memcpy(whole, value, digits);
        if (parse_u64(whole, 0, 100, &percent) == 0) {
            info->loaded_tens = (uint8_t)(percent / 10);
            info->facts.values[FACT_LOADED] = (int64_t)percent;
        }
    }
}

static void take_shutdown(struct info *info, const char *value)
{
    (void)value; /* it counts down; that it is there is the news */
    info->is_shutting_down = true;
}

/* "ok" or "err"; anything else tells nothing. */
static bool take_failure(struct info *info, enum fact fact, const char *value)
{
    bool has_failed = strcmp(value, "err") == 0;
    if (has_failed || strcmp(value, "ok") == 0) {
        info->facts.values[fact] = has_failed;
    }
    return has_failed;
}

static void take_bgsave(struct info *info, const char *value)
{
    info->bgsave_failed = take_failure(info, FACT_SAVE_FAILED, value);
}

static void take_aof(struct info *info, const char *value)
{
    info->aof_failed = take_failure(info, FACT_AOF_FAILED, value);
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

static void take_read_offset(struct info *info, const char *value)
{
    info->has_read_offset =
        parse_u64(value, 0, UINT64_MAX, &info->read_offset) == 0;
}

static void take_silence(struct info *info, const char *value)
{
    info->has_silence = parse_u64(value, 0, INT64_MAX, &info->silence_s) == 0;
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
    {"redis_version", take_version, FACT_COUNT},
    {"valkey_version", take_version, FACT_COUNT}, /* comes after the other,
                             which says there with whom it is compatible */
    {"redis_mode", take_mode, FACT_COUNT},
    {"server_mode", take_mode, FACT_COUNT}, /* valkey, from 8 on */
    {"process_id", take_process_id, FACT_COUNT},
    {"run_id", take_run_id, FACT_COUNT},
    {"shutdown_in_milliseconds", take_shutdown, FACT_COUNT},
    {"loading", take_loading, FACT_COUNT},
    {"loading_loaded_perc", take_loaded, FACT_COUNT},
    {"rdb_last_bgsave_status", take_bgsave, FACT_COUNT},
    {"aof_last_write_status", take_aof, FACT_COUNT},
    {"role", take_role, FACT_COUNT},
    {"master_host", take_master_host, FACT_COUNT},
    {"master_port", take_master_port, FACT_COUNT},
    {"master_link_status", take_link, FACT_COUNT},
    {"master_sync_in_progress", take_syncing, FACT_COUNT},
    {"master_last_io_seconds_ago", take_silence, FACT_COUNT},
    {"slave_read_repl_offset", take_read_offset, FACT_COUNT},
    {"slave_repl_offset", take_offset, FACT_COUNT},
};

#define ROW_COUNT (sizeof(info_fields) / sizeof(info_fields[0]))
#define FIELD_COUNT_MOST (ROW_COUNT + FACT_COUNT)

/* --- finding a field by its name --------------------------------------- */

/* The wanted fields, those of one length in a chain. Made for each INFO: that
 * costs as much as four lines of it, and nothing global is changed. */
struct index {
    unsigned count;
    struct info_field fields[FIELD_COUNT_MOST];
    uint8_t first[NAME_BYTES_MOST + 1]; /* by length; from 1, 0 = none */
    uint8_t next[FIELD_COUNT_MOST];     /* in the chain; the same */
};

_Static_assert(FIELD_COUNT_MOST < UINT8_MAX, "chains count in bytes");

static void add_field(struct index *index, const struct info_field *field)
{
    size_t length = strlen(field->name);
    assert(length <= NAME_BYTES_MOST);
    index->fields[index->count] = *field;
    index->next[index->count] = index->first[length];
    index->count++;
    index->first[length] = (uint8_t)index->count;
}

static void index_init(struct index *index)
{
    index->count = 0;
    memset(index->first, 0, sizeof(index->first));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        add_field(index, &info_fields[i]);
    }
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        const char *name = fact_field((enum fact)fact);
        if (name != NULL) {
            add_field(index, &(struct info_field){.name = name,
                                                  .fact = (enum fact)fact});
        }
    }
}

static const struct info_field *find_field(const struct index *index,
                                           const struct pair *pair)
{
    if (pair->name_length > NAME_BYTES_MOST) {
        return NULL;
    }
    unsigned number = index->first[pair->name_length];
    while (number != 0) {
        const struct info_field *field = &index->fields[number - 1];
        if (memcmp(field->name, pair->name, pair->name_length) == 0) {
            return field;
        }
        number = index->next[number - 1];
    }
    return NULL;
}

/* --- reading ----------------------------------------------------------- */

static void take_fact(struct info *info, enum fact fact,
                      const struct pair *pair)
{
    uint64_t number = 0;
    if (pair_number(pair, INT64_MAX, &number)) {
        info->facts.values[fact] = (int64_t)number;
    }
}

static void read_pair(struct info *info, const struct index *index,
                      const struct pair *pair)
{
    char value[VALUE_BYTES_MOST + 1];
    const struct info_field *field = find_field(index, pair);
    if (field == NULL) {
        if (info_replicas_is_pair(pair)) {
            info_replicas_add(&info->replicas, pair);
        }
    } else if (field->take == NULL) {
        take_fact(info, field->fact, pair);
    } else if (pair_value(pair, value, sizeof(value))) {
        field->take(info, value);
    }
}

/* How far one offset is ahead of another; they are told a moment apart, so it
 * may look as if it were behind. */
static int64_t distance(uint64_t ahead, uint64_t behind)
{
    uint64_t apart = ahead > behind ? ahead - behind : 0;
    return apart > INT64_MAX ? INT64_MAX : (int64_t)apart;
}

static void compute_of_replica(struct info *info)
{
    if (info->has_offset && info->has_read_offset) {
        info->facts.values[FACT_GAP] =
            distance(info->read_offset, info->offset);
    }
    if (info->has_silence) {
        info->facts.values[FACT_LAG] = (int64_t)info->silence_s;
    }
}

static void compute_of_master(struct info *info)
{
    int64_t offset = info->facts.values[FACT_OFFSET];
    if (info->replicas.online == 0) {
        return;
    }
    if (offset != FACT_UNKNOWN) {
        info->facts.values[FACT_GAP] =
            distance((uint64_t)offset, info->replicas.lowest_offset);
    }
    info->facts.values[FACT_LAG] = (int64_t)info->replicas.worst_lag_s;
}

void info_init(struct info *info)
{
    *info = (struct info){.loaded_tens = INFO_TENS_UNKNOWN};
    facts_init(&info->facts);
}

void info_read(struct info *info, const char *text, size_t length)
{
    struct index index;
    struct pairs pairs = {.text = text, .length = length};
    struct pair pair;
    index_init(&index);
    while (pairs_next(&pairs, &pair)) {
        read_pair(info, &index, &pair);
    }
    if (info->role == ROLE_REPLICA) {
        compute_of_replica(info);
    } else if (info->role == ROLE_MASTER) {
        compute_of_master(info);
    }
}
