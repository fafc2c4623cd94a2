/*
 * info_replicas.c - see info_replicas.h.
 */
#include "prober/info_replicas.h"

#include <string.h>

#include "base/parse.h"

#define PREFIX "slave"
#define PREFIX_LENGTH (sizeof(PREFIX) - 1)
#define VALUE_BYTES 512 /* a host name, and a few numbers */

struct replica {
    bool is_online;
    bool has_offset;
    bool has_lag;
    uint64_t offset;
    uint64_t lag_s;
};

bool info_replicas_is_pair(const struct pair *pair)
{
    return pair->name_length > PREFIX_LENGTH &&
           memcmp(pair->name, PREFIX, PREFIX_LENGTH) == 0 &&
           pair->name[PREFIX_LENGTH] >= '0' && pair->name[PREFIX_LENGTH] <= '9';
}

/* "state=online" */
static void read_part(struct replica *replica, const char *part)
{
    const char *equals = strchr(part, '=');
    if (equals == NULL) {
        return;
    }
    size_t length = (size_t)(equals - part) + 1;
    const char *value = equals + 1;
    if (strncmp(part, "state=", length) == 0) {
        replica->is_online = strcmp(value, "online") == 0;
    } else if (strncmp(part, "offset=", length) == 0) {
        replica->has_offset =
            parse_u64(value, 0, INT64_MAX, &replica->offset) == 0;
    } else if (strncmp(part, "lag=", length) == 0) {
        replica->has_lag = parse_u64(value, 0, INT64_MAX, &replica->lag_s) == 0;
    }
}

void info_replicas_add(struct info_replicas *replicas, const struct pair *pair)
{
    char value[VALUE_BYTES];
    struct replica replica = {.is_online = false};
    if (!pair_value(pair, value, sizeof(value))) {
        return;
    }
    char *rest = value;
    for (char *part = strsep(&rest, ","); part != NULL;
         part = strsep(&rest, ",")) {
        read_part(&replica, part);
    }
    if (!replica.is_online || !replica.has_offset || !replica.has_lag) {
        return;
    }
    if (replicas->online == 0 || replica.offset < replicas->lowest_offset) {
        replicas->lowest_offset = replica.offset;
    }
    if (replica.lag_s > replicas->worst_lag_s) {
        replicas->worst_lag_s = replica.lag_s;
    }
    replicas->online++;
}
