/*
 * verb_ls.c - `sentinelctl ls`: the fleet as it stands in ZooKeeper, whatever
 * the agents say of themselves.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "ctl/fetch.h"
#include "ctl/fleet.h"
#include "ctl/keeper.h"
#include "ctl/print.h"
#include "ctl/verbs.h"

#define EXIT_FRESH 0
#define EXIT_SOME_STALE 1

static int print(const struct fleet *fleet, const json_t *tree,
                 enum output output)
{
    if (output == OUTPUT_JSON) {
        return print_json(tree);
    }
    if (output == OUTPUT_CSV || output == OUTPUT_NAME) {
        return print_table(fleet_csv(tree), output);
    }
    return print_table(fleet_table(fleet, tree), output);
}

int verb_ls_run(const struct options *options)
{
    struct keeper keeper;
    struct capture capture;
    int code = keeper_find(options, &keeper);
    if (code != 0) {
        return code;
    }
    if (keeper_ask(options, &keeper, "--list", SPAWN_OUTPUT, &capture) != 0) {
        return CTL_EXIT_STALE;
    }
    if (capture.code != 0) {
        code = capture.code == CTL_EXIT_USAGE ? CTL_EXIT_USAGE : CTL_EXIT_STALE;
        capture_finish(&capture);
        return code; /* it has said why */
    }
    struct fleet fleet = {.root = keeper.root,
                          .below = options->target,
                          .heartbeat_ms = keeper.heartbeat_ms,
                          .now_wall_ms = clock_wall_ms()};
    json_t *tree = fleet_read(&fleet, capture.text);
    capture_finish(&capture);
    if (tree == NULL) {
        print_trouble("sentinel-publisher spoke nonsense: it is of another "
                      "version than sentinelctl " VERSION);
        return CTL_EXIT_STALE;
    }
    int status = print(&fleet, tree, options->output);
    if (json_array_size(fetch_member(tree, "hosts")) == 0) {
        print_trouble("nothing stands below %s",
                      fleet.below != NULL ? fleet.below : fleet.root);
    }
    json_decref(tree);
    if (fleet.stale > 0) {
        print_trouble("%" PRIu32 " host%s stale: the .agent node was not "
                      "rewritten for three heartbeats; look at the agent there",
                      fleet.stale, fleet.stale == 1 ? " is" : "s are");
    }
    return print_end(status, fleet.stale > 0 ? EXIT_SOME_STALE : EXIT_FRESH);
}
