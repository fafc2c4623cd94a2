/*
 * verb_version.c - `sentinelctl version`: ours, and the agent's if it
 * answers.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ctl/fetch.h"
#include "ctl/print.h"
#include "ctl/verbs.h"

static int print_as_json(const json_t *info)
{
    json_t *both = json_pack("{s:s, s:O?}", "sentinelctl", VERSION,
                             "sentinel-agent", info);
    int status = print_json(both);
    json_decref(both);
    return status;
}

int verb_version_run(const struct options *options)
{
    int code = 0;
    char shown[128];
    bool is_json = options->output == OUTPUT_JSON;
    if (!is_json) {
        (void)puts("sentinelctl " VERSION); /* the flush tells */
    }
    json_t *info = fetch_object(options, "/buildinfo", &code);
    if (is_json) {
        int status = print_as_json(info);
        json_decref(info);
        return print_end(status, code);
    }
    if (info == NULL) {
        return code;
    }
    const char *agent = fetch_text(info, "agent");
    (void)text_escape(shown, sizeof shown, agent,
                      strlen(agent));           /* cutting is fine */
    (void)printf("sentinel-agent %s\n", shown); /* the flush tells */
    json_decref(info);
    return print_end(print_flush(stdout), 0);
}
