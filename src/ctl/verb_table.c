/*
 * verb_table.c - one row a verb. Adding one is adding a row here, its file,
 * and its options to the table in options.c.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ctl/verbs.h"

#define TYPO_DISTANCE 2

#define TABLE OUTPUT_BIT(OUTPUT_SCREEN)
#define JSON OUTPUT_BIT(OUTPUT_JSON)
#define CSV OUTPUT_BIT(OUTPUT_CSV)
#define WIDE OUTPUT_BIT(OUTPUT_WIDE)
#define NAME OUTPUT_BIT(OUTPUT_NAME)
#define YAML OUTPUT_BIT(OUTPUT_YAML)

/* What prints a list can print it for everybody. */
#define LISTED (TABLE | WIDE | JSON | CSV | NAME)

#define GIVES "0 done, 1 refused, 2 the agent does not answer"
#define ASKS "0 told, 2 the agent does not answer"

static const struct verb table[] = {
    {"status", NULL, LISTED, "every instance as the agent tells it",
     "On a screen too narrow for all columns the less needed are left out; "
     "-o wide prints all of them, on lines as long as they get.",
     "0 all are up, 1 some are not, 2 the agent is stale or does not answer",
     verb_status_run},
    {"top", NULL, TABLE | JSON, "the same, live, the worst first",
     "Keys: q ends it; s, l, n and a sort by state, latency, name and age; r "
     "turns the order round. Where nothing can be redrawn, in a pipe or on a "
     "dumb terminal, it prints once.",
     ASKS, verb_top_run},
    {"watch", NULL, TABLE | JSON, "each change of state as it happens",
     "One line a change, with -o json an object a line. An agent that goes "
     "away is waited for, and what happened meanwhile is told as far as it "
     "is kept.",
     "2 the agent does not answer at the start", verb_watch_run},
    {"events", NULL, LISTED, "the last changes of state",
     "The agent keeps 1,000 of them; -o name prints their ids.", ASKS,
     verb_events_run},
    {"tasks", NULL, LISTED, "everything the agent is at, the oldest first",
     "Probes under way, helper processes, and killed ones that are not reaped "
     "yet. WAITS IN is the kernel's word on the process; -o name prints ids.",
     ASKS, verb_tasks_run},
    {"probe", "TARGET", TABLE | JSON, "ask one server now, and say what to do",
     "A TARGET is host:port, [v6]:port, unix:/path, "
     "redis://[user@]host[:port], "
     "rediss:// for TLS, or the name of a configured instance. A URL's "
     "/database is read over: a server is well or not as a whole. Nothing is "
     "ever written. Needs no agent.",
     "0 up, 1 not, 2 it could not be asked", verb_probe_run},
    {"ls", "[PATH]", LISTED, "the whole fleet, from ZooKeeper",
     "Every node of the state tree, or those below PATH, a path or its end "
     "as prod/db7. A host whose .agent node was not rewritten for three of "
     "our heartbeats is stale; one without that node is gone or has its "
     "heartbeat off.",
     "0 told, 1 some host is stale, 2 ZooKeeper could not be asked",
     verb_ls_run},
    {"discover", NULL, LISTED | YAML, "find this host's servers",
     "-o yaml prints them as instances for the configuration. Needs no "
     "agent; what other users run is found by root only.",
     "0 all was searched, 1 something was hidden or time ran out, 2 the "
     "search failed",
     verb_discover_run},
    {"check", "FILE", TABLE | JSON, "check a configuration",
     "Each fault is a line FILE:LINE:COLUMN: what is wrong and what was meant.",
     "0 good, 78 bad, 2 it could not be checked", verb_check_run},
    {"doctor", NULL, TABLE | JSON, "look for what is wrong, and say what to do",
     "Looks at the agent, the clock, limits, the run directory, the helpers, "
     "the configuration, the servers, ZooKeeper (with a scratch node, removed "
     "again) and the kernel. Works without an agent too.",
     "0 all well, 1 warnings, 2 something is bad", verb_doctor_run},
    {"drain", "NAME", TABLE | JSON,
     "take an instance out of service, for watchers",
     "Its state is maint and it stands in no presence tree until undrain, also "
     "over restarts of the agent. Probing goes on. The node tells who did it "
     "and why.",
     GIVES, verb_drain_run},
    {"undrain", "NAME", TABLE | JSON, "put a drained instance back",
     "The node says at once what the probes say.", GIVES, verb_undrain_run},
    {"reload", NULL, TABLE | JSON, "have the agent read its configuration anew",
     "One that is bad is refused as a whole, and the agent goes on as it was.",
     GIVES, verb_reload_run},
    {"help", "[VERB]", TABLE, "this, or all about a verb", "", "0",
     verb_help_run},
    {"version", NULL, TABLE | JSON,
     "the versions of sentinelctl and of the agent", "", ASKS,
     verb_version_run},
};

#define VERB_COUNT (sizeof table / sizeof table[0])

const struct verb *verb_at(size_t index)
{
    return index < VERB_COUNT ? &table[index] : NULL;
}

const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (strcmp(name, table[i].name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

int verb_refuse(const char *name)
{
    char shown[64];
    const char *meant = NULL;
    size_t nearest = TYPO_DISTANCE + 1;
    for (size_t i = 0; i < VERB_COUNT; i++) {
        size_t distance = text_distance(name, table[i].name);
        if (distance < nearest) {
            nearest = distance;
            meant = table[i].name;
        }
    }
    (void)text_escape(shown, sizeof shown, name,
                      strlen(name)); /* cutting is fine */
    (void)fprintf(stderr, "sentinelctl: no verb \"%s\"%s%s%s; see --help\n",
                  shown, meant != NULL ? ", did you mean " : "",
                  meant != NULL ? meant : "",
                  meant != NULL ? "?" : ""); /* nobody else to tell */
    return CTL_EXIT_USAGE;
}
