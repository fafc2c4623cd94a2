/*
 * verb_version.c - `sentinelctl version`: ours, and the agent's if it
 * answers.
 */
#include "ctl/fetch.h"
#include "ctl/verbs.h"

#include <string.h>

#include "base/text.h"

int verb_version_run(const struct options *options)
{
    int code = 0;
    char shown[128];
    if (puts("sentinelctl " VERSION) < 0) {
        return CTL_EXIT_STALE;
    }
    json_t *info = fetch_object(options, "/buildinfo", &code);
    if (info == NULL) {
        return code;
    }
    const char *agent = fetch_text(info, "agent");
    (void)text_escape(shown, sizeof shown, agent,
                      strlen(agent)); /* cutting is fine */
    int status = printf("sentinel-agent %s\n", shown);
    json_decref(info);
    return status < 0 ? CTL_EXIT_STALE : 0;
}
