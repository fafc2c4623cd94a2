/*
 * options.c - see options.h.
 */
#include "supervisor/options.h"

#include <string.h>

#include "base/text.h"
#include "model/settings.h"

#define MS 1u
#define SECOND (1000u * MS)
#define MINUTE (60u * SECOND)
#define HOUR (60u * MINUTE)

#define IN_SETTINGS(field) offsetof(struct settings, field)
#define IN_INSTANCE(field) offsetof(struct instance_settings, field)

/* A name further away than this is no typing mistake. */
#define NEAREST_MOST 3

static const struct option table[] = {
    {.scope = SCOPE_TOP,
     .name = "cluster",
     .type = OPTION_NAME,
     .offset = IN_SETTINGS(cluster),
     .fallback = "default",
     .help = "names the fleet in the state tree"},
    {.scope = SCOPE_TOP,
     .name = "host",
     .type = OPTION_NAME,
     .offset = IN_SETTINGS(host),
     .help = "names this host's nodes, so it must be stable; "
             "the host name by default"},
    {.scope = SCOPE_TOP,
     .name = "run_dir",
     .type = OPTION_DIRECTORY,
     .offset = IN_SETTINGS(run_dir),
     .fallback = "/run/sentinel-agent",
     .help = "holds the scoreboard, the session and the socket"},
    {.scope = SCOPE_TOP,
     .name = "zookeeper",
     .type = OPTION_SECTION,
     .section = SCOPE_ZOOKEEPER,
     .help = "where to publish; without it the agent observes only"},
    {.scope = SCOPE_TOP,
     .name = "publish",
     .type = OPTION_SECTION,
     .section = SCOPE_PUBLISH,
     .help = "what to publish"},
    {.scope = SCOPE_TOP,
     .name = "http",
     .type = OPTION_SECTION,
     .section = SCOPE_HTTP,
     .help = "the console"},
    {.scope = SCOPE_TOP,
     .name = "instances",
     .type = OPTION_INSTANCES,
     .is_needed = true,
     .help = "the Redis servers of this host"},

    {.scope = SCOPE_ZOOKEEPER,
     .name = "servers",
     .type = OPTION_SERVERS,
     .offset = IN_SETTINGS(zookeeper_servers),
     .is_needed = true,
     .help = "host:port,host:port of the ensemble"},
    {.scope = SCOPE_ZOOKEEPER,
     .name = "session_timeout",
     .type = OPTION_DURATION,
     .offset = IN_SETTINGS(session_timeout_ms),
     .lowest = 1 * SECOND,
     .highest = 2 * MINUTE,
     .fallback = "12s",
     .help = "after a host's end its nodes go this much later"},

    {.scope = SCOPE_PUBLISH,
     .name = "state",
     .type = OPTION_NODE_PATH,
     .offset = IN_SETTINGS(state_path),
     .fallback = "/redis-sentinel",
     .help = "the root of the state tree"},
    {.scope = SCOPE_PUBLISH,
     .name = "heartbeat",
     .type = OPTION_DURATION,
     .offset = IN_SETTINGS(heartbeat_ms),
     .lowest = 1 * SECOND,
     .highest = 1 * HOUR,
     .fallback = "30s",
     .may_be_zero = true,
     .help = "how often the host's .agent node is rewritten; 0 = never"},

    {.scope = SCOPE_HTTP,
     .name = "listen",
     .type = OPTION_LISTEN,
     .offset = IN_SETTINGS(http_listen),
     .fallback = "127.0.0.1:6060",
     .help = "where the console listens"},

    {.scope = SCOPE_INSTANCE,
     .name = "name",
     .type = OPTION_NAME,
     .offset = IN_INSTANCE(name),
     .is_needed = true,
     .help = "names the instance's node; unique on the host"},
    {.scope = SCOPE_INSTANCE,
     .name = "addr",
     .type = OPTION_ADDRESS,
     .offset = IN_INSTANCE(addr),
     .is_needed = true,
     .help = "host:port, [v6]:port or unix:/path of the server"},
    {.scope = SCOPE_INSTANCE,
     .name = "advertise",
     .type = OPTION_ADDRESS,
     .offset = IN_INSTANCE(advertise),
     .help = "the address clients elsewhere use"},
    {.scope = SCOPE_INSTANCE,
     .name = "labels",
     .type = OPTION_LABELS,
     .help = "at most 8 words about the instance"},
    {.scope = SCOPE_INSTANCE,
     .name = "interval",
     .type = OPTION_DURATION,
     .offset = IN_INSTANCE(interval_ms),
     .lowest = 100 * MS,
     .highest = 1 * HOUR,
     .fallback = "10s",
     .is_inherited = true,
     .help = "a round starts this often"},
    {.scope = SCOPE_INSTANCE,
     .name = "timeout",
     .type = OPTION_DURATION,
     .offset = IN_INSTANCE(timeout_ms),
     .lowest = 10 * MS,
     .highest = 1 * MINUTE,
     .fallback = "1s",
     .is_inherited = true,
     .help = "the one deadline of a probe"},
    {.scope = SCOPE_INSTANCE,
     .name = "rise",
     .type = OPTION_COUNT,
     .offset = IN_INSTANCE(rise),
     .lowest = 1,
     .highest = 100,
     .fallback = "1",
     .is_inherited = true,
     .help = "good results in a row before a down instance is up"},
    {.scope = SCOPE_INSTANCE,
     .name = "fall",
     .type = OPTION_COUNT,
     .offset = IN_INSTANCE(fall),
     .lowest = 1,
     .highest = 100,
     .fallback = "2",
     .is_inherited = true,
     .help = "bad results in a row before it is down"},
    {.scope = SCOPE_INSTANCE,
     .name = "deep_interval",
     .type = OPTION_DURATION,
     .offset = IN_INSTANCE(deep_interval_ms),
     .lowest = 100 * MS,
     .highest = 1 * HOUR,
     .fallback = "10s",
     .is_inherited = true,
     .help = "how often more than PING is asked of a healthy instance"},
    {.scope = SCOPE_INSTANCE,
     .name = "canary",
     .type = OPTION_SWITCH,
     .offset = IN_INSTANCE(canary),
     .fallback = "true",
     .is_inherited = true,
     .help = "ask masters whether they take writes, without writing"},
};

#define OPTION_COUNT_ALL (sizeof(table) / sizeof(table[0]))

const struct option *option_at(size_t index)
{
    return index < OPTION_COUNT_ALL ? &table[index] : NULL;
}

static bool stands_in(const struct option *option, enum option_scope scope)
{
    return option->scope == scope ||
           (scope == SCOPE_TOP && option->is_inherited);
}

const struct option *option_find(enum option_scope scope, const char *name)
{
    for (size_t i = 0; i < OPTION_COUNT_ALL; i++) {
        const struct option *option = &table[i];
        if (stands_in(option, scope) && strcmp(option->name, name) == 0) {
            return option;
        }
    }
    return NULL;
}

const char *option_nearest(enum option_scope scope, const char *name)
{
    const char *nearest = NULL;
    size_t least = NEAREST_MOST;

    for (size_t i = 0; i < OPTION_COUNT_ALL; i++) {
        const struct option *option = &table[i];
        size_t distance = text_distance(option->name, name);
        if (stands_in(option, scope) && distance < least) {
            nearest = option->name;
            least = distance;
        }
    }
    return nearest;
}
