/*
 * verb_drain.c - `sentinelctl drain` and `undrain`: an instance is taken out
 * of service, as far as watchers are concerned, and put back.
 */
#include <string.h>

#include "base/text.h"
#include "ctl/give.h"
#include "ctl/print.h"
#include "ctl/verbs.h"

/* True, and the path of an order about the target, with who gives it. */
static bool make_path(const struct options *options, char *path, size_t size)
{
    char operator_name[GIVE_OPERATOR_BYTES];
    char who[3 * GIVE_OPERATOR_BYTES];
    char target[512];
    give_operator(operator_name);
    return client_escape(who, sizeof who, operator_name) &&
           client_escape(target, sizeof target, options->target) &&
           text_format(path, size, "/%s/%s?operator=%s", options->verb, target,
                       who);
}

static int give(const struct options *options, const char *path)
{
    struct client client;
    struct given given;
    int code = give_find(options, &client);
    if (code == 0) {
        code = give_order(&client, path, &given);
    }
    return code == 0 ? give_tell(options, &given) : code;
}

int verb_drain_run(const struct options *options)
{
    char path[CLIENT_PATH_BYTES];
    char reason[3 * GIVE_REASON_BYTES];
    if (options->reason == NULL) {
        print_trouble("drain wants --reason TEXT, for those who will read of "
                      "it");
        return CTL_EXIT_USAGE;
    }
    if (!text_is_printable(options->reason, GIVE_REASON_BYTES - 1)) {
        print_trouble("--reason wants 1 to %d characters of printable ASCII",
                      GIVE_REASON_BYTES - 1);
        return CTL_EXIT_USAGE;
    }
    if (!make_path(options, path, sizeof path) ||
        !client_escape(reason, sizeof reason, options->reason) ||
        !text_append(path, sizeof path, "&reason=%s", reason)) {
        print_trouble("no instance has a name that long");
        return CTL_EXIT_USAGE;
    }
    return give(options, path);
}

int verb_undrain_run(const struct options *options)
{
    char path[CLIENT_PATH_BYTES];
    if (!make_path(options, path, sizeof path)) {
        print_trouble("no instance has a name that long");
        return CTL_EXIT_USAGE;
    }
    return give(options, path);
}
